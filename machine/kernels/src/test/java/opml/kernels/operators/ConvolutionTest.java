package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class ConvolutionTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void isADotOverThePatchAtRandomShapes() {
    for (int trial = 0; trial < 300; trial++) {
      Window s = Window.random(random);
      float[] x =
          trial % 2 == 0 ? Tensors.random(random, s.inputs()) : Tensors.wild(random, s.inputs());
      float[] w =
          trial % 4 < 2 ? Tensors.random(random, s.weights()) : Tensors.wild(random, s.weights());
      float[] b = Tensors.random(random, s.outChannels);
      float[] expected = new float[s.outputs()];
      for (int i = 0; i < expected.length; i++) {
        float[] patch = new float[s.window()];
        float[] kernel = new float[s.window()];
        for (int j = 0; j < patch.length; j++) {
          int at = s.input(i, j);
          patch[j] = at < 0 ? 0f : x[at];
          kernel[j] = w[s.outChannel(i) * s.window() + j];
        }
        expected[i] = Tensors.dot(patch, kernel) + b[s.outChannel(i)];
      }
      MemorySegment y = memory(4L * expected.length);
      run("conv2d.f32", segments(tensor(x), tensor(w), tensor(b), y), s.scalars());
      assertBits(y, expected, s + ", seed " + seed);
    }
  }

  @Test
  void paddingTakesPartAsZero() {
    MemorySegment y = memory(4);
    MemorySegment w = tensor(Float.POSITIVE_INFINITY, 1f);
    // one row, one column of padding on the left: 0 · infinity + 1 · 1
    Window s = new Window(1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1);
    run("conv2d.f32", segments(tensor(1f), w, tensor(0f), y), s.scalars());
    assertThat(Mem.i32(y, 0)).isEqualTo(Mem.CANONICAL_NAN);
  }

  @Test
  void quantisedConvolutionIsExactAtRandomShapes() {
    for (int trial = 0; trial < 300; trial++) {
      Window s = Window.random(random);
      byte[] x = Tensors.randomBytes(random, s.inputs());
      byte[] w = Tensors.randomBytes(random, s.weights());
      int xUnsigned = random.nextInt(2);
      int wUnsigned = random.nextInt(2);
      int yUnsigned = random.nextInt(2);
      int xZero = random.nextInt(-128, 128) + 128 * xUnsigned;
      int wZero = random.nextInt(-128, 128) + 128 * wUnsigned;
      int yZero = random.nextInt(-128, 128) + 128 * yUnsigned;
      int perChannel = random.nextInt(2);
      boolean wraps = random.nextInt(4) == 0; // the int32 accumulator, now and then
      int most = wraps ? Integer.MAX_VALUE : 5000;
      int[] bias = random.ints(s.outChannels, -most, most).toArray();
      int[] multiplier = random.ints(s.outChannels, 1 << 30, Integer.MAX_VALUE).toArray();
      int[] shift = random.ints(s.outChannels, wraps ? 55 : 36, wraps ? 60 : 46).toArray();
      byte[] expected = new byte[s.outputs()];
      for (int i = 0; i < expected.length; i++) {
        int channel = s.outChannel(i);
        int sum = bias[channel];
        for (int j = 0; j < s.window(); j++) {
          int at = s.input(i, j);
          int value = at < 0 ? 0 : (xUnsigned != 0 ? x[at] & 255 : x[at]) - xZero;
          int factor = w[channel * s.window() + j];
          sum += value * ((wUnsigned != 0 ? factor & 255 : factor) - wZero);
        }
        int c = perChannel != 0 ? channel : 0;
        long rounded =
            BigDecimal.valueOf(sum)
                .multiply(BigDecimal.valueOf(multiplier[c]))
                .divide(BigDecimal.TWO.pow(shift[c]), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
        expected[i] =
            (byte)
                Math.clamp(rounded + yZero, yUnsigned != 0 ? 0 : -128, yUnsigned != 0 ? 255 : 127);
      }
      MemorySegment y = memory(expected.length);
      long[] scalars = Arrays.copyOf(s.scalars(), 23);
      long[] rest = {xZero, wZero, yZero, perChannel, xUnsigned, wUnsigned, yUnsigned};
      System.arraycopy(rest, 0, scalars, 16, 7);
      run(
          "qlinear.conv2d",
          segments(tensor(x), tensor(w), tensor(multiplier), tensor(shift), tensor(bias), y),
          scalars);
      assertThat(y.toArray(ValueLayout.JAVA_BYTE)).as("%s, seed %d", s, seed).isEqualTo(expected);
    }
  }

  /// A convolution's shape, and where each element of each window lies.
  private record Window(
      int batch,
      int inChannels,
      int inHeight,
      int inWidth,
      int outChannels,
      int outHeight,
      int outWidth,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int dilationHeight,
      int dilationWidth,
      int groups) {
    static Window random(SplittableRandom random) {
      int groups = 1 + random.nextInt(3);
      boolean many = random.nextInt(5) == 0; // windows longer than a chunk
      return new Window(
          1 + random.nextInt(2),
          groups * (many ? 40 : 1 + random.nextInt(3)),
          1 + random.nextInt(7),
          1 + random.nextInt(7),
          groups * (1 + random.nextInt(9)), // on both sides of the four that int8 takes together
          1 + random.nextInt(4),
          1 + random.nextInt(4),
          1 + random.nextInt(4),
          1 + random.nextInt(4),
          1 + random.nextInt(2),
          1 + random.nextInt(2),
          random.nextInt(3),
          random.nextInt(3),
          1 + random.nextInt(2),
          1 + random.nextInt(2),
          groups);
    }

    int inputs() {
      return batch * inChannels * inHeight * inWidth;
    }

    int weights() {
      return outChannels * window();
    }

    int outputs() {
      return batch * outChannels * outHeight * outWidth;
    }

    int window() {
      return inChannels / groups * kernelHeight * kernelWidth;
    }

    int outChannel(int output) {
      return output / (outHeight * outWidth) % outChannels;
    }

    /// {@return the index in x of an output's j-th element, or -1 for padding}
    int input(int output, int j) {
      int image = output / (outHeight * outWidth * outChannels);
      int group = outChannel(output) / (outChannels / groups);
      int channel = group * (inChannels / groups) + j / (kernelHeight * kernelWidth);
      int ky = j / kernelWidth % kernelHeight;
      int kx = j % kernelWidth;
      int row = output / outWidth % outHeight * strideHeight + ky * dilationHeight - padTop;
      int column = output % outWidth * strideWidth + kx * dilationWidth - padLeft;
      boolean inside = row >= 0 && row < inHeight && column >= 0 && column < inWidth;
      return inside ? ((image * inChannels + channel) * inHeight + row) * inWidth + column : -1;
    }

    long[] scalars() {
      return new long[] {
        batch,
        inChannels,
        inHeight,
        inWidth,
        outChannels,
        outHeight,
        outWidth,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        dilationHeight,
        dilationWidth,
        groups
      };
    }
  }
}
