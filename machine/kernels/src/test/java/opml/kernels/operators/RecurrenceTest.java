package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import opml.kernels.layout.GateFunction;
import org.junit.jupiter.api.Test;

/// Networks of one sequence after the other, in doubles, by the formulas of the papers.
class RecurrenceTest {
  private static final int LENGTH = 4;
  private static final int BATCH = 2;
  private static final int HIDDEN = 3;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static long bits(float value) {
    return Float.floatToIntBits(value);
  }

  /// A network's inputs, which all kinds have.
  private final class Network {
    final int gates;
    final float[] xw;
    final float[] r;
    final float[] bias;
    final float[] state = Tensors.random(random, BATCH * HIDDEN);
    final int[] lengths = random.ints(BATCH, 0, LENGTH + 1).toArray();
    final int backwards = random.nextInt(2);
    final MemorySegment next = memory(4 * BATCH * HIDDEN);
    final MemorySegment y = memory(4 * LENGTH * BATCH * HIDDEN);

    Network(int gates) {
      this.gates = gates;
      xw = Tensors.random(random, LENGTH * BATCH * gates * HIDDEN);
      r = Tensors.random(random, gates * HIDDEN * HIDDEN);
      bias = Tensors.random(random, 2 * gates * HIDDEN);
    }

    long[] scalars(long... more) {
      long[] all = new long[6 + more.length];
      long[] first = {LENGTH, BATCH, HIDDEN, 0, LENGTH, backwards};
      System.arraycopy(first, 0, all, 0, 6);
      System.arraycopy(more, 0, all, 6, more.length);
      return all;
    }

    double input(int b, int step, int gate) {
      int row = backwards != 0 ? lengths[b] - 1 - step : step;
      return xw[(row * BATCH + b) * gates * HIDDEN + gate];
    }

    double product(double[] h, int gate) {
      double sum = 0;
      for (int i = 0; i < HIDDEN; i++) {
        sum += r[gate * HIDDEN + i] * h[i];
      }
      return sum;
    }

    double sum(int b, int step, double[] h, int gate) {
      return input(b, step, gate) + product(h, gate) + bias[gate] + bias[gates * HIDDEN + gate];
    }

    double[] first(float[] values, int b) {
      double[] own = new double[HIDDEN];
      for (int j = 0; j < HIDDEN; j++) {
        own[j] = values[b * HIDDEN + j];
      }
      return own;
    }

    void hasGiven(int b, int step, double[] h) {
      for (int j = 0; j < HIDDEN; j++) {
        assertThat((double) y.getAtIndex(ValueLayout.JAVA_FLOAT, (step * BATCH + b) * HIDDEN + j))
            .as("step %d, seed %d", step, seed)
            .isCloseTo(step < lengths[b] ? h[j] : 0, within(1e-4));
      }
    }

    void hasLeft(MemorySegment left, int b, double[] h) {
      for (int j = 0; j < HIDDEN; j++) {
        assertThat((double) left.getAtIndex(ValueLayout.JAVA_FLOAT, b * HIDDEN + j))
            .as("seed %d", seed)
            .isCloseTo(h[j], within(1e-4));
      }
    }
  }

  @Test
  void aSimpleNetwork() {
    for (int trial = 0; trial < 50; trial++) {
      Network net = new Network(1);
      run(
          "rnn.f32",
          segments(
              tensor(net.xw),
              tensor(net.r),
              tensor(net.bias),
              tensor(net.state),
              tensor(net.lengths),
              memory(4 * HIDDEN),
              net.next,
              net.y),
          net.scalars(GateFunction.TANH, 0, 0, bits(Float.POSITIVE_INFINITY)));
      for (int b = 0; b < BATCH; b++) {
        double[] h = net.first(net.state, b);
        for (int step = 0; step < LENGTH; step++) {
          if (step < net.lengths[b]) {
            double[] fresh = new double[HIDDEN];
            for (int j = 0; j < HIDDEN; j++) {
              fresh[j] = Math.tanh(net.sum(b, step, h, j));
            }
            h = fresh;
          }
          net.hasGiven(b, step, h);
        }
        net.hasLeft(net.next, b, h);
      }
    }
  }

  @Test
  void gatedUnits() {
    for (int trial = 0; trial < 50; trial++) {
      Network net = new Network(3);
      int resetsLast = random.nextInt(2);
      run(
          "gru.f32",
          segments(
              tensor(net.xw),
              tensor(net.r),
              tensor(net.bias),
              tensor(net.state),
              tensor(net.lengths),
              memory(16 * HIDDEN),
              net.next,
              net.y),
          net.scalars(
              GateFunction.SIGMOID,
              0,
              0,
              GateFunction.TANH,
              0,
              0,
              resetsLast,
              bits(Float.POSITIVE_INFINITY)));
      for (int b = 0; b < BATCH; b++) {
        double[] h = net.first(net.state, b);
        for (int step = 0; step < LENGTH; step++) {
          if (step < net.lengths[b]) {
            double[] reset = new double[HIDDEN];
            double[] kept = new double[HIDDEN];
            double[] fresh = new double[HIDDEN];
            for (int j = 0; j < HIDDEN; j++) {
              reset[j] = sigmoid(net.sum(b, step, h, HIDDEN + j));
              kept[j] = reset[j] * h[j];
            }
            for (int j = 0; j < HIDDEN; j++) {
              int gate = 2 * HIDDEN + j;
              double z = sigmoid(net.sum(b, step, h, j));
              double inner =
                  resetsLast != 0
                      ? reset[j] * (net.product(h, gate) + net.bias[3 * HIDDEN + gate])
                      : net.product(kept, gate) + net.bias[3 * HIDDEN + gate];
              double candidate = Math.tanh(net.input(b, step, gate) + net.bias[gate] + inner);
              fresh[j] = (1 - z) * candidate + z * h[j];
            }
            h = fresh;
          }
          net.hasGiven(b, step, h);
        }
        net.hasLeft(net.next, b, h);
      }
    }
  }

