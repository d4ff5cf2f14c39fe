package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.OperatorHarness.imported;
import static opml.formats.onnx.operator.OperatorHarness.model;
import static opml.formats.onnx.operator.OperatorHarness.run;
import static opml.formats.onnx.operator.OperatorHarness.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.FloatValue;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.SampleModel;
import org.junit.jupiter.api.Test;

/// Legal models as exporters write them, of every age, with the values that ONNX gives them.
class LegalModelsTest {
  private static final Tensor X = Tensor.ofFloats(Shape.of(2, 3), 1, -2, 3, -4, 5, -6);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void outputsThatNobodyReadsDoNotMatter() {
    OnnxNode dropout = OnnxNode.of("Dropout", List.of("x"), List.of("d", "mask"));
    assertThat(run(10, List.of(dropout, node("Relu", "y", "d")), List.of(), X).floats())
        .containsExactly(1, 0, 3, 0, 5, 0);
    OnnxNode pool =
        OnnxNode.of(
            "MaxPool",
            List.of("x"),
            List.of("y", "indices"),
            Ints.of("kernel_shape", 1, 2),
            new IntValue("storage_order", 1));
    Tensor image = X.reshaped(Shape.of(1, 1, 2, 3));
    assertThat(run(12, List.of(pool), List.of(), image).floats()).containsExactly(1, 3, 5, 5);
  }

  @Test
  void initializersThatNobodyReadsDoNotMatter() {
    OnnxTensor huge = new OnnxTensor("unused", Tensor.zero(ElementType.BOOL, Shape.of(0, 7)));
    Graph graph = imported(model(13, List.of(node("Relu", "y", "x")), List.of(huge), X));
    assertThat(graph.slots()).hasSize(2);
  }

  @Test
  void anOutputThatIsTheInputIsCopiedBitByBit() {
    // a float kernel would change the NaNs, and which zero it is
    int[] bits = {0x7fc12345, 0xffc00001, 0x80000000, 0x7f800001, 1, 0xbf800000};
    Tensor x = Tensor.zero(ElementType.F32, Shape.of(2, 3));
    for (int i = 0; i < bits.length; i++) {
      Elements.put(new Tensor(ElementType.I32, x.shape(), x.data()), i, bits[i]);
    }
    Tensor flat =
        run(13, List.of(node("Flatten", "y", new IntValue("axis", 0), "x")), List.of(), x);
    assertThat(flat.shape()).isEqualTo(Shape.of(1, 6));
    assertThat(flat.bytes()).isEqualTo(x.bytes());
    Tensor integers = Tensor.ofLongs(Shape.of(3), Long.MIN_VALUE, -1, 1L << 40);
    assertThat(run(13, List.of(node("Identity", "y", "x")), List.of(), integers).integers())
        .isEqualTo(integers.integers());
    Graph nothing =
        OnnxImporter.of(
            "model",
            SampleModel.model(
                13,
                List.of(),
                List.of(),
                OnnxValueInfo.of("x", x.type(), x.shape()),
                OnnxValueInfo.of("x", x.type(), x.shape())));
    assertThat(run(nothing, x).bytes()).isEqualTo(x.bytes());
  }

  @Test
  void anOutputThatIsAConstantIsCopied() {
    Tensor constant = Tensor.ofFloats(Shape.of(4), Float.NaN, -0f, 2, Float.NEGATIVE_INFINITY);
    OnnxTensor y = new OnnxTensor("y", constant);
    Tensor output = run(13, List.of(node("Relu", "h", "x")), List.of(y), X);
    assertThat(output.shape()).isEqualTo(Shape.of(4));
    assertThat(output.bytes()).isEqualTo(constant.bytes());
  }

