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
      case "sub.f32", "div.f32", "min.f32", "max.f32" -> rows(r, size(r, 4), size(r, 3000));
      case "relu.f32",
          "abs.f32",
          "neg.f32",
          "sqrt.f32",
          "reciprocal.f32",
          "exp.f32",
          "erf.f32",
          "tanh.f32",
          "sigmoid.f32",
          "gelu.f32",
          "gelu.tanh.f32" ->
          longs(size(r, 5000));
      case "reduce.mean.f32", "reduce.sum.f32", "reduce.max.f32", "reduce.min.f32" ->
          longs(size(r, 5), size(r, 100), r.nextBoolean() ? 1 : size(r, 5));
      case "cast" -> longs(size(r, 5000), r.nextInt(8) == 0 ? 7 : 6, 1, 0);
      case "dynamic.quantize" -> longs(size(r, 5000));
      case "matmul.integer" -> integerProduct(r);
      case "matmul.integer.scaled" -> {
        long[] product = integerProduct(r);
        long[] scaled = Arrays.copyOf(product, product.length + 1);
        scaled[product.length] = r.nextInt(2);
        yield scaled;
      }
      case "normalize.f32" -> {
        long n = size(r, 100);
        boolean whole = r.nextInt(8) > 0;
        yield longs(
            size(r, 5), n, 1, 0, whole ? 1 : n, Float.floatToIntBits(r.nextBoolean() ? 1e-5f : 0));
      }
      case "move.b4" -> move(r);
      case "gather.b1", "gather.b4" -> gather(r);
      case "maxpool.f32" -> Arrays.copyOf(pool(r), 13);
      case "averagepool.f32" -> pool(r);
      case "globalaveragepool.f32" -> longs(size(r, 5), size(r, 100));
      case "softmax.f32" ->
          longs(
              size(r, 5),
              r.nextInt(3) == 0 ? 16 * size(r, 40) : size(r, 100),
              r.nextInt(3) > 0 ? 1 : size(r, 5));
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
        int middle = 128 * w; // less which a byte has a sign
        int wZero = r.nextInt(3) > 0 ? middle : zero(r, w);
        yield concat(
            convolution(r), longs(zero(r, x), wZero, zero(r, 1), r.nextInt(2), x, w, r.nextInt(2)));
      }
      default -> throw new IllegalArgumentException(kernel.name());
    };
  }

  private static long[] rows(RandomGenerator r, long rows, long count) {
    long a = r.nextInt(3);
    long b = r.nextInt(3);
    return longs(
        rows, count, r.nextBoolean() ? 0 : count * a, a, r.nextBoolean() ? 0 : count * b, b);
  }

  /// A tensor whose axes are put in another order, into one with or without gaps.
  private static long[] integerProduct(RandomGenerator r) {
    long batch = size(r, 3);
    long m = rows(r);
    long k = depth(r);
    return longs(
        batch,
        m,
        size(r, 200),
        k,
        m * k,
        0,
        r.nextInt(2),
        r.nextInt(2),
        r.nextInt(8) == 0 ? 1 : 0,
        0);
  }

  private static long[] move(RandomGenerator r) {
    int[] order = {0, 1, 2, 3, 4, 5};
    for (int i = 5; i > 0; i--) {
      int j = r.nextInt(3) == 0 ? r.nextInt(i + 1) : i;
      int other = order[i];
      order[i] = order[j];
      order[j] = other;
    }
    long[] call = new long[20];
    long[] dims = new long[6];
    for (int i = 0; i < 6; i++) {
      dims[i] = r.nextInt(3) == 0 ? size(r, i > 3 ? 40 : 4) : 1;
      call[i] = dims[i];
    }
    long xStep = r.nextInt(4) == 0 ? 2 : 1;
    long yStep = r.nextInt(4) == 0 ? 2 : 1;
    call[6] = r.nextInt(3);
    call[13] = r.nextInt(3);
    for (int i = 5; i >= 0; i--) {
      call[14 + i] = yStep;
      yStep *= dims[i];
      call[7 + order[i]] = xStep;
      xStep *= dims[order[i]];
    }
    return call;
  }

  /// Rows of a table, or elements, by an index each.
  private static long[] gather(RandomGenerator r) {
    long outer = size(r, 3);
    long indices = size(r, 9);
    long width = r.nextInt(4) == 0 ? 1 : size(r, 70);
    long places = size(r, 9);
    boolean byElement = r.nextInt(8) == 0;
    return longs(
        1,
        1,
        1,
        outer,
        indices,
        width,
        r.nextInt(2),
        0,
        0,
        0,
        places * width,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        1,
        byElement ? 1 : 0,
        places,
        width);
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
        r.nextInt(6) == 0 ? r.nextInt(3) : k, // rows may overlap
        1,
        r.nextBoolean() ? n * k : 0,
        transposed ? 1 : n,
        transposed ? k : 1);
  }

  private static long[] convolution(RandomGenerator r) {
    long[] any = anyConvolution(r);
    switch (r.nextInt(4)) {
      case 0 -> {
        // single pixels
        any[5] = any[2];
        any[6] = any[3];
        Arrays.fill(any, 7, 11, 1);
        Arrays.fill(any, 11, 13, 0);
        any[15] = 1;
        any[1] = (long) depth(r) + 1;
        any[4] = (long) size(r, 70) + (r.nextInt(4) == 0 ? 192 : 0);
      }
      case 1 -> {
        // each channel for itself
        any[1] = size(r, 5);
        any[4] = any[1];
        any[15] = any[1];
        any[7] = 3;
        any[8] = 3;
        if (r.nextInt(4) > 0) {
          // as models have them: rows of a vector and of more, or of less
          any[2] = size(r, 20);
          any[3] = size(r, 70);
          any[9] = r.nextInt(1, 3);
          any[10] = any[9];
          any[11] = r.nextInt(3);
          any[12] = r.nextInt(3);
          any[5] = Math.max(1, (any[2] + 2 * any[11] - 3) / any[9] + 1);
          any[6] = Math.max(1, (any[3] + 2 * any[12] - 3) / any[10] + 1);
          Arrays.fill(any, 13, 15, 1);
        }
      }
      default -> {
        // as it is
      }
    }
    return any;
  }

  private static long[] anyConvolution(RandomGenerator r) {
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
