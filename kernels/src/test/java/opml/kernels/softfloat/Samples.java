package opml.kernels.softfloat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Float operands worth trying.
final class Samples {
  /// Both signs of: zeros, the ends of the subnormals and of the normals, powers of two and their neighbours, small
  /// integers, ties of the integer roundings, infinity, NaNs quiet and signalling.
  static final int[] SPECIAL = special();

  private Samples() {}

  /// {@return bits for an operand}: anything at all, near a special one, of few significant bits, or of moderate size
  static int any(SplittableRandom random) {
    int bits = random.nextInt();
    return switch (random.nextInt(5)) {
      case 0 -> bits;
      case 1 -> SPECIAL[random.nextInt(SPECIAL.length)] + random.nextInt(-2, 3);
      case 2 -> bits & (-1 << random.nextInt(24));
      case 3 -> (bits & 0x807fffff) | (random.nextInt(100, 154) << 23);
      default -> (bits & 0x807fffff) | (random.nextInt(124, 131) << 23);
    };
  }

  /// {@return bits for an addend that nearly cancels, or nearly ties with, a·b}
  static int near(int a, int b, SplittableRandom random) {
    float product = Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
    int bits = Float.floatToRawIntBits(product) ^ (random.nextBoolean() ? 0x80000000 : 0);
    return bits
        + random.nextInt(-3, 4)
        + (random.nextInt(-30, 31) << (random.nextInt(3) == 0 ? 23 : 0));
  }

  private static int[] special() {
    List<Integer> bits = new ArrayList<>();
    int[] magnitudes = {
      0,
      1,
      2,
      3,
      0x3fffff,
      0x400000,
      0x400001,
      0x7ffffe,
      0x7fffff,
      0x800000,
      0x800001,
      0xffffff,
      0x1000000,
      0x1000001,
      0x0b800000,
      0x1f800000,
      0x20000000,
      0x33000000,
      0x33000001,
      0x337fffff,
      0x33800000,
      0x33ffffff,
      0x34000000,
      0x38000000,
      0x387fc000,
      0x38800000,
      0x3effffff,
      0x3f000000,
      0x3f000001,
      0x3f7fffff,
      0x3f800000,
      0x3f800001,
      0x3fc00000,
      0x40000000,
      0x40200000,
      0x40400000,
      0x40490fdb,
      0x4affffff,
      0x4b000000,
      0x4b000001,
      0x4b7fffff,
      0x4b800000,
      0x477fe000,
      0x477fefff,
      0x477ff000,
      0x4effffff,
      0x4f000000,
      0x4f000001,
      0x5effffff,
      0x5f000000,
      0x5f000001,
      0x5f800000,
      0x7e7fffff,
      0x7e800000,
      0x7effffff,
      0x7f000000,
      0x7f7ffffe,
      0x7f7fffff,
      0x7f800000,
      0x7f800001,
      0x7fbfffff,
      0x7fc00000,
      0x7fc00001,
      0x7fffffff
    };
    for (int magnitude : magnitudes) {
      bits.add(magnitude);
      bits.add(magnitude | 0x80000000);
    }
    return bits.stream().mapToInt(Integer::intValue).toArray();
  }
}
