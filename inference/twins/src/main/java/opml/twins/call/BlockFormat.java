package opml.twins.call;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import opml.kernels.transformer.Magnitudes;
import opml.twins.call.LinearCall.Format;

/// GGML's types of blocks of 32 weights, and how each is taken apart: into codes of few bits, small integers that
/// multiply them, and floats (`spec/numerics.md`, "products with weights"). Twins pack what comes out, so that a type
/// needs no loop of its own.
///
/// A weight is `scale · (code - zero)`, or with levels `scale · (level of the code - zero)`, times the float that
/// multiplies the block.
public enum BlockFormat {
  Q8_0(Format.Q8_0, 8, 128, 0, Minima.NONE, 0),
  Q4_0(Format.Q4_0, 4, 8, 0, Minima.NONE, 0),
  Q4_1(Format.Q4_1, 4, 0, 0, Minima.FLOAT, 0),
  Q5_0(Format.Q5_0, 5, 16, 0, Minima.NONE, 0),
  Q5_1(Format.Q5_1, 5, 0, 0, Minima.FLOAT, 0),
  IQ4_NL(Format.IQ4_NL, 4, 128, 0, Minima.NONE, 0),
  Q2_K(Format.Q2_K, 2, 0, 2, Minima.HALVES, 80),
  Q3_K(Format.Q3_K, 3, 4, 2, Minima.NONE, 108),
  Q4_K(Format.Q4_K, 4, 0, 1, Minima.WHOLE, 0),
  Q5_K(Format.Q5_K, 5, 0, 1, Minima.WHOLE, 0),
  Q6_K(Format.Q6_K, 6, 32, 2, Minima.NONE, 208),

  /// A code has the number of a magnitude, and its sign in the third bit.
  IQ2_XXS(Format.IQ2_XXS, 3, 64, 1, Minima.NONE, 0),
  IQ4_XS(Format.IQ4_XS, 4, 128, 1, Minima.NONE, 0);

  /// What is added to a block besides, times the sum of its activations.
  public enum Minima {
    NONE,
    /// A float.
    FLOAT,
    /// A float, which an integer of the block multiplies.
    WHOLE,
    /// A float, which an integer of each half of the block multiplies.
    HALVES
  }

  /// A block, taken apart.
  public static final class Block {
    /// The codes, four in an int, the first in the lowest byte.
    public final int[] codes = new int[8];

    /// The integers that multiply the codes, -128 to 127; of each half, or only the first.
    public final int[] scales = new int[2];

    /// Those that multiply the minimum, 0 to 63.
    public final int[] least = new int[2];
  }

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SIGNS = 0x8080_8080;
  private static final int NIBBLES = 0x0F0F_0F0F;
  private static final int PAIRS = 0x0303_0303;
  private static final int ONES = 0x0101_0101;
  private static final long LONG_ONES = 0x0101_0101_0101_0101L;

  private static final List<Integer> MAGNITUDES = List.of(8, 25, 43);
  private static final List<Integer> LEVELS =
      List.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

  /// Which bits of [#MAGNITUDES] are their numbers.
  private static final int NUMBER_BITS = 4;

  /// The numbers of the magnitudes that each byte of IQ2_XXS stands for.
  private static final long[] NUMBERS = numbers();

  private final Format file;
  private final int bits;
  private final int zero;
  private final int scales;
  private final Minima minima;
  private final int scaleAt;

  BlockFormat(Format file, int bits, int zero, int scales, Minima minima, int scaleAt) {
    this.file = file;
    this.bits = bits;
    this.zero = zero;
    this.scales = scales;
    this.minima = minima;
    this.scaleAt = scaleAt;
  }

  /// {@return how it stands in a file}
  public Format file() {
    return file;
  }

  /// {@return bits of a code}
  public int bits() {
    return bits;
  }

  /// {@return the code, or level, of the weight 0}
  public int zero() {
    return zero;
  }

  /// {@return integers that multiply the codes of a block}
  public int scales() {
    return scales;
  }

  public Minima minima() {
    return minima;
  }

  /// {@return blocks that share floats}
  public int blocks() {
    return file.elements() / 32;
  }

  /// {@return where a file has the half-precision scale, and behind it the minimum}
  public int scaleAt() {
    return scaleAt;
  }

  /// {@return half-precision numbers of what shares them}
  public int halves() {
    return minima == Minima.NONE ? 1 : 2;
  }

  /// {@return what codes stand for, unsigned bytes, the first in the lowest of the first int; empty if for themselves}
  public int[] levels() {
    int[] levels = new int[4];
    switch (this) {
      case IQ4_NL, IQ4_XS -> {
        for (int i = 0; i < LEVELS.size(); i++) {
          levels[i / 4] |= LEVELS.get(i) + zero << Byte.SIZE * (i % 4);
        }
      }
      case IQ2_XXS -> {
        for (int i = 0; i < MAGNITUDES.size(); i++) {
          levels[0] |= zero + MAGNITUDES.get(i) << Byte.SIZE * i;
          levels[1] |= zero - MAGNITUDES.get(i) << Byte.SIZE * i;
        }
      }
      default -> {
        return new int[0];
      }
    }
    return levels;
  }

  /// {@return the float that multiplies the products}
  ///
  /// @param at where what shares it begins
  public float scale(byte[] file, int at) {
    float scale = half(file, at + scaleAt);
    return this == IQ2_XXS ? scale * 0.125f : scale;
  }

  /// {@return the float that multiplies the sum of activations}
  public float minimum(byte[] file, int at) {
    float minimum = half(file, at + scaleAt + Short.BYTES);
    return minima == Minima.FLOAT ? minimum : -minimum;
  }

  private static float half(byte[] file, int at) {
    return Float.float16ToFloat((short) INT16.get(file, at));
  }

