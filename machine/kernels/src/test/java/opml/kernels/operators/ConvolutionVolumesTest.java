package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConvolutionVolumesTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// A convolution in three dimensions: the scalars of conv3d.
  private record Shape(
      int batch, int channels, int[] in, int outputs, int[] out, int[] box, int groups) {
    static Shape random(SplittableRandom random) {
      int groups = 1 + random.nextInt(2);
      int channels = groups * (random.nextInt(6) == 0 ? 20 : 1 + random.nextInt(3));
      int[] box = new int[12];
      for (int i = 0; i < 12; i++) {
        box[i] = i >= 6 && i < 9 ? random.nextInt(3) : 1 + random.nextInt(i < 3 ? 3 : 2);
      }
      return new Shape(
          1 + random.nextInt(2),
          channels,
          random.ints(3, 1, 5).toArray(),
          groups * (1 + random.nextInt(3)),
          random.ints(3, 1, 4).toArray(),
          box,
          groups);
    }

    int kernel() {
      return box[0] * box[1] * box[2];
    }

    int places() {
      return out[0] * out[1] * out[2];
    }

    int elements() {
      return in[0] * in[1] * in[2];
    }

    long[] scalars() {
      return IntStream.of(
              concat(
                  new int[] {batch, channels},
                  in,
                  new int[] {outputs},
                  out,
                  box,
                  new int[] {groups}))
          .asLongStream()
          .toArray();
    }

    /// {@return where in the image a window's cell is, or -1}
    int inside(int place, int cell) {
      int at = 0;
      int[] place3 = {place / (out[1] * out[2]), place / out[2] % out[1], place % out[2]};
      int[] cell3 = {cell / (box[1] * box[2]), cell / box[2] % box[1], cell % box[2]};
      for (int i = 0; i < 3; i++) {
        int to = place3[i] * box[3 + i] - box[6 + i] + cell3[i] * box[9 + i];
        if (to < 0 || to >= in[i]) {
          return -1;
        }
        at = at * in[i] + to;
      }
      return at;
    }

    private static int[] concat(int[]... parts) {
      return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
    }
  }

  @Test
  void aVolumeIsConvolvedByDotsOverItsPatches() {
    for (int trial = 0; trial < 100; trial++) {
      Shape s = Shape.random(random);
      int perGroup = s.channels / s.groups;
      int patch = perGroup * s.kernel();
      float[] x = Tensors.wild(random, s.batch * s.channels * s.elements());
      float[] w = Tensors.random(random, s.outputs * patch);
      float[] b = Tensors.random(random, s.outputs);
      float[] expected = new float[s.batch * s.outputs * s.places()];
      for (int i = 0; i < expected.length; i++) {
        int output = i / s.places() % s.outputs;
        int image = i / s.places() / s.outputs;
        float[] values = new float[patch];
        for (int j = 0; j < patch; j++) {
          int channel = output / (s.outputs / s.groups) * perGroup + j / s.kernel();
          int at = s.inside(i % s.places(), j % s.kernel());
          values[j] = at < 0 ? 0f : x[(image * s.channels + channel) * s.elements() + at];
        }
        float[] weights = Arrays.copyOfRange(w, output * patch, (output + 1) * patch);
        expected[i] = Tensors.dot(values, weights) + b[output];
      }
      MemorySegment y = memory(4L * expected.length);
      run("conv3d.f32", segments(tensor(x), tensor(w), tensor(b), y), s.scalars());
      assertBits(y, expected, s + ", seed " + seed);
    }
  }

  /// The window slides over the result: each element of x is scattered to where the convolution would read it.
  @Test
  void aTransposedConvolutionScattersWhatAConvolutionGathers() {
    for (int trial = 0; trial < 100; trial++) {
      Shape s = Shape.random(random);
      int from = s.channels / s.groups;
      int to = s.outputs / s.groups;
      // s as the convolution whose result, of s.channels, is x, and whose image is y
      float[] x = Tensors.random(random, s.batch * s.channels * s.places());
      float[] w = Tensors.random(random, s.channels * to * s.kernel());
      float[] b = Tensors.random(random, s.outputs);
      double[] expected = new double[s.batch * s.outputs * s.elements()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = b[i / s.elements() % s.outputs];
      }
      for (int i = 0; i < x.length; i++) {
        int channel = i / s.places() % s.channels;
        int image = i / s.places() / s.channels;
        for (int output = 0; output < to; output++) {
          for (int cell = 0; cell < s.kernel(); cell++) {
            int at = s.inside(i % s.places(), cell);
            if (at >= 0) {
              int plane = image * s.outputs + channel / from * to + output;
              expected[plane * s.elements() + at] +=
                  (double) x[i] * w[(channel * to + output) * s.kernel() + cell];
            }
          }
        }
      }
      MemorySegment y = memory(4L * expected.length);
      Shape call = new Shape(s.batch, s.channels, s.out, s.outputs, s.in, s.box, s.groups);
      run("convtranspose.f32", segments(tensor(x), tensor(w), tensor(b), y), call.scalars());
      assertClose(y, expected, s.toString());
    }
  }

  @Test
  void columnsAreAddedUpWhereTheirWindowsWere() {
    for (int trial = 0; trial < 100; trial++) {
      Shape s = Shape.random(random);
      float[] x = Tensors.random(random, s.batch * s.kernel() * s.places());
      double[] expected = new double[s.batch * s.elements()];
      for (int i = 0; i < x.length; i++) {
        int at = s.inside(i % s.places(), i / s.places() % s.kernel());
        if (at >= 0) {
          expected[i / s.places() / s.kernel() * s.elements() + at] += x[i];
        }
      }
      MemorySegment y = memory(4L * expected.length);
      long[] scalars =
          IntStream.of(Shape.concat(new int[] {s.batch}, s.out, s.in, s.box))
              .asLongStream()
              .toArray();
      run("col2im.f32", segments(tensor(x), y), scalars);
      assertClose(y, expected, s.toString());
    }
  }

  @Test
  void withoutOffsetsADeformedConvolutionIsAnOrdinaryOne() {
    for (int trial = 0; trial < 50; trial++) {
      int groups = 1 + random.nextInt(2);
      int channels = groups * 2 * (random.nextInt(4) == 0 ? 20 : 1);
      int[] in = random.ints(2, 1, 6).toArray();
      int[] out = random.ints(2, 1, 4).toArray();
      int[] kernel = random.ints(2, 1, 4).toArray();
      int window = kernel[0] * kernel[1];
      long[] scalars = {
        1, channels, in[0], in[1], groups, out[0], out[1], kernel[0], kernel[1], 1, 2, 1, 0, 2, 1,
        groups
      };
      float[] x = Tensors.random(random, channels * in[0] * in[1]);
      float[] w = Tensors.random(random, channels * window);
      float[] b = Tensors.random(random, groups);
      int places = 2 * window * out[0] * out[1];
      float[] ones = new float[places];
      Arrays.fill(ones, 1f);
      MemorySegment expected = memory(4L * groups * out[0] * out[1]);
      MemorySegment y = memory(expected.byteSize());
      run("conv2d.f32", segments(tensor(x), tensor(w), tensor(b), expected), scalars);
      long[] more = Arrays.copyOf(scalars, 17);
      more[16] = 2;
      MemorySegment[] all =
          segments(tensor(x), tensor(w), tensor(b), tensor(new float[2 * places]), tensor(ones), y);
      run("deformconv.f32", all, more);
      assertThat(y.toArray(ValueLayout.JAVA_INT))
          .as("seed %d", seed)
          .isEqualTo(expected.toArray(ValueLayout.JAVA_INT));
    }
  }

  @Test
  void anOffsetMovesAnElementToBetweenFour() {
    float[] x = Tensors.random(random, 4 * 5);
    for (int trial = 0; trial < 200; trial++) {
      float dy = (float) random.nextDouble(-6, 6);
      float dx = (float) random.nextDouble(-6, 6);
      float mask = (float) random.nextDouble();
      MemorySegment y = memory(4);
      MemorySegment[] all =
          segments(tensor(x), tensor(2f), tensor(1f), tensor(dy, dx), tensor(mask), y);
      run("deformconv.f32", all, 1, 1, 4, 5, 1, 1, 1, 1, 1, 1, 1, -1, -2, 1, 1, 1, 1);
      double py = 1 + dy;
      double px = 2 + dx;
      double value = 0;
      for (int i = 0; i < 20; i++) {
        int row = i / 5;
        double weight = Math.max(0, 1 - Math.abs(py - row)) * Math.max(0, 1 - Math.abs(px - i % 5));
        value += weight * x[i];
      }
      assertThat((double) y.get(ValueLayout.JAVA_FLOAT, 0))
          .as("%s, %s, seed %d", dy, dx, seed)
          .isCloseTo(1 + 2 * mask * value, within(1e-4));
    }
  }

  private void assertClose(MemorySegment y, double[] expected, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) y.getAtIndex(ValueLayout.JAVA_FLOAT, i))
          .as("%s, seed %d", what, seed)
          .isCloseTo(expected[i], within(1e-3));
    }
  }
}
