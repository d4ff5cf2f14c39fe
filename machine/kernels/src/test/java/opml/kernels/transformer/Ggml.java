package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// GGML's formats of weights, taken apart one weight at a time.
enum Ggml {
  Q8_0(32, 34, 0),
  Q4_0(32, 18, 0),
  Q4_1(32, 20, 0, 2),
  Q5_0(32, 22, 0),
  Q5_1(32, 24, 0, 2),
  IQ4_NL(32, 18, 0),
  Q2_K(256, 84, 80, 82),
  Q3_K(256, 110, 108),
  Q4_K(256, 144, 0, 2),
  Q5_K(256, 176, 0, 2),
  Q6_K(256, 210, 208),
  IQ2_XXS(256, 66, 0),
  IQ4_XS(256, 136, 0);

  /// A weight is `integer · scale + minInteger · min`.
  @SuppressWarnings("ArrayRecordComponent") // read only by those who asked
  record Block(int[] integers, int[] minIntegers, float scale, float min) {
    /// {@return a weight as a double has it, which is exact}
    double weight(int i) {
      double product = (double) integers[i] * scale;
      return minIntegers.length == 0 ? product : product + (double) minIntegers[i] * min;
    }
  }

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /// Weights in a block.
  final int size;

  final int bytes;

  /// Where a block has its half-precision scale.
  private final int scaleAt;

  /// Where it has its half-precision minimum; -1 if there is none.
  private final int minAt;

  Ggml(int size, int bytes, int scaleAt) {
    this(size, bytes, scaleAt, -1);
  }

  Ggml(int size, int bytes, int scaleAt, int minAt) {
    this.size = size;
    this.bytes = bytes;
    this.scaleAt = scaleAt;
    this.minAt = minAt;
  }

  /// {@return the format as kernels spell it}
  String kernel() {
    return name().replace("_", "").toLowerCase(Locale.ROOT);
  }

  boolean hasMins() {
    return minAt >= 0;
  }

  /// {@return random blocks}: any bits, or what files have, or bytes of few kinds, so that all of a field is at an end
  byte[] random(SplittableRandom random, int blocks) {
    byte[] w = new byte[blocks * bytes];
    for (int block = 0; block < blocks; block++) {
      int at = block * bytes;
      int kind = random.nextInt(3);
      int few = random.nextInt(256);
      for (int i = 0; i < bytes; i++) {
        int edge =
            random.nextInt(16) == 0 ? random.nextInt(256) : random.nextBoolean() ? few : ~few;
        w[at + i] = (byte) (kind == 0 ? edge : random.nextInt(256));
      }
      if (kind != 1) {
        finite(random, w, at);
      }
    }
    return w;
  }

  /// Sets the scale, and the minimum if there is one, of the block that begins at a byte of w.
  void finite(SplittableRandom random, byte[] w, int at) {
    setHalf(w, at + scaleAt, scale(random));
    if (hasMins()) {
      setHalf(w, at + minAt, scale(random));
    }
  }

  private static float scale(SplittableRandom random) {
    return (float) (random.nextDouble(-1, 1) * Math.pow(2, random.nextInt(-12, 8)));
  }

  static void setHalf(byte[] w, int at, float value) {
    MemorySegment.ofArray(w).set(HALF, at, Float.floatToFloat16(value));
  }

  /// {@return the block that begins at a byte of w}
  Block block(byte[] w, int at) {
    byte[] b = Arrays.copyOfRange(w, at, at + bytes);
    float scale = half(b, scaleAt);
    int[] mins = hasMins() ? IntStream.range(0, size).map(i -> min(b, i)).toArray() : new int[0];
    // Superblocks take their minimum off.
    float min = hasMins() ? (size == 256 ? -half(b, minAt) : half(b, minAt)) : 0f;
    return new Block(
        IntStream.range(0, size).map(i -> integer(b, i)).toArray(),
        mins,
        this == IQ2_XXS ? scale / 8 : scale,
        min);
  }

  private static float half(byte[] b, int at) {
    return Float.float16ToFloat(MemorySegment.ofArray(b).get(HALF, at));
  }

