package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.OperatorHarness.run;
import static opml.formats.onnx.operator.OperatorHarness.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import org.junit.jupiter.api.Test;

/// What is computed at import: constants that follow from shapes and from other constants.
class ConstantsTest {
  private static final Tensor X = Tensor.ofFloats(Shape.of(2, 3, 4), new float[24]);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void aReshapeMayComputeItsShape() {
    // as exporters write x.reshape(x.size(0), -1, 2 * x.size(2))
    Tensor x = whole(random, 2, 4, 3);
    for (int opset : new int[] {9, 11, 13, 23}) {
      boolean axesAreAnInput = opset >= 13;
      List<OnnxNode> nodes =
          List.of(
              node("Shape", "s", "x"),
              node("Constant", "zero", new OnnxAttribute.TensorValue("value", scalar(0))),
              node("Gather", "batch", "s", "zero"),
              axesAreAnInput
                  ? node("Unsqueeze", "b", "batch", "axis0")
                  : node("Unsqueeze", "b", Ints.of("axes", 0), "batch"),
              opset >= 10
                  ? node("Slice", "last", "s", "two", "three")
                  : node(
                      "Slice",
                      "last",
                      new OnnxAttribute[] {Ints.of("starts", 2), Ints.of("ends", 3)},
                      "s"),
              node("Mul", "l", "last", "two"),
              node("Cast", "l32", new IntValue("to", 6), "l"),
              node("Cast", "l64", new IntValue("to", 7), "l32"),
              node("Concat", "shape", new IntValue("axis", 0), "b", "minus", "l64"),
              node("Reshape", "r", "x", "shape"),
              node("Relu", "y", "r"));
      List<OnnxTensor> constants =
          List.of(list("axis0", 0), list("two", 2), list("three", 3), list("minus", -1));
      Tensor y = run(opset, nodes, constants, x);
      assertThat(y.shape()).as("opset %d", opset).isEqualTo(Shape.of(2, 2, 6));
      for (int i = 0; i < 24; i++) {
        assertThat(y.f32(i)).as("seed %d", seed).isEqualTo(Math.max(x.f32(i), 0));
      }
    }
  }

  @Test
  void shapesAndSizesAreConstants() {
    assertThat(folded(13, node("Shape", "y", "x")).integers()).containsExactly(2, 3, 4);
    assertThat(folded(13, node("Size", "y", "x")).integers()).containsExactly(24);
    assertThat(
            folded(15, node("Shape", "y", new OnnxAttribute[] {new IntValue("start", -2)}, "x"))
                .integers())
        .containsExactly(3, 4);
    assertThat(
            folded(
                    15,
                    node(
                        "Shape",
                        "y",
                        new OnnxAttribute[] {new IntValue("start", -9), new IntValue("end", -1)},
                        "x"))
                .integers())
        .containsExactly(2, 3);
  }

  @Test
  void integersAreAddedSubtractedMultipliedAndDivided() {
    OnnxTensor a = new OnnxTensor("a", Tensor.ofLongs(Shape.of(2, 1), 7, -7));
    OnnxTensor b = new OnnxTensor("b", Tensor.ofLongs(Shape.of(2), 2, -3));
    assertThat(folded(13, node("Add", "y", "a", "b"), a, b).integers())
        .containsExactly(9, 4, -5, -10);
    assertThat(folded(13, node("Sub", "y", "a", "b"), a, b).integers())
        .containsExactly(5, 10, -9, -4);
    assertThat(folded(13, node("Mul", "y", "a", "b"), a, b).integers())
        .containsExactly(14, -21, -14, 21);
    // towards zero
    assertThat(folded(13, node("Div", "y", "a", "b"), a, b).integers())
        .containsExactly(3, -2, -3, 2);
    OnnxTensor most = new OnnxTensor("a", Tensor.ofInts(Shape.of(1), Integer.MAX_VALUE));
    OnnxTensor one = new OnnxTensor("b", Tensor.ofInts(Shape.SCALAR, 1));
    assertThat(folded(13, node("Add", "y", "a", "b"), most, one).integers())
        .containsExactly(Integer.MIN_VALUE);
    OnnxTensor zero = list("b", 0);
    assertThat(folded(13, node("Div", "y", "a", "b"), list("a", 1), zero).integers())
        .containsExactly(0);
    assertThatThrownBy(() -> folded(13, node("Add", "y", "a", "b"), most, zero))
        .hasMessageContaining("Add: types differ: int32 1 and int64 1");
  }

