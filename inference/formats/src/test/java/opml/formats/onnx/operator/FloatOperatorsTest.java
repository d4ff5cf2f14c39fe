package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.OperatorHarness.floats;
import static opml.formats.onnx.operator.OperatorHarness.run;
import static opml.formats.onnx.operator.OperatorHarness.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// Each operator against the obvious loops, on whole numbers, whose sums are exact in any order.
class FloatOperatorsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void gemmTransposesScalesAndBroadcasts() {
    for (int[] c : new int[][] {{}, {1}, {5}, {1, 5}, {3, 1}, {3, 5}}) {
      for (int transposed = 0; transposed < 4; transposed++) {
        boolean transA = (transposed & 1) != 0;
        boolean transB = (transposed & 2) != 0;
        Tensor a = transA ? whole(random, 4, 3) : whole(random, 3, 4);
        Tensor b = transB ? whole(random, 5, 4) : whole(random, 4, 5);
        Tensor addend = whole(random, c);
        Tensor y =
            run(
                13,
                "Gemm",
                a,
                List.of(b, addend),
                new IntValue("transA", transA ? 1 : 0),
                new IntValue("transB", transB ? 1 : 0),
                new OnnxAttribute.FloatValue("alpha", 2),
                new OnnxAttribute.FloatValue("beta", 0.5f));
        for (int i = 0; i < 3; i++) {
          for (int j = 0; j < 5; j++) {
            double dot = 0;
            for (int k = 0; k < 4; k++) {
              dot += a.f32(transA ? k * 3 + i : i * 4 + k) * b.f32(transB ? j * 4 + k : k * 5 + j);
            }
            int row = c.length == 2 && c[0] == 3 ? i : 0;
            int columns = c.length == 0 ? 1 : c[c.length - 1];
            double expected = 2 * dot + 0.5 * addend.f32(row * columns + (columns == 5 ? j : 0));
            assertThat(y.f32(i * 5 + j)).as("seed %d", seed).isEqualTo((float) expected);
          }
        }
      }
    }
  }

  @Test
  void gemmWithoutAddend() {
    Tensor y =
        run(
            11,
            "Gemm",
            Tensor.ofFloats(Shape.of(1, 2), 1, 2),
            List.of(Tensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4)));
    assertThat(y.floats()).containsExactly(7, 10);
  }

  @Test
  void matMulHasBatchesAndVectors() {
    Tensor a = whole(random, 2, 3, 4);
    Tensor b = whole(random, 2, 4, 5);
    matMul(a, b, Shape.of(2, 3, 5), 2, true, true);
    matMul(a, whole(random, 4, 5), Shape.of(2, 3, 5), 2, true, false);
    matMul(whole(random, 3, 4), b, Shape.of(2, 3, 5), 2, false, true);
    Tensor x = whole(random, 4);
    assertThat(run(9, "MatMul", x, List.of(whole(random, 4, 5))).shape()).isEqualTo(Shape.of(5));
    assertThat(run(9, "MatMul", x, List.of(whole(random, 4))).shape()).isEqualTo(Shape.SCALAR);
    assertThatThrownBy(() -> run(9, "MatMul", a, List.of(whole(random, 3, 4, 5))))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("MatMul: the shapes do not broadcast together: 2 and 3");
  }

  private void matMul(
      Tensor a, Tensor b, Shape result, int batches, boolean aBatch, boolean bBatch) {
    Tensor y = run(9, "MatMul", a, List.of(b));
    assertThat(y.shape()).isEqualTo(result);
    for (int t = 0; t < batches; t++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5; j++) {
          float dot = 0;
          for (int k = 0; k < 4; k++) {
            dot +=
                a.f32((aBatch ? t * 12 : 0) + i * 4 + k) * b.f32((bBatch ? t * 20 : 0) + k * 5 + j);
          }
          assertThat(y.f32(t * 15 + i * 5 + j)).as("seed %d", seed).isEqualTo(dot);
        }
      }
    }
  }

  @Test
  void convHasPadsStridesDilationsAndGroups() {
    for (int i = 0; i < 200; i++) {
      int groups = random.nextInt(1, 3);
      int in = groups * random.nextInt(1, 3);
      int out = groups * random.nextInt(1, 3);
      NaiveWindow w = NaiveWindow.random(random, 7);
      Tensor x = whole(random, 2, in, w.height, w.width);
      Tensor weights = whole(random, out, in / groups, w.kernelHeight, w.kernelWidth);
      Tensor bias = whole(random, out);
      Tensor y =
          run(11, "Conv", x, List.of(weights, bias), w.attributes(new IntValue("group", groups)));
      assertThat(y.shape()).isEqualTo(Shape.of(2, out, w.outHeight(), w.outWidth()));
      int at = 0;
      for (int image = 0; image < 2; image++) {
        for (int o = 0; o < out; o++) {
          for (int[] place : w.outputs()) {
            float sum = bias.f32(o);
            for (int c = 0; c < in / groups; c++) {
              int plane =
                  (image * in + o / (out / groups) * (in / groups) + c) * w.height * w.width;
              for (int[] tap : w.taps(place)) {
                int weight = (o * (in / groups) + c) * w.kernelHeight * w.kernelWidth + tap[1];
                sum += x.f32(plane + tap[0]) * weights.f32(weight);
              }
            }
            assertThat(y.f32(at++)).as("seed %d, case %d", seed, i).isEqualTo(sum);
          }
        }
      }
    }
  }

  @Test
  void autoPadKeepsTheSize() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 1, 4), 1, 2, 3, 4);
    Tensor w = Tensor.ofFloats(Shape.of(1, 1, 1, 2), 1, 10);
    assertThat(run(11, "Conv", x, List.of(w), text("auto_pad", "SAME_UPPER")).floats())
        .containsExactly(21, 32, 43, 4);
    assertThat(run(11, "Conv", x, List.of(w), text("auto_pad", "SAME_LOWER")).floats())
        .containsExactly(10, 21, 32, 43);
    assertThat(run(11, "Conv", x, List.of(w), text("auto_pad", "VALID")).floats())
        .containsExactly(21, 32, 43);
    assertThat(
            run(11, "Conv", x, List.of(w), text("auto_pad", "SAME_UPPER"), Ints.of("strides", 1, 3))
                .floats())
        .containsExactly(21, 4);
  }

  @Test
  void poolsTakeMaximaAndMeans() {
    for (int i = 0; i < 200; i++) {
      NaiveWindow w = NaiveWindow.randomPool(random, 7);
      Tensor x = whole(random, 1, 2, w.height, w.width);
      Tensor max = run(11, "MaxPool", x, List.of(), w.poolAttributes());
      boolean countPad = random.nextBoolean();
      Tensor mean =
          run(
              19,
              "AveragePool",
              x,
              List.of(),
              w.poolAttributes(new IntValue("count_include_pad", countPad ? 1 : 0)));
      int at = 0;
      for (int plane = 0; plane < 2; plane++) {
        for (int[] place : w.outputs()) {
          float greatest = Float.NEGATIVE_INFINITY;
          float sum = 0;
          for (int[] tap : w.taps(place)) {
            float value = x.f32(plane * w.height * w.width + tap[0]);
            greatest = Math.max(greatest, value);
            sum += value;
          }
          int count = countPad ? w.kernelHeight * w.kernelWidth : w.taps(place).size();
          assertThat(max.f32(at)).as("seed %d, case %d", seed, i).isEqualTo(greatest);
          assertThat(mean.f32(at)).as("seed %d, case %d", seed, i).isEqualTo(sum / count);
          at++;
        }
      }
      assertThat(max.shape().count()).isEqualTo(at);
    }
  }

  @Test
  void ceilModeAddsAPartialWindowThatHoldsSomething() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 1, 4), 1, 2, 3, 4);
    OnnxAttribute kernel = Ints.of("kernel_shape", 1, 2);
    OnnxAttribute strides = Ints.of("strides", 1, 3);
    OnnxAttribute ceil = new IntValue("ceil_mode", 1);
    assertThat(run(11, "MaxPool", x, List.of(), kernel, strides, ceil).floats())
        .containsExactly(2, 4);
    assertThat(run(11, "MaxPool", x, List.of(), kernel, strides).floats()).containsExactly(2);
  }

  @Test
  void aPoolRefusesAWindowOfPaddingAlone() {
    Tensor x = whole(random, 1, 1, 3, 3);
    assertThatThrownBy(
            () ->
                run(
                    11,
                    "MaxPool",
                    x,
                    List.of(),
                    Ints.of("kernel_shape", 2, 2),
                    Ints.of("pads", 2, 0, 0, 0)))
        .isInstanceOf(ImportException.class)
        .hasMessage(
            "model cannot be run here: MaxPool: a window lies in the padding alone (1 node: y)");
  }

  @Test
  void globalAveragePoolIsTheMeanOfAPlane() {
    Tensor x = whole(random, 2, 3, 4, 5);
    Tensor y = run(7, "GlobalAveragePool", x, List.of());
    assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 1, 1));
    for (int plane = 0; plane < 6; plane++) {
      float sum = 0;
      for (int i = 0; i < 20; i++) {
        sum += x.f32(plane * 20 + i);
      }
      assertThat(y.f32(plane)).as("seed %d", seed).isEqualTo(sum / 20);
    }
  }

  @Test
  void addAndMulBroadcast() {
    int[][][] shapes = {
      {{2, 3, 4}, {2, 3, 4}},
      {{2, 3, 4}, {}},
      {{2, 3, 4}, {4}},
      {{2, 3, 4}, {3, 1}},
      {{2, 1, 4}, {3, 1}},
      {{1}, {5, 1, 2}},
      {{2, 3, 4, 5}, {3, 1, 1}},
      {{2, 1, 3, 1, 2}, {1, 1, 2}},
      {{1, 3, 1, 5}, {2, 1, 4, 1}},
    };
    for (int[][] pair : shapes) {
      Tensor a = whole(random, pair[0]);
      Tensor b = whole(random, pair[1]);
      Tensor sum = run(7, "Add", a, List.of(b));
      Tensor product = run(14, "Mul", a, List.of(b));
      int rank = sum.shape().rank();
      for (int i = 0; i < sum.shape().count(); i++) {
        float x = a.f32(broadcastIndex(sum.shape(), a.shape(), i, rank));
        float y = b.f32(broadcastIndex(sum.shape(), b.shape(), i, rank));
        assertThat(sum.f32(i)).as("seed %d", seed).isEqualTo(x + y);
        assertThat(product.f32(i)).as("seed %d", seed).isEqualTo(x * y);
      }
    }
    assertThatThrownBy(() -> run(7, "Add", whole(random, 2, 3), List.of(whole(random, 2))))
        .hasMessageContaining("Add: the shapes do not broadcast together: 2x3 and 2");
  }

  private static int broadcastIndex(Shape result, Shape operand, int index, int rank) {
    int at = 0;
    int stride = 1;
    int rest = index;
    for (int axis = rank - 1; axis >= 0; axis--) {
      int place = rest % result.dim(axis);
      rest /= result.dim(axis);
      int own = axis - rank + operand.rank();
      if (own >= 0) {
        at += operand.dim(own) == 1 ? 0 : place * stride;
        stride *= operand.dim(own);
      }
    }
    return at;
  }

  @Test
  void reluCutsBelowZero() {
    Tensor x = Tensor.ofFloats(Shape.of(4), -1, 0, 2, Float.NEGATIVE_INFINITY);
    assertThat(run(7, "Relu", x, List.of()).floats()).containsExactly(0, 0, 2, 0);
  }

  @Test
  void softmaxFlattensBeforeOpset13AndRunsAlongAnAxisSince() {
    Tensor x = whole(random, 2, 3, 2);
    Tensor flat = run(11, "Softmax", x, List.of());
    Tensor last = run(13, "Softmax", x, List.of());
    Tensor middle = run(13, "Softmax", x, List.of(), new IntValue("axis", 1));
    for (int i = 0; i < 12; i++) {
      double all = 0;
      double pair = 0;
      double column = 0;
      for (int j = 0; j < 12; j++) {
        double e = StrictMath.exp(x.f32(j));
        all += j / 6 == i / 6 ? e : 0;
        pair += j / 2 == i / 2 ? e : 0;
        column += j / 6 == i / 6 && j % 2 == i % 2 ? e : 0;
      }
      double e = StrictMath.exp(x.f32(i));
      assertThat((double) flat.f32(i)).isCloseTo(e / all, within(1e-6));
      assertThat((double) last.f32(i)).isCloseTo(e / pair, within(1e-6));
      assertThat((double) middle.f32(i)).isCloseTo(e / column, within(1e-6));
    }
  }

  @Test
  void argMaxTakesTheFirstOrLastOfEquals() {
    Tensor x = Tensor.ofFloats(Shape.of(2, 3), 1, 5, 5, 2, 1, 0);
    Tensor y = run(12, "ArgMax", x, List.of(), new IntValue("axis", -1));
    assertThat(y.type()).isEqualTo(ElementType.I64);
    assertThat(y.shape()).isEqualTo(Shape.of(2, 1));
    assertThat(y.integers()).containsExactly(1, 0);
    Tensor last =
        run(
            12,
            "ArgMax",
            x,
            List.of(),
            new IntValue("axis", 1),
            new IntValue("keepdims", 0),
            new IntValue("select_last_index", 1));
    assertThat(last.shape()).isEqualTo(Shape.of(2));
    assertThat(last.integers()).containsExactly(2, 0);
    assertThat(run(7, "ArgMax", x, List.of()).integers()).containsExactly(1, 0, 0);
  }

  @Test
  void attributesThatNobodyKnowsAreRefused() {
    assertThatThrownBy(
            () -> run(7, "Relu", whole(random, 1), List.of(), new IntValue("negative_slope", 1)))
        .hasMessage(
            "model cannot be run here: Relu: unknown attributes: negative_slope (1 node: y)");
  }

  @Test
  void tensorsThatAreTooLargeAreRefused() {
    Tensor a = Tensor.ofFloats(Shape.of(20000, 1), floats(20000, i -> 1));
    Tensor b = Tensor.ofFloats(Shape.of(1, 20000), floats(20000, i -> 1));
    assertThatThrownBy(() -> run(7, "MatMul", a, List.of(b)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "MatMul: tensors of more than 536870912 bytes are not supported: float 20000x20000");
    Tensor c = Tensor.ofFloats(Shape.of(60000, 1), floats(60000, i -> 1));
    Tensor d = Tensor.ofFloats(Shape.of(1, 60000), floats(60000, i -> 1));
    assertThatThrownBy(() -> run(7, "MatMul", c, List.of(d)))
        .hasMessageContaining("the result is too large: [60000, 60000]");
    assertThatThrownBy(() -> run(7, "Add", c, List.of(d)))
        .hasMessageContaining("the result is too large");
  }

  private static OnnxAttribute text(String name, String value) {
    return new OnnxAttribute.Text(name, value);
  }
}
