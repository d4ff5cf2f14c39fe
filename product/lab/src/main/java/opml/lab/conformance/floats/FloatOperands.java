package opml.lab.conformance.floats;

/// A source of operands worth trying: a third of them any bits at all; the others have close exponents, nearly cancel,
/// lie at or beside ties, have few bits, are subnormal, nearly overflow, or lie beside a special one. A case is a
/// function of the seed and its number alone, so that it can be had again, and by any thread.
///
/// The numbers are SplitMix64's (Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014).
final class FloatOperands {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /// Five times the golden ratio, since a case draws at most five numbers.
  private static final long STRIDE = 0x1715609f7c746c69L;

  private static final int SIGN = 0x80000000;

  private final FloatFunction function;
  private final long seed;
  private long state;
  private long a;
  private long b;
  private long c;

  @SuppressWarnings("EnumOrdinal") // any number that tells functions apart
  FloatOperands(FloatFunction function, long seed) {
    this.function = function;
    this.seed = mix(seed + function.ordinal() * GOLDEN);
  }

  long a() {
    return a;
  }

  long b() {
    return b;
  }

  long c() {
    return c;
  }

  /// Takes the case of this number.
  void take(long number) {
    state = seed + number * STRIDE;
    switch (function.operands().getFirst()) {
      case F32 -> floats();
      case F16 -> a = number & 0xffff;
      case I32, UI32 -> a = (int) integer(32);
      case I64 -> a = integer(64);
      case BOOL -> throw new IllegalStateException("no function takes a boolean");
    }
  }

  private void floats() {
    int x = any(draw());
    a = x & 0xffffffffL;
    if (function.operands().size() == 1) {
      return;
    }
    long choice = draw();
    int y = (choice & 3) == 0 ? related(x, choice >>> 2) : any(draw());
    b = y & 0xffffffffL;
    if (function.operands().size() == 2) {
      return;
    }
    int z = (choice & 4) == 0 ? near(x, y, draw()) : any(draw());
    c = z & 0xffffffffL;
  }

  /// {@return any operand, its kind chosen by the lowest bits}
  private static int any(long random) {
    int bits = (int) (random >>> 32);
    int small = (int) (random >>> 8) & 31;
    return switch ((int) random & 15) {
      case 0, 1, 2, 3, 4 -> bits;
      case 5, 6 -> bits & 0x807fffff | (111 + small) << 23;
      case 7 -> bits & (-1 << small % 24);
      case 8 -> bits & (-1 << 11 + small % 13) & 0x807fffff | 120 + small / 2 << 23;
      case 9 -> bits & 0x807fffff;
      case 10 -> bits & (SIGN | 0x7fffff >>> small % 23);
      case 11 -> bits & 0x807fffff | 250 + small % 6 << 23;
      case 12 -> bits & 0x807fffff | small % 4 << 23;
      default -> Specials.ALL[(bits >>> 1) % Specials.ALL.length] + (small & 7) - 3;
    };
  }

  /// {@return an operand that has to do with another one}
  private static int related(int x, long random) {
    int bits = (int) (random >>> 30);
    int small = (int) (random >>> 4) & 63;
    return switch ((int) random & 3) {
      // The same number or its opposite, give or take a few units.
      case 0 -> (x ^ bits & SIGN) + small % 8 - 4;
      // An exponent close by, so that all bits meet.
      case 1 -> bits & 0x807fffff | x + (small - 32 << 23) & 0x7f800000;
      // Few bits, one of which may be half a unit of the other's last place.
      case 2 ->
          bits & (-1 << 20 + small % 4) & 0x807fffff | x - (22 + small % 5 << 23) & 0x7f800000;
      // A multiple of the other one by few bits: quotients that are exact, or nearly so.
      default ->
          Float.floatToIntBits(
                  Float.intBitsToFloat(x)
                      * Float.intBitsToFloat(
                          bits & (-1 << 12) & 0x807fffff | 119 + small % 16 << 23))
              + (small >>> 4)
              - 1;
    };
  }

  /// {@return an addend that nearly cancels, or nearly ties with, a product}
  private static int near(int x, int y, long random) {
    float product = Float.intBitsToFloat(x) * Float.intBitsToFloat(y);
    int bits = Float.floatToIntBits(product) ^ (int) random & SIGN;
    int distance = (random & 6) == 0 ? (int) (random >>> 8 & 63) - 32 << 23 : 0;
    return bits + (int) (random >>> 16 & 7) - 3 + distance;
  }

  /// {@return an integer of any length: any bits, few bits, or a power of two and what lies beside it or beside a tie}
  private long integer(int width) {
    long random = draw();
    long bits = draw();
    int shift = (int) (random >>> 8) % width;
    long value =
        switch ((int) random & 7) {
          case 0, 1 -> bits;
          case 2, 3 -> bits >> (shift & 63);
          case 4 -> bits & -1L << (shift & 63);
          case 5 -> (1L << (shift & 63)) + (bits >>> 61) - 4;
          default -> ((bits >>> 40 | 1L << 23) * 2 + 1 << shift % (width - 24)) + (bits & 3) - 1;
        };
    return (random & 1L << 60) == 0 ? value : -value;
  }

  private long draw() {
    state += GOLDEN;
    return mix(state);
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