  @Test
  void sliceTakesWhatItsLoopsWouldTake() {
    for (int i = 0; i < 300; i++) {
      int size = random.nextInt(1, 7);
      long start = random.nextInt(-9, 10);
      long end = random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(-9, 10);
      int step = random.nextInt(1, 4) * (random.nextBoolean() ? 1 : -1);
      if (step < 0 && end == Long.MAX_VALUE) {
        end = Long.MIN_VALUE;
      }
      // ONNX's rules: count from the end, begin in the list, then walk, and take what is there
      long from = start < 0 ? start + size : start;
      long to = end < 0 ? end + size : end;
      from = step < 0 ? Math.clamp(from, 0, size - 1) : Math.max(from, 0);
      List<Long> expected = new ArrayList<>();
      for (long at = from; step > 0 ? at < to && at < size : at > to && at >= 0; at += step) {
        expected.add(10 * at);
        expected.add(10 * at + 1);
      }
      long[] data = new long[2 * size];
      for (int at = 0; at < size; at++) {
        data[2 * at] = 10L * at;
        data[2 * at + 1] = 10L * at + 1;
      }
      OnnxTensor a = new OnnxTensor("a", Tensor.ofLongs(Shape.of(size, 2), data));
      OnnxNode slice = node("Slice", "y", "a", "from", "to", "axes", "steps");
      OnnxTensor[] constants = {
        a, list("from", start), list("to", end), list("axes", -2), list("steps", step)
      };
      Tensor found = folded(13, slice, constants);
      if (expected.isEmpty()) {
        // The slot of what has no elements has a byte.
        assertThat(found.type()).as("seed %d, case %d", seed, i).isEqualTo(ElementType.U8);
      } else {
        assertThat(found.integers())
            .as("seed %d, case %d", seed, i)
            .containsExactly(expected.toArray(Long[]::new));
      }
    }
  }

  @Test
  void gatherAndConcatMoveElementsOfAnyTypeAlongAnyAxis() {
    Tensor data = whole(random, 2, 3, 2);
    OnnxTensor a = new OnnxTensor("a", data);
    OnnxTensor i = new OnnxTensor("i", Tensor.ofLongs(Shape.of(2, 2), 2, 0, -1, 1));
    Tensor gathered = folded(13, node("Gather", "y", new IntValue("axis", 1), "a", "i"), a, i);
    assertThat(gathered.shape()).isEqualTo(Shape.of(2, 2, 2, 2));
    int[] rows = {2, 0, 2, 1};
    for (int at = 0; at < 16; at++) {
      assertThat(gathered.f32(at)).isEqualTo(data.f32(at / 8 * 6 + rows[at / 2 % 4] * 2 + at % 2));
    }
    OnnxTensor b = new OnnxTensor("b", whole(random, 2, 1, 2));
    Tensor joined = folded(13, node("Concat", "y", new IntValue("axis", -2), "b", "a"), a, b);
    assertThat(joined.shape()).isEqualTo(Shape.of(2, 4, 2));
    for (int at = 0; at < 16; at++) {
      int row = at / 2 % 4;
      float expected =
          row == 0
              ? b.value().f32(at / 8 * 2 + at % 2)
              : data.f32(at / 8 * 6 + (row - 1) * 2 + at % 2);
      assertThat(joined.f32(at)).isEqualTo(expected);
    }
    OnnxNode outside = node("Gather", "y", new IntValue("axis", 1), "a", "i");
    // the nearest one inside
    assertThat(folded(13, outside, a, list("i", 3)).bytes())
        .isEqualTo(folded(13, outside, a, list("i", 2)).bytes());
  }

