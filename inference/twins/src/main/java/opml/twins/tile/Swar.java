package opml.twins.tile;

/// Several bytes at once in a long ("SIMD within a register"), for packing.
final class Swar {
  /// The highest bit of each byte: what makes signed bytes unsigned, by adding 128, and back.
  static final long SIGNS = 0x8080_8080_8080_8080L;

  private Swar() {}

  /// {@return four signed bytes as four signed 16-bit numbers} Plus 128 they are unsigned and spread without regard to
  /// signs; minus 128 again, as 0xFF80 is added in two parts of which neither carries into the next number.
  static long widen(int four) {
    long spread = (four ^ (int) SIGNS) & 0xFFFF_FFFFL;
    spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFFL;
    spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FFL;
    return (spread + 0x7F80_7F80_7F80_7F80L) ^ 0x8000_8000_8000_8000L;
  }

  /// {@return four signed bytes as 16-bit numbers, those at even places before those at odd ones}
  static long evenAndOdd(int four) {
    long wide = widen(four);
    return wide & 0xFFFF_0000_0000_FFFFL
        | wide >>> Short.SIZE & 0xFFFF_0000L
        | (wide & 0xFFFF_0000L) << Short.SIZE;
  }

  /// {@return the sum of eight signed bytes}
  static int sum(long eight) {
    return unsignedSum(eight ^ SIGNS) - 8 * 128;
  }

  /// {@return the sums of neighbours among eight unsigned bytes, as four 16-bit numbers}
  static long unsignedPairs(long eight) {
    return (eight & 0x00FF_00FF_00FF_00FFL) + (eight >>> 8 & 0x00FF_00FF_00FF_00FFL);
  }

  /// {@return the sum of eight unsigned bytes} Neighbours add within 16 bits; the product gathers the four sums in the
  /// highest 16.
  static int unsignedSum(long eight) {
    return (int) (unsignedPairs(eight) * 0x0001_0001_0001_0001L >>> 48);
  }

  /// {@return the lower four bytes, two and two, each two with two zeros above them}
  static long spread(long eight) {
    long four = eight & 0xFFFF_FFFFL;
    return (four | four << 16) & 0x0000_FFFF_0000_FFFFL;
  }
}
