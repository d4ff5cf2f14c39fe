package opml.kernels.operators;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.kernels.catalog.KernelCatalog;

/// What the tests of kernels share: tensors in and out of memory, and the orders of DOT and SUM written another way.
public final class Tensors {
  /// Sizes around every boundary of chunks, lanes and vectors.
  static final int[] AWKWARD = {
    0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257, 511, 512, 513, 1000
  };

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_NORMAL,
    1f,
    -1f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.intBitsToFloat(0x7f800001),
    Float.intBitsToFloat(0xffc00123)
  };

  private Tensors() {}

  public static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(bytes, 8);
  }

  public static MemorySegment tensor(float... values) {
    MemorySegment segment = memory(4L * values.length);
    MemorySegment.copy(values, 0, segment, F32, 0, values.length);
    return segment;
  }

  public static MemorySegment tensor(byte... values) {
    MemorySegment segment = memory(values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_BYTE, 0, values.length);
    return segment;
  }

  public static MemorySegment tensor(int... values) {
    MemorySegment segment = memory(4L * values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, 0, values.length);
    return segment;
  }

  public static float[] random(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-4, 4);
    }
    return values;
  }

  /// {@return values of which some are zeros, subnormal, huge, infinite or NaN}
  public static float[] wild(SplittableRandom random, int count) {
    float[] values = random(random, count);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(8) == 0) {
        values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      }
    }
    return values;
  }

  public static byte[] randomBytes(SplittableRandom random, int count) {
    byte[] values = new byte[count];
    random.nextBytes(values);
    return values;
  }

  public static void run(String kernel, MemorySegment[] segments, long... scalars) {
    assertThat(KernelCatalog.byName(kernel).run(segments, scalars)).isZero();
  }

  public static MemorySegment[] segments(MemorySegment... segments) {
    return segments;
  }

  /// Asks for equal bits, every NaN as the canonical one.
  public static void assertBits(MemorySegment actual, float[] expected, String what) {
    int[] bits = new int[expected.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(expected[i]));
    assertThat(actual.toArray(ValueLayout.JAVA_INT)).as(what).isEqualTo(bits);
  }

  /// DOT, with its chunks in an array.
  public static float dot(float[] a, float[] b) {
    float[] chunks = new float[(a.length + 255) / 256];
    for (int i = 0; i < a.length; i++) {
      chunks[i / 256] = Math.fma(a[i], b[i], chunks[i / 256]);
    }
    float y = 0f;
    for (float chunk : chunks) {
      y += chunk;
    }
    return y;
  }

  /// SUM, with its accumulators in an array.
  public static float sum(float[] x) {
    float[] lanes = new float[16];
    for (int i = 0; i < x.length; i++) {
      lanes[i % 16] += x[i];
    }
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
