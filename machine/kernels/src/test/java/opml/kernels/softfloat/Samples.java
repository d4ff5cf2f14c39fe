package opml.kernels.softfloat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Float operands worth trying.
public final class Samples {
  /// Both signs of: zeros, the ends of the subnormals and of the normals, powers of two and their neighbours, small
  /// integers, ties of the integer roundings, infinity, NaNs quiet and signalling.
  public static final int[] SPECIAL = special();

  private Samples() {}

  /// {@return bits for an operand}: anything at all, near a special one, of few significant bits, or of moderate size
  public static int any(SplittableRandom random) {
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
  public static int near(int a, int b, SplittableRandom random) {
    float product = Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
    int bits = Float.floatToRawIntBits(product) ^ (random.nextBoolean() ? 0x80000000 : 0);
    return bits
        + random.nextInt(-3, 4)
        + (random.nextInt(-30, 31) << (random.nextInt(3) == 0 ? 23 : 0));
  }

  /// {@return a·b + c one unit of the product's last place away from a tie}: the product is ±2^e · (1 ± 2^-46), and the
  /// addend such that 2^e is half a unit of the sum, be it normal or subnormal. Only the last of 48 bits tells on which
  /// side of the tie the sum lies. (2^46 + 1 and 2^46 - 1 have two factors of 24 bits each.)
  public static int[] nearTie(SplittableRandom random) {
    boolean above = random.nextBoolean();
    int a = above ? 0x001001 : 0x000001; // 2^23 + 2^12 + 1, or 2^23 + 1
    int b = above ? 0x7fe002 : 0x7ffffe; // 2^24 - 2^13 + 2, or 2^24 - 2
    int tie = random.nextInt(-150, 100); // e
    int ea = random.nextInt(Math.max(-126, tie - 126), Math.min(126, tie + 126));
    int eb = tie - 1 - ea;
    if (eb < -126 || eb > 127) {
      return nearTie(random);
    }
    int sign = random.nextInt() & 0x80000000;
    int ulps =
        random.nextInt(4); // of the addend, above the power of two; or its multiple where subnormal
    int ec = tie + 24 + 127;
    int c = (ec > 1 ? ec << 23 : random.nextInt(3) << 22) + ulps;
    if (tie > -150 && ec <= 1) {
      c = 0x800000 + ulps;
    }
    return new int[] {
      sign | ((ea + 127) << 23) | a, ((eb + 127) << 23) | b, c | (random.nextInt() & 0x80000000)
    };
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