  @Test
  void theDeclaredShapeOfAnOutputDoesNotMatter() {
    OnnxValueInfo declared = OnnxValueInfo.of("y", ElementType.F32, Shape.of(7));
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.F32, X.shape());
    Graph graph =
        imported(SampleModel.model(13, List.of(node("Relu", "y", "x")), List.of(), x, declared));
    assertThat(graph.output().parts().getFirst().shape()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void aQuantisedConvolutionMayHaveItsBiasAsIntegers() {
    // as quantisers write it: q, dq around a Conv whose weights and bias are constants of int8 and
    // int32
    Tensor weights = Tensor.ofBytes(ElementType.I8, Shape.of(2, 1, 1, 1), new byte[] {3, -5});
    List<OnnxTensor> constants =
        List.of(
            new OnnxTensor("s", OperatorHarness.scalar(0.5f)),
            new OnnxTensor("z", OperatorHarness.scalar(ElementType.U8, 128)),
            new OnnxTensor("w", weights),
            new OnnxTensor("ws", Tensor.ofFloats(Shape.of(2), 0.25f, 2)),
            new OnnxTensor("wz", Tensor.ofBytes(ElementType.I8, Shape.of(2), new byte[2])),
            new OnnxTensor("b", Tensor.ofInts(Shape.of(2), 1_000_000, -7)),
            new OnnxTensor("bs", Tensor.ofFloats(Shape.of(2), 0.125f, 1)),
            new OnnxTensor("bz", Tensor.ofInts(Shape.of(2), 0, 2)));
    List<OnnxNode> nodes =
        List.of(
            node("QuantizeLinear", "q", "x", "s", "z"),
            node("DequantizeLinear", "xd", "q", "s", "z"),
            node("DequantizeLinear", "wd", new IntValue("axis", 0), "w", "ws", "wz"),
            node("DequantizeLinear", "bd", new IntValue("axis", 0), "b", "bs", "bz"),
            node("Conv", "y", "xd", "wd", "bd"));
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 1, 3), 1, 2.5f, -4);
    // weights 0.75 and -10, bias 125000 and -9
    assertThat(run(13, nodes, constants, x).floats())
        .containsExactly(125000.75f, 125001.875f, 124997, -19, -34, 31);
  }

  @Test
  void integersThatAreComputedAreDequantised() {
    Tensor x = Tensor.ofInts(Shape.of(2), 1, 2);
    OnnxTensor s = new OnnxTensor("s", OperatorHarness.scalar(1));
    assertThat(run(13, List.of(node("DequantizeLinear", "y", "x", "s")), List.of(s), x).floats())
        .containsExactly(1, 2);
  }

  @Test
  void quantizeTakesItsTypeFromOutputDtypeWhereThereIsNoZeroPoint() {
    OnnxTensor s = new OnnxTensor("s", OperatorHarness.scalar(0.5f));
    OnnxNode toInt8 = node("QuantizeLinear", "y", new IntValue("output_dtype", 3), "x", "s");
    Tensor y = run(21, List.of(toInt8), List.of(s), X);
    assertThat(y.type()).isEqualTo(ElementType.I8);
    assertThat(y.integers()).containsExactly(2, -4, 6, -8, 10, -12);
    assertThat(run(21, List.of(node("QuantizeLinear", "y", "x", "s")), List.of(s), X).type())
        .isEqualTo(ElementType.U8);
    OnnxNode toInt16 = node("QuantizeLinear", "y", new IntValue("output_dtype", 5), "x", "s");
    assertThat(run(21, List.of(toInt16), List.of(s), X).type()).isEqualTo(ElementType.I16);
    OnnxNode toInt32 = node("QuantizeLinear", "y", new IntValue("output_dtype", 6), "x", "s");
    assertThatThrownBy(() -> run(21, List.of(toInt32), List.of(s), X))
        .hasMessageContaining("int32");
  }

  @Test
  void beforeOpset7AnOperandBroadcastsOnlyIfAskedAndFromAnAxis() {
    Tensor x = whole(random, 2, 3, 4);
    Tensor b = whole(random, 2, 3);
    Tensor fromAxis =
        run(6, "Add", x, List.of(b), new IntValue("broadcast", 1), new IntValue("axis", 0));
    Tensor column = whole(random, 3);
    Tensor product =
        run(6, "Mul", x, List.of(column), new IntValue("broadcast", 1), new IntValue("axis", 1));
    Tensor row = whole(random, 4);
    Tensor atEnd = run(6, "Add", x, List.of(row), new IntValue("broadcast", 1));
    Tensor same = run(6, "Add", x, List.of(x));
    for (int i = 0; i < 24; i++) {
      assertThat(fromAxis.f32(i)).as("seed %d", seed).isEqualTo(x.f32(i) + b.f32(i / 4));
      assertThat(product.f32(i)).as("seed %d", seed).isEqualTo(x.f32(i) * column.f32(i / 4 % 3));
      assertThat(atEnd.f32(i)).as("seed %d", seed).isEqualTo(x.f32(i) + row.f32(i % 4));
      assertThat(same.f32(i)).as("seed %d", seed).isEqualTo(2 * x.f32(i));
    }
    assertThatThrownBy(() -> run(6, "Add", x, List.of(row)))
        .hasMessageContaining("shapes differ, without the attribute broadcast: 2x3x4 and 4");
    assertThatThrownBy(() -> run(7, "Add", x, List.of(row), new IntValue("broadcast", 1)))
        .hasMessageContaining("unknown attributes: broadcast");
  }

  @Test
  void beforeOpset7GemmBroadcastsOnlyIfAskedAndDropoutTrainsUnlessTold() {
    Tensor w = Tensor.ofFloats(Shape.of(3, 1), 1, 1, 1);
    Tensor c = Tensor.ofFloats(Shape.of(1), 10);
    assertThat(run(6, "Gemm", X, List.of(w, c), new IntValue("broadcast", 1)).floats())
        .containsExactly(12, 5);
    assertThatThrownBy(() -> run(6, "Gemm", X, List.of(w, c)))
        .hasMessageContaining("C is not as large as the result, without the attribute broadcast");
    OnnxNode told = node("Dropout", "d", new IntValue("is_test", 1), "x");
    assertThat(run(6, List.of(told, node("Relu", "y", "d")), List.of(), X).floats())
        .containsExactly(1, 0, 3, 0, 5, 0);
    OnnxNode training = node("Dropout", "d", new FloatValue("ratio", 0.25f), "x");
    assertThatThrownBy(() -> run(6, List.of(training, node("Relu", "y", "d")), List.of(), X))
        .hasMessageContaining("Dropout: training mode is not supported");
  }

  @Test
  void theNewestOperatorSetsAreTheSameToUs() {
    for (int opset : new int[] {22, 23}) {
      assertThat(run(opset, "Relu", X, List.of()).floats()).containsExactly(1, 0, 3, 0, 5, 0);
      OnnxTensor s = new OnnxTensor("s", OperatorHarness.scalar(2));
      OnnxNode[] pair = {
        node("QuantizeLinear", "q", new IntValue("output_dtype", 3), "x", "s"),
        node("DequantizeLinear", "y", "q", "s")
      };
      assertThat(run(opset, List.of(pair), List.of(s), X).floats())
          .containsExactly(0, -2, 4, -4, 4, -6);
    }
  }

  @Test
  void aPoolsKernelMayBeLargerThanItsImageByLessThanAStride() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 2, 2), 1, 2, 3, 6);
    OnnxAttribute kernel = Ints.of("kernel_shape", 3, 3);
    OnnxAttribute strides = Ints.of("strides", 2, 2);
    OnnxAttribute count = new IntValue("count_include_pad", 1);
    OnnxAttribute ceil = new IntValue("ceil_mode", 1);
    assertThat(run(13, "MaxPool", x, List.of(), kernel, strides).floats()).containsExactly(6);
    assertThat(run(13, "MaxPool", x, List.of(), kernel, strides, ceil).floats()).containsExactly(6);
    assertThat(run(13, "AveragePool", x, List.of(), kernel, strides).floats()).containsExactly(3);
    assertThat(run(13, "AveragePool", x, List.of(), kernel, strides, ceil, count).floats())
        .containsExactly(3);
    assertThat(run(19, "AveragePool", x, List.of(), kernel, strides, count).floats())
        .containsExactly(3);
    assertThat(run(18, "AveragePool", x, List.of(), kernel, strides, count).floats())
        .containsExactly(12f / 9);
    assertThatThrownBy(() -> run(13, "MaxPool", x, List.of(), kernel))
        .hasMessageContaining("MaxPool: the kernel is larger than the padded image: 3 and 2");
  }

  @Test
  void anAveragePoolCountsPaddingButNotWhatLiesBeyond() {
    for (int i = 0; i < 300; i++) {
      int opset = random.nextInt(2) == 0 ? 10 : 19;
      int kernel = random.nextInt(1, 5);
      int stride = random.nextInt(1, 5);
      int begin = random.nextInt(kernel);
      int end = random.nextInt(kernel);
      int width = random.nextInt(1, 8);
      float[] padded = new float[begin + width + end];
      Tensor x = whole(random, 1, 2, 1, width);
      int room = padded.length - kernel;
      if (room < 0) {
        continue;
      }
      Tensor y =
          run(
              opset,
              "AveragePool",
              x,
              List.of(),
              Ints.of("kernel_shape", 1, kernel),
              Ints.of("strides", 1, stride),
              Ints.of("pads", 0, begin, 0, end),
              new IntValue("ceil_mode", 1),
              new IntValue("count_include_pad", 1));
      List<Float> expected = new ArrayList<>();
      for (int plane = 0; plane < 2; plane++) {
        for (int j = 0; j < width; j++) {
          padded[begin + j] = x.f32(plane * width + j);
        }
        // a window counts if it fits, or begins in the image or before
        for (int at = 0; at <= room || at < room + stride && at < begin + width; at += stride) {
          float sum = 0;
          int cells = 0;
          for (int j = at; j < Math.min(at + kernel, padded.length); j++) {
            sum += padded[j];
            cells++;
          }
          expected.add(sum / cells);
        }
      }
      assertThat(y.floats())
          .as("seed %d, case %d", seed, i)
          .containsExactly(expected.toArray(Float[]::new));
    }
  }

  @Test
  void convolutionsAndPoolsMayHaveOneAxis() {
    Tensor x = whole(random, 2, 4, 9);
    Tensor w = whole(random, 6, 2, 3);
    OnnxAttribute strides = Ints.of("strides", 2);
    OnnxAttribute pads = Ints.of("pads", 1, 0);
    OnnxAttribute dilations = Ints.of("dilations", 2);
    Tensor y = run(11, "Conv", x, List.of(w), strides, pads, dilations, new IntValue("group", 2));
    assertThat(y.shape()).isEqualTo(Shape.of(2, 6, 3));
    OnnxAttribute kernel = Ints.of("kernel_shape", 3);
    Tensor max = run(11, "MaxPool", x, List.of(), kernel, strides, pads, dilations);
    Tensor mean = run(19, "AveragePool", x, List.of(), kernel, strides, pads, dilations);
    assertThat(max.shape()).isEqualTo(Shape.of(2, 4, 3));
    for (int image = 0; image < 2; image++) {
      for (int at = 0; at < 3; at++) {
        for (int out = 0; out < 6; out++) {
          float sum = 0;
          for (int channel = 0; channel < 2; channel++) {
            for (int tap = 0; tap < 3; tap++) {
              int place = 2 * at - 1 + 2 * tap;
              if (place >= 0 && place < 9) {
                sum +=
                    x.f32((image * 4 + out / 3 * 2 + channel) * 9 + place)
                        * w.f32((out * 2 + channel) * 3 + tap);
              }
            }
          }
          assertThat(y.f32((image * 6 + out) * 3 + at)).as("seed %d", seed).isEqualTo(sum);
        }
        for (int channel = 0; channel < 4; channel++) {
          float greatest = Float.NEGATIVE_INFINITY;
          float sum = 0;
          int count = 0;
          for (int place = 2 * at - 1; place < 2 * at + 5; place += 2) {
            if (place >= 0 && place < 9) {
              float value = x.f32((image * 4 + channel) * 9 + place);
              greatest = Math.max(greatest, value);
              sum += value;
              count++;
            }
          }
          int result = (image * 4 + channel) * 3 + at;
          assertThat(max.f32(result)).as("seed %d", seed).isEqualTo(greatest);
          assertThat(mean.f32(result)).as("seed %d", seed).isEqualTo(sum / count);
        }
      }
    }
    assertThatThrownBy(
            () ->
                run(
                    11,
                    "MaxPool",
                    whole(random, 1, 1, 2, 2, 2, 2),
                    List.of(),
                    Ints.of("kernel_shape", 1, 1, 1, 1)))
        .hasMessageContaining("one to three axes");
  }

  @Test
  void paddingOfZerosMayStandBesideAutoPad() {
    Tensor x = Tensor.ofFloats(Shape.of(1, 1, 1, 3), 1, 2, 3);
    OnnxAttribute kernel = Ints.of("kernel_shape", 1, 2);
    OnnxAttribute none = Ints.of("pads", 0, 0, 0, 0);
    OnnxAttribute same = new OnnxAttribute.Text("auto_pad", "SAME_UPPER");
    assertThat(run(13, "MaxPool", x, List.of(), kernel, none, same).floats())
        .containsExactly(2, 3, 3);
    OnnxAttribute empty = new OnnxAttribute.Text("auto_pad", "");
    assertThat(run(13, "MaxPool", x, List.of(), kernel, empty).floats()).containsExactly(2, 3);
    OnnxAttribute some = Ints.of("pads", 0, 1, 0, 0);
    assertThatThrownBy(() -> run(13, "MaxPool", x, List.of(), kernel, some, same))
        .hasMessageContaining("pads and auto_pad SAME_UPPER exclude each other");
  }

  @Test
  void sumsWithoutTermsAreZeros() {
    OnnxTensor p = new OnnxTensor("p", Tensor.zero(ElementType.F32, Shape.of(2, 0)));
    OnnxTensor q = new OnnxTensor("q", Tensor.zero(ElementType.F32, Shape.of(0, 3)));
    assertThat(
            run(
                    13,
                    List.of(node("MatMul", "t", "p", "q"), node("Add", "y", "t", "x")),
                    List.of(p, q),
                    X)
                .floats())
        .isEqualTo(X.floats());
    OnnxNode gemm = node("Gemm", "y", new FloatValue("beta", 2), "p", "q", "x");
    assertThat(run(13, List.of(gemm), List.of(p, q), X).floats())
        .containsExactly(2, -4, 6, -8, 10, -12);
  }

  @Test
  void elementwiseOperatorsMayNeedMoreLoopsThanTheKernelsHave() {
    for (int i = 0; i < 100; i++) {
      int rank = random.nextInt(5, 9);
      int[] a = new int[rank];
      int[] b = new int[rank];
      int[] all = new int[rank];
      for (int axis = 0; axis < rank; axis++) {
        int size = random.nextInt(1, 4);
        int repeats = random.nextInt(3);
        a[axis] = repeats == 0 ? 1 : size;
        b[axis] = repeats == 1 ? 1 : size;
        all[axis] = Math.max(a[axis], b[axis]);
      }
      Shape result = Shape.of(all);
      if (result.count() > 6000) {
        continue;
      }
      Tensor x = whole(random, a);
      Tensor c = whole(random, b);
      Tensor sum = run(13, "Add", x, List.of(c));
      Tensor product = run(13, "Mul", x, List.of(c));
      assertThat(sum.shape()).isEqualTo(result);
      for (int at = 0; at < result.count(); at++) {
        float left = x.f32(place(at, all, a));
        float right = c.f32(place(at, all, b));
        assertThat(sum.f32(at)).as("seed %d, case %d", seed, i).isEqualTo(left + right);
        assertThat(product.f32(at)).as("seed %d, case %d", seed, i).isEqualTo(left * right);
      }
    }
  }

  /// {@return where an operand of sizes `own` has what is at `index` of the result}
  private static int place(int index, int[] all, int[] own) {
    int[] coordinates = new int[all.length];
    for (int axis = all.length - 1; axis >= 0; axis--) {
      coordinates[axis] = own[axis] == 1 ? 0 : index % all[axis];
      index /= all[axis];
    }
    int at = 0;
    for (int axis = 0; axis < own.length; axis++) {
      at = at * own[axis] + coordinates[axis];
    }
    return at;
  }

  @Test
  void repeatingAnOperandKeepsNegativeZeroAndNan() {
    Tensor x = Tensor.ofFloats(Shape.of(2, 1, 1, 1, 1, 1, 1), -0f, Float.NaN);
    Tensor zeros = Tensor.ofFloats(Shape.of(1, 2, 1, 1, 1, 1, 1), -0f, -0f);
    // seven axes, but two loops: made many by ones between
    Tensor sum = run(13, "Add", x, List.of(zeros));
    assertThat(sum.floats()).containsExactly(-0f, -0f, Float.NaN, Float.NaN);
    Tensor a = Tensor.zero(ElementType.F32, Shape.of(2, 1, 2, 1, 2));
    Tensor b = Tensor.zero(ElementType.F32, Shape.of(1, 2, 1, 2, 1));
    for (Tensor tensor : List.of(a, b)) {
      for (int i = 0; i < tensor.shape().count(); i++) {
        Elements.put(tensor, i, -0f);
      }
    }
    assertThat(run(13, "Add", a, List.of(b)).floats()).hasSize(32).containsOnly(-0f);
  }

  @Test
  void matMulBroadcastsItsBatchesBothWays() {
    int[][][] pairs = {
      {{2, 1, 3, 4}, {1, 3, 4, 2}},
      {{1, 3, 3, 4}, {2, 1, 4, 2}},
      {{2, 3, 3, 4}, {3, 4, 2}},
      {{3, 3, 4}, {2, 1, 4, 2}},
      {{2, 1, 2, 3, 4}, {1, 3, 1, 4, 2}},
    };
    for (int[][] pair : pairs) {
      Tensor a = whole(random, pair[0]);
      Tensor b = whole(random, pair[1]);
      Tensor y = run(13, "MatMul", a, List.of(b));
      int rank = Math.max(pair[0].length, pair[1].length) - 2;
      int[] all = new int[rank];
      int[] left = batch(pair[0], rank);
      int[] right = batch(pair[1], rank);
      for (int axis = 0; axis < rank; axis++) {
        all[axis] = Math.max(left[axis], right[axis]);
      }
      for (int at = 0; at < y.shape().count(); at++) {
        float dot = 0;
        for (int k = 0; k < 4; k++) {
          dot +=
              a.f32(place(at / 6, all, left) * 12 + at % 6 / 2 * 4 + k)
                  * b.f32(place(at / 6, all, right) * 8 + k * 2 + at % 2);
        }
        assertThat(y.f32(at)).as("seed %d", seed).isEqualTo(dot);
      }
    }
  }

  private static int[] batch(int[] dims, int rank) {
    int[] batch = new int[rank];
    for (int i = 0; i < rank; i++) {
      int own = i - rank + dims.length - 2;
      batch[i] = own < 0 ? 1 : dims[own];
    }
    return batch;
  }

  @Test
  void aBranchOfWhichOnlyTheShapeIsAskedLeavesNoNode() {
    OnnxTensor w = new OnnxTensor("w", Tensor.zero(ElementType.F32, Shape.of(3, 6)));
    List<OnnxNode> nodes =
        List.of(
            node("MatMul", "wide", "x", "w"),
            node("Relu", "cut", "wide"),
            node("Shape", "s", "cut"),
            node("ConstantOfShape", "zeros", "s"),
            node("Flatten", "flat", new IntValue("axis", 0), "x"),
            node("MatMul", "y", "flat", "v"));
    OnnxTensor v = new OnnxTensor("v", Tensor.zero(ElementType.F32, Shape.of(6, 1)));
    Graph plain = imported(model(13, nodes.subList(4, 6), List.of(v), X));
    List<OnnxNode> withShape = new ArrayList<>(nodes);
    withShape.set(5, node("MatMul", "m", "flat", "v"));
    withShape.add(node("Add", "y", "m", "zeros"));
    Graph graph = imported(model(13, withShape, List.of(w, v), X));
    assertThat(plain.nodes()).hasSize(1);
    assertThat(graph.nodes().stream().map(GraphNode::operator))
        .containsExactly("MatMul", "Add", "Clear");
    assertThat(graph.slots().stream().map(Slot::name)).containsExactly("x", "v", "m", "zeros", "y");
  }

  private static OnnxNode node(String opType, String output, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output));
  }

  private static OnnxNode node(
      String opType, String output, OnnxAttribute attribute, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output), attribute);
  }
}
