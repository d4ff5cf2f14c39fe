package opml.twins;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import opml.kernels.catalog.Kernel;

/// Random scalars of every kernel that has a twin, with the sizes around which code branches.
final class RandomCalls {
  private static final int[] DEPTHS = {0, 1, 2, 7, 255, 256, 257, 300, 511, 513};

  private RandomCalls() {}

  static long[] of(Kernel kernel, RandomGenerator r) {
    return switch (kernel.name()) {
      case "gemm.f32" -> gemm(r);
      case "matmul.f32" -> matmul(r);
      case "conv2d.f32" -> convolution(r);
      case "add.f32", "mul.f32" -> broadcast(r);
      case "relu.f32" -> longs(size(r, 5000));
      case "maxpool.f32" -> Arrays.copyOf(pool(r), 13);
      case "averagepool.f32" -> pool(r);
      case "globalaveragepool.f32" -> longs(size(r, 5), size(r, 100));
      case "softmax.f32" -> longs(size(r, 5), size(r, 100), r.nextBoolean() ? 1 : size(r, 5));
      case "quantize", "dequantize" ->
          longs(size(r, 4), size(r, 4), size(r, 3000), r.nextInt(2), r.nextInt(2));
      case "qlinear.matmul" -> {
        int a = r.nextInt(2);
        int b = r.nextInt(2);
        yield longs(
            rows(r),
            size(r, 200),
            depth(r),
            zero(r, a),
            zero(r, b),
            zero(r, 1),
            r.nextInt(2),
            a,
            b,
            r.nextInt(2));
      }
      case "linear.f32", "linear.f16", "linear.bf16" -> linear(r, depth(r));
      case "linear.q80", "linear.q40", "linear.q41", "linear.q50", "linear.q51", "linear.iq4nl" ->
          linear(r, size(r, 40));
      case "linear.q2k",
          "linear.q3k",
          "linear.q4k",
          "linear.q5k",
          "linear.q6k",
          "linear.iq2xxs",
          "linear.iq4xs" ->
          linear(r, 8L * size(r, 9));
      case "qlinear.conv2d" -> {
        int x = r.nextInt(2);
        int w = r.nextInt(2);
        yield concat(
            convolution(r),
            longs(zero(r, x), zero(r, w), zero(r, 1), r.nextInt(2), x, w, r.nextInt(2)));
      }
      default -> throw new IllegalArgumentException(kernel.name());
    };
  }

  private static long[] linear(RandomGenerator r, long depth) {
    long count = size(r, 70);
    long to = r.nextBoolean() ? 0 : r.nextInt(9);
    return longs(
        r.nextInt(2),
        r.nextInt(3) == 0 ? r.nextInt(9) : 0,
        size(r, 70),
        r.nextBoolean() ? 0 : r.nextInt(40),
        to,
        count,
        to + count + r.nextInt(4),
        depth);
  }

  private static long[] gemm(RandomGenerator r) {
    long m = rows(r);
    long n = size(r, 200);
    long k = depth(r);
    boolean aTransposed = r.nextBoolean();
    boolean bTransposed = r.nextBoolean();
    return longs(
        m,
        n,
        k,
        aTransposed ? 1 : k,
        aTransposed ? m : 1,
        bTransposed ? 1 : n,
        bTransposed ? k : 1,
        r.nextBoolean() ? n : 0,
        r.nextInt(3) > 0 ? 1 : 0,
        Float.floatToIntBits(r.nextBoolean() ? 1f : 0.3f),
        Float.floatToIntBits(r.nextBoolean() ? 1f : -2.7f));
  }

  private static long[] matmul(RandomGenerator r) {
    long batch = size(r, 3);
    long m = rows(r);
    long n = size(r, 60);
    long k = depth(r);
    boolean transposed = r.nextBoolean();
    return longs(
        batch,
        m,
        n,
        k,
        r.nextBoolean() ? m * k : 0,
        k,
        1,
        r.nextBoolean() ? n * k : 0,
        transposed ? 1 : n,
        transposed ? k : 1);
  }

  private static long[] convolution(RandomGenerator r) {
    int groups = r.nextInt(3) == 0 ? size(r, 4) : 1;
    int channels = size(r, 5) * groups;
    if (r.nextInt(6) == 0) {
      channels = 33 * groups;
    }
    int outputs = size(r, 14) * groups;
    int[] h = axis(r);
    int[] w = axis(r);
    return longs(
        size(r, 2),
        channels,
        h[0],
        w[0],
        outputs,
        h[1],
        w[1],
        h[2],
        w[2],
        h[3],
        w[3],
        h[4],
        w[4],
        h[5],
        w[5],
        groups);
  }

  private static long[] pool(RandomGenerator r) {
    boolean inside = r.nextBoolean();
    int[] h = inside ? inside(axis(r)) : axis(r);
    int[] w = inside ? inside(axis(r)) : axis(r);
    return longs(
        size(r, 4),
        h[0],
        w[0],
        h[1],
        w[1],
        h[2],
        w[2],
        h[3],
        w[3],
        h[4],
        w[4],
        h[5],
        w[5],
        r.nextInt(2));
  }

  /// {@return in, out, kernel, stride, padding, dilation}; any combination is in range
  private static int[] axis(RandomGenerator r) {
    int in = size(r, 20);
    int kernel = size(r, 5);
    int stride = r.nextInt(2) == 0 ? 1 : size(r, 4);
    int dilation = r.nextInt(3) == 0 ? size(r, 3) : 1;
    int padding = r.nextInt(8) == 0 ? -1 : r.nextInt(4);
    int natural = (in + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
    int out = r.nextInt(4) == 0 ? size(r, 12) : Math.max(1, natural);
    return new int[] {in, out, kernel, stride, padding, dilation};
  }

  /// {@return an axis whose windows do not reach over the edge}
  private static int[] inside(int[] axis) {
    int reach = (axis[2] - 1) * axis[5] + 1;
    int in = Math.max(axis[0], reach);
    return new int[] {in, (in - reach) / axis[3] + 1, axis[2], axis[3], 0, axis[5]};
  }

  private static long[] broadcast(RandomGenerator r) {
    long[] s = new long[12];
    long a = 1;
    long b = 1;
    for (int i = 3; i >= 0; i--) {
      s[i] = r.nextInt(3) == 0 ? 1 : size(r, i == 3 ? 70 : 5);
      if (r.nextInt(3) > 0) {
        s[4 + i] = a;
        a *= s[i];
      }
      if (r.nextInt(3) > 0) {
        s[8 + i] = b;
        b *= s[i];
      }
    }
    if (r.nextInt(10) == 0) {
      s[7] = 3;
    }
    return s;
  }

  private static int rows(RandomGenerator r) {
    return r.nextInt(3) == 0 ? 1 : size(r, 110);
  }

  private static int depth(RandomGenerator r) {
    return r.nextBoolean() ? DEPTHS[r.nextInt(DEPTHS.length)] : size(r, 600);
  }

  /// {@return 1 to `most`, small ones often}
  private static int size(RandomGenerator r, int most) {
    return 1 + r.nextInt(r.nextBoolean() ? most : Math.min(most, 20));
  }

  private static int zero(RandomGenerator r, int unsigned) {
    int any = r.nextInt(256);
    int value = r.nextInt(4) == 0 ? 255 * r.nextInt(2) : any;
    return unsigned != 0 ? value : value - 128;
  }

  private static long[] longs(long... values) {
    return values;
  }

  private static long[] concat(long[] a, long[] b) {
    long[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