  @Test
  void squeezeAndUnsqueezeAreOtherNames() {
    OnnxTensor axes = new OnnxTensor("axes", Tensor.ofLongs(Shape.of(2), -1, 1));
    Tensor x = whole(random, 2, 3);
    Tensor wide = run(13, List.of(node("Unsqueeze", "y", "x", "axes")), List.of(axes), x);
    assertThat(wide.shape()).isEqualTo(Shape.of(2, 1, 3, 1));
    assertThat(wide.floats()).isEqualTo(x.floats());
    OnnxNode old = node("Unsqueeze", "y", Ints.of("axes", 0, 3), "x");
    assertThat(run(11, List.of(old), List.of(), x).shape()).isEqualTo(Shape.of(1, 2, 3, 1));
    Tensor ones = whole(random, 1, 2, 1, 3);
    assertThat(run(13, List.of(node("Squeeze", "y", "x")), List.of(), ones).shape())
        .isEqualTo(Shape.of(2, 3));
    OnnxNode one = node("Squeeze", "y", Ints.of("axes", 2), "x");
    assertThat(run(11, List.of(one), List.of(), ones).shape()).isEqualTo(Shape.of(1, 2, 3));
    OnnxNode wrong = node("Squeeze", "y", Ints.of("axes", 1), "x");
    assertThatThrownBy(() -> run(11, List.of(wrong), List.of(), ones))
        .hasMessageContaining("Squeeze: an axis is not of size one: 1 of 1x2x1x3");
  }

  @Test
  void castsKeepWhatIntegersHoldAndSaturate() {
    OnnxTensor floats = new OnnxTensor("a", Tensor.ofFloats(Shape.of(4), -1.9f, 0, 1.9f, 127.9f));
    assertThat(cast(3, floats).integers()).containsExactly(-1, 0, 1, 127);
    assertThat(cast(7, floats).integers()).containsExactly(-1, 0, 1, 127);
    assertThat(cast(9, floats).integers()).containsExactly(1, 0, 1, 1);
    OnnxTensor longs = new OnnxTensor("a", Tensor.ofLongs(Shape.of(3), 300, -1, (1L << 32) + 5));
    assertThat(cast(6, longs).integers()).containsExactly(300, -1, 5);
    assertThat(cast(2, longs).integers()).containsExactly(44, 255, 5);
    assertThat(cast(1, longs).floats()).containsExactly(300, -1, 0x1p32f);
    float inf = Float.POSITIVE_INFINITY;
    OnnxTensor beyond =
        new OnnxTensor("a", Tensor.ofFloats(Shape.of(4), 128, -129, Float.NaN, inf));
    assertThat(cast(3, beyond).integers()).containsExactly(127, -128, 0, 127);
    assertThat(cast(2, beyond).integers()).containsExactly(128, 0, 0, 255);
    assertThat(cast(10, floats).real(3)).isEqualTo(127.875);
    assertThatThrownBy(() -> cast(8, floats)).hasMessageContaining("Cast: to type string");
  }

  @Test
  void aCastToTheSameTypeIsAnotherName() {
    Tensor x = Tensor.ofFloats(Shape.of(2), -1, 1);
    List<OnnxNode> nodes =
        List.of(node("Cast", "c", new IntValue("to", 1), "x"), node("Relu", "y", "c"));
    assertThat(run(13, nodes, List.of(), x).floats()).containsExactly(0, 1);
  }

  @Test
  void constantOfShapeRepeatsItsValue() {
    OnnxTensor shape = new OnnxTensor("s", Tensor.ofLongs(Shape.of(2), 2, 3));
    assertThat(folded(13, node("ConstantOfShape", "y", "s"), shape).floats())
        .containsOnly(0)
        .hasSize(6);
    OnnxAttribute value = new OnnxAttribute.TensorValue("value", Tensor.ofLongs(Shape.of(1), 5));
    Tensor fives = folded(13, node("ConstantOfShape", "y", value, "s"), shape);
    assertThat(fives.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(fives.integers()).containsOnly(5);
  }

  private static Tensor cast(int to, OnnxTensor a) {
    return folded(13, node("Cast", "y", new IntValue("to", to), "a"), a);
  }

  /// Runs a model whose output is a constant.
  private static Tensor folded(int opset, OnnxNode node, OnnxTensor... constants) {
    return run(opset, List.of(node), List.of(constants), X);
  }

  private static OnnxTensor list(String name, long value) {
    return new OnnxTensor(name, Tensor.ofLongs(Shape.of(1), value));
  }

  private static Tensor scalar(long value) {
    return Tensor.ofLongs(Shape.SCALAR, value);
  }

  private static OnnxNode node(String opType, String output, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output));
  }

  private static OnnxNode node(
      String opType, String output, OnnxAttribute attribute, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output), attribute);
  }

  private static OnnxNode node(
      String opType, String output, OnnxAttribute[] attributes, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output), attributes);
  }
}