  /// Takes a block apart.
  ///
  /// @param at where what shares floats with it begins
  /// @param number of the block there
  public void read(byte[] file, int at, int number, Block to) {
    int[] codes = to.codes;
    switch (this) {
      case Q8_0 -> {
        for (int i = 0; i < codes.length; i++) {
          codes[i] = word(file, at + 2 + 4 * i) ^ SIGNS;
        }
      }
      case Q4_0, IQ4_NL -> halves(file, at + 2, codes);
      case Q4_1 -> halves(file, at + 4, codes);
      case Q5_0 -> {
        halves(file, at + 6, codes);
        addFifth(word(file, at + 2), codes);
      }
      case Q5_1 -> {
        halves(file, at + 8, codes);
        addFifth(word(file, at + 4), codes);
      }
      case Q2_K -> {
        select(file, at + 16 + 32 * (number / 4), 2 * (number % 4), PAIRS, codes);
        for (int half = 0; half < 2; half++) {
          int both = file[at + 2 * number + half];
          to.scales[half] = both & 15;
          to.least[half] = both >> 4 & 15;
        }
      }
      case Q3_K -> {
        select(file, at + 32 + 32 * (number / 4), 2 * (number % 4), PAIRS, codes);
        addBits(file, at, number, ONES, 2, codes);
        for (int half = 0; half < 2; half++) {
          int group = 2 * number + half;
          int low = file[at + 96 + group % 8] >> 4 * (group / 8) & 15;
          int high = file[at + 104 + group % 4] >> 2 * (group / 4) & 3;
          to.scales[half] = (low | high << 4) - 32;
        }
      }
      case Q4_K -> {
        select(file, at + 16 + 32 * (number / 2), 4 * (number % 2), NIBBLES, codes);
        sixBits(file, at + 4, number, to);
      }
      case Q5_K -> {
        select(file, at + 48 + 32 * (number / 2), 4 * (number % 2), NIBBLES, codes);
        addBits(file, at + 16, number, ONES, 4, codes);
        sixBits(file, at + 4, number, to);
      }
      case Q6_K -> {
        int from = at + 64 * (number / 4) + 32 * (number % 2);
        select(file, from, 4 * (number % 4 / 2), NIBBLES, codes);
        addBits(file, at + 128 + 32 * (number / 4), 2 * (number % 4), PAIRS, 4, codes);
        to.scales[0] = file[at + 192 + 2 * number];
        to.scales[1] = file[at + 193 + 2 * number];
      }
      case IQ2_XXS -> signed(file, at + 2 + 8 * number, to);
      case IQ4_XS -> {
        halves(file, at + 8 + 16 * number, codes);
        int low = file[at + 4 + number / 2] >> 4 * (number % 2) & 15;
        int high = (short) INT16.get(file, at + 2) >> 2 * number & 3;
        to.scales[0] = (low | high << 4) - 32;
      }
    }
  }

  private static int word(byte[] file, int at) {
    return (int) INT32.get(file, at);
  }

  /// The lower halves of 16 bytes, then the higher ones.
  private static void halves(byte[] file, int at, int[] codes) {
    for (int i = 0; i < 4; i++) {
      int four = word(file, at + 4 * i);
      codes[i] = four & NIBBLES;
      codes[4 + i] = four >>> 4 & NIBBLES;
    }
  }

  /// Some bits of each of 32 bytes.
  private static void select(byte[] file, int at, int shift, int mask, int[] codes) {
    for (int i = 0; i < codes.length; i++) {
      codes[i] = word(file, at + 4 * i) >>> shift & mask;
    }
  }

  private static void addBits(byte[] file, int at, int shift, int mask, int place, int[] codes) {
    for (int i = 0; i < codes.length; i++) {
      codes[i] |= (word(file, at + 4 * i) >>> shift & mask) << place;
    }
  }

  /// A bit for each code.
  private static void addFifth(int bits, int[] codes) {
    for (int i = 0; i < codes.length; i++) {
      // The product has the four bits seven places apart, so that each is the lowest of a byte.
      int four = (bits >>> 4 * i & 15) * 0x0020_4081 & ONES;
      codes[i] |= four << 4;
    }
  }

  /// The 12 bytes of 6-bit integers of Q4_K and Q5_K.
  private static void sixBits(byte[] file, int at, int number, Block to) {
    if (number < 4) {
      to.scales[0] = file[at + number] & 63;
      to.least[0] = file[at + 4 + number] & 63;
    } else {
      int both = file[at + 4 + number];
      to.scales[0] = both & 15 | (file[at + number - 4] & 0xC0) >> 2;
      to.least[0] = both >> 4 & 15 | (file[at + number] & 0xC0) >> 2;
    }
  }

  /// Four numbers of eight magnitudes; then seven signs for each, of which the eighth follows, and the scale.
  private static void signed(byte[] file, int at, Block to) {
    int signs = word(file, at + 4);
    for (int part = 0; part < 4; part++) {
      int seven = signs >>> 7 * part & 127;
      int eight = seven | (Integer.bitCount(seven) & 1) << 7;
      long spread = (eight * LONG_ONES & 0x8040_2010_0804_0201L) + 0x7F * LONG_ONES;
      long codes = NUMBERS[file[at + part] & 255] | (spread >>> 7 & LONG_ONES) << 2;
      to.codes[2 * part] = (int) codes;
      to.codes[2 * part + 1] = (int) (codes >>> 32);
    }
    to.scales[0] = 2 * (signs >>> 28) + 1;
  }

  private static long[] numbers() {
    long[] numbers = new long[256];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Magnitudes.of(i) >>> NUMBER_BITS & 3 * LONG_ONES;
    }
    return numbers;
  }
}