  @Test
  void longShortTermMemory() {
    for (int trial = 0; trial < 50; trial++) {
      Network net = new Network(4);
      float[] peepholes = Tensors.random(random, 3 * HIDDEN);
      float[] cells = Tensors.random(random, BATCH * HIDDEN);
      int coupled = random.nextInt(2);
      MemorySegment nextCell = memory(4 * BATCH * HIDDEN);
      run(
          "lstm.f32",
          segments(
              tensor(net.xw),
              tensor(net.r),
              tensor(net.bias),
              tensor(peepholes),
              tensor(net.state),
              tensor(cells),
              tensor(net.lengths),
              memory(16 * HIDDEN),
              net.next,
              nextCell,
              net.y),
          net.scalars(
              GateFunction.SIGMOID,
              0,
              0,
              GateFunction.TANH,
              0,
              0,
              GateFunction.TANH,
              0,
              0,
              coupled,
              bits(2f)));
      for (int b = 0; b < BATCH; b++) {
        double[] h = net.first(net.state, b);
        double[] c = net.first(cells, b);
        for (int step = 0; step < LENGTH; step++) {
          if (step < net.lengths[b]) {
            double[] fresh = new double[HIDDEN];
            for (int j = 0; j < HIDDEN; j++) {
              double in = net.sum(b, step, h, j) + peepholes[j] * c[j];
              double forget =
                  net.sum(b, step, h, 2 * HIDDEN + j) + peepholes[2 * HIDDEN + j] * c[j];
              double i = sigmoid(Math.clamp(in, -2, 2));
              double f = coupled != 0 ? 1 - i : sigmoid(Math.clamp(forget, -2, 2));
              double candidate = Math.tanh(Math.clamp(net.sum(b, step, h, 3 * HIDDEN + j), -2, 2));
              c[j] = f * c[j] + i * candidate;
              double out = net.sum(b, step, h, HIDDEN + j) + peepholes[HIDDEN + j] * c[j];
              fresh[j] = sigmoid(Math.clamp(out, -2, 2)) * Math.tanh(c[j]);
            }
            h = fresh;
          }
          net.hasGiven(b, step, h);
        }
        net.hasLeft(net.next, b, h);
        net.hasLeft(nextCell, b, c);
      }
    }
  }

  @Test
  void twoPartsOfASequenceAreTheWhole() {
    Network net = new Network(1);
    MemorySegment[] all =
        segments(
            tensor(net.xw),
            tensor(net.r),
            tensor(net.bias),
            tensor(net.state),
            tensor(net.lengths),
            memory(4 * HIDDEN),
            net.next,
            net.y);
    long[] scalars = net.scalars(GateFunction.SOFTSIGN, 0, 0, bits(Float.POSITIVE_INFINITY));
    run("rnn.f32", all, scalars);
    MemorySegment middle = memory(net.next.byteSize());
    MemorySegment last = memory(net.next.byteSize());
    MemorySegment y = memory(net.y.byteSize());
    all[6] = middle;
    all[7] = y;
    scalars[4] = 3;
    run("rnn.f32", all, scalars);
    all[3] = middle;
    all[6] = last;
    all[7] = memory(4 * BATCH * HIDDEN);
    scalars[3] = 3;
    scalars[4] = 1;
    run("rnn.f32", all, scalars);
    MemorySegment.copy(all[7], 0, y, 4 * 3 * BATCH * HIDDEN, all[7].byteSize());
    assertThat(y.mismatch(net.y)).as("seed %d", seed).isEqualTo(-1);
    assertThat(last.mismatch(net.next)).as("seed %d", seed).isEqualTo(-1);
  }

  @Test
  void everyActivationHasItsFormula() {
    float[] x = {-5f, -1.5f, -0.2f, 0f, 0.2f, 0.6f, 1.5f, 5f};
    double a = 0.3f;
    double b = 0.7f;
    for (int kind = 0; kind <= GateFunction.SOFTPLUS; kind++) {
      for (float value : x) {
        MemorySegment y = memory(4);
        run(
            "rnn.f32",
            segments(
                tensor(value), memory(4), memory(8), memory(4), tensor(1), memory(4), memory(4), y),
            1,
            1,
            1,
            0,
            1,
            0,
            kind,
            bits(0.3f),
            bits(0.7f),
            bits(Float.POSITIVE_INFINITY));
        double expected =
            switch (kind) {
              case GateFunction.SIGMOID -> sigmoid(value);
              case GateFunction.TANH -> Math.tanh(value);
              case GateFunction.RELU -> Math.max(0, value);
              case GateFunction.AFFINE -> a * value + b;
              case GateFunction.LEAKY_RELU -> value < 0 ? a * value : value;
              case GateFunction.THRESHOLDED_RELU -> value > a ? value : 0;
              case GateFunction.SCALED_TANH -> a * Math.tanh(b * value);
              case GateFunction.HARD_SIGMOID -> Math.clamp(a * value + b, 0, 1);
              case GateFunction.ELU -> value < 0 ? a * Math.expm1(value) : value;
              case GateFunction.SOFTSIGN -> value / (1 + Math.abs(value));
              default -> Math.log1p(Math.exp(value));
            };
        assertThat((double) y.get(ValueLayout.JAVA_FLOAT, 0))
            .as("activation %d of %s", kind, value)
            .isCloseTo(expected, within(1e-6));
      }
    }
  }
}