  /// {@return some bits of the block}
  ///
  /// @param at its bit, counted from the block's beginning, the lowest of a byte first
  private static int bits(byte[] b, int at, int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      value |= (b[(at + i) / 8] >> (at + i) % 8 & 1) << i;
    }
    return value;
  }

  /// {@return the four bits of one of 32 weights, of which the last 16 have the upper halves of the bytes}
  private static int nibble(byte[] b, int from, int i) {
    return bits(b, 8 * (from + i % 16) + 4 * (i / 16), 4);
  }

  /// {@return the four bits of one of 256 weights, of which 32 and 32 share bytes}
  private static int pairs(byte[] b, int from, int i) {
    return bits(b, 8 * (from + 32 * (i / 64) + i % 32) + 4 * (i / 32 % 2), 4);
  }

  /// {@return the two bits of one of 256 weights, of which four times 32 share bytes}
  private static int fours(byte[] b, int from, int i) {
    return bits(b, 8 * (from + 32 * (i / 128) + i % 32) + 2 * (i / 32 % 4), 2);
  }

  /// {@return one bit of one of 256 weights, of which eight times 32 share bytes}
  private static int eights(byte[] b, int from, int i) {
    return bits(b, 8 * (from + i % 32) + i / 32, 1);
  }

  private int integer(byte[] b, int i) {
    return switch (this) {
      case Q8_0 -> b[2 + i];
      case Q4_0 -> nibble(b, 2, i) - 8;
      case Q4_1 -> nibble(b, 4, i);
      case Q5_0 -> nibble(b, 6, i) + 16 * bits(b, 16 + i, 1) - 16;
      case Q5_1 -> nibble(b, 8, i) + 16 * bits(b, 32 + i, 1);
      case IQ4_NL -> LEVELS[nibble(b, 2, i)];
      case Q2_K -> bits(b, 8 * (i / 16), 4) * fours(b, 16, i);
      case Q3_K -> {
        int group = i / 16;
        int low = bits(b, 8 * (96 + group % 8) + 4 * (group / 8), 4);
        int high = bits(b, 8 * (104 + group % 4) + 2 * (group / 4), 2);
        yield (low + 16 * high - 32) * (fours(b, 32, i) + 4 * eights(b, 0, i) - 4);
      }
      case Q4_K -> sixBits(b, i / 32, 0) * pairs(b, 16, i);
      case Q5_K -> sixBits(b, i / 32, 0) * (pairs(b, 48, i) + 16 * eights(b, 16, i));
      case Q6_K -> {
        int low = bits(b, 8 * (64 * (i / 128) + i % 64) + 4 * (i / 64 % 2), 4);
        yield b[192 + i / 16] * (low + 16 * fours(b, 128, i) - 32);
      }
      case IQ2_XXS -> {
        int from = 2 + 8 * (i / 32);
        int signs = bits(b, 8 * (from + 4) + 7 * (i / 8 % 4), 7);
        int sign = i % 8 < 7 ? signs >> i % 8 & 1 : Integer.bitCount(signs) % 2;
        int scale = 2 * bits(b, 8 * (from + 4) + 28, 4) + 1;
        long magnitudes = LinearTables.GRID[b[from + i / 8 % 4] & 255];
        yield scale * (1 - 2 * sign) * (int) (magnitudes >>> 8 * (i % 8) & 255);
      }
      case IQ4_XS -> {
        int block = i / 32;
        int scale = bits(b, 32 + 4 * block, 4) + 16 * bits(b, 16 + 2 * block, 2) - 32;
        yield scale * LEVELS[nibble(b, 8 + 16 * block, i % 32)];
      }
    };
  }

  /// {@return the integer that multiplies the minimum}
  private int min(byte[] b, int i) {
    return switch (this) {
      case Q4_1, Q5_1 -> 1;
      case Q2_K -> bits(b, 8 * (i / 16) + 4, 4);
      default -> sixBits(b, i / 32, 1);
    };
  }

  /// {@return the scale (0) or the minimum (1) of one of eight blocks: six bits, in the last four blocks torn apart}
  private static int sixBits(byte[] b, int block, int which) {
    return block < 4
        ? bits(b, 8 * (4 + 4 * which + block), 6)
        : bits(b, 8 * (8 + block) + 4 * which, 4) + 16 * bits(b, 8 * (block + 4 * which) + 6, 2);
  }
}
