package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.OperatorHarness.imported;
import static opml.formats.onnx.operator.OperatorHarness.model;
import static opml.formats.onnx.operator.OperatorHarness.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.FloatValue;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import org.junit.jupiter.api.Test;

/// Draws by chance: the same for a seed, and as they should be distributed. The kernels' own tests have their bits.
class DrawsTest {
  private static final int OPSET = 17;
  private static final int MANY = 4000;
  private static final Tensor X = Tensor.ofFloats(Shape.of(MANY), chances());

  @Test
  void aSeedSaysWhatIsDrawn() {
    float[] one = uniform(Optional.of(1f));
    assertThat(uniform(Optional.of(1f))).isEqualTo(one);
    assertThat(uniform(Optional.of(2f))).isNotEqualTo(one);
    assertThat(uniform(Optional.empty())).isEqualTo(uniform(Optional.of(0f)));
    for (float draw : one) {
      assertThat(draw).isBetween(-1f, 3f).isLessThan(3f);
    }
    assertThat(mean(one)).isCloseTo(1, within(0.1));
  }

  private static float[] uniform(Optional<Float> seed) {
    List<OnnxAttribute> attributes =
        new ArrayList<>(
            List.of(new FloatValue("low", -1), new FloatValue("high", 3), Ints.of("shape", MANY)));
    seed.ifPresent(value -> attributes.add(new FloatValue("seed", value)));
    OnnxNode node =
        OnnxNode.of(
            "RandomUniform", List.of(), List.of("y"), attributes.toArray(OnnxAttribute[]::new));
    return run(OPSET, List.of(node), List.of(), X).floats();
  }

  @Test
  void nodesWithoutASeedDrawDifferently() {
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("RandomNormalLike", List.of("x"), List.of("a")),
            OnnxNode.of("RandomNormalLike", List.of("x"), List.of("b")),
            OnnxNode.of("Sub", List.of("a", "b"), List.of("y")));
    float[] differences = run(OPSET, nodes, List.of(), X).floats();
    double squares = 0;
    for (float difference : differences) {
      squares += (double) difference * difference / MANY;
    }
    // of two independent normal draws
    assertThat(squares).isCloseTo(2, within(0.2));
  }

  @Test
  void aTypeIsTheInputsUnlessTheNodeSaysOne() {
    Tensor wide = Tensor.zero(ElementType.F64, Shape.of(3));
    OnnxNode like = OnnxNode.of("RandomUniformLike", List.of("x"), List.of("y"));
    assertThat(run(OPSET, List.of(like), List.of(), wide).type()).isEqualTo(ElementType.F64);
    Tensor whole = Tensor.zero(ElementType.I64, Shape.of(3));
    OnnxNode typed =
        OnnxNode.of(
            "RandomUniformLike",
            List.of("x"),
            List.of("y"),
            new IntValue("dtype", OnnxType.FLOAT16.code()));
    assertThat(run(OPSET, List.of(typed), List.of(), whole).type()).isEqualTo(ElementType.F16);
    assertThatThrownBy(() -> run(OPSET, List.of(like), List.of(), whole))
        .hasMessageContaining("type int64, where floats are supported");
  }

  @Test
  void bernoullisDrawsAreUniformOnesBelowAChance() {
    OnnxNode bernoulli =
        OnnxNode.of("Bernoulli", List.of("x"), List.of("y"), new FloatValue("seed", 7));
    OnnxNode uniform =
        OnnxNode.of("RandomUniformLike", List.of("x"), List.of("y"), new FloatValue("seed", 7));
    float[] ones = run(OPSET, List.of(bernoulli), List.of(), X).floats();
    float[] draws = run(OPSET, List.of(uniform), List.of(), X).floats();
    for (int i = 0; i < MANY; i++) {
      assertThat(ones[i]).isEqualTo(draws[i] < X.f32(i) ? 1 : 0);
    }
  }

  @Test
  void classesAreDrawnAsOftenAsTheyAreLikely() {
    float[] chances = {0.1f, 0.2f, 0.7f};
    float[] logarithms = new float[6];
    for (int i = 0; i < 6; i++) {
      logarithms[i] = (float) StrictMath.log(chances[i % 3]);
    }
    OnnxNode node =
        OnnxNode.of(
            "Multinomial",
            List.of("x"),
            List.of("y"),
            new IntValue("sample_size", MANY),
            new IntValue("dtype", OnnxType.INT64.code()),
            new FloatValue("seed", 3));
    Tensor y = run(OPSET, List.of(node), List.of(), Tensor.ofFloats(Shape.of(2, 3), logarithms));
    assertThat(y.shape()).isEqualTo(Shape.of(2, MANY));
    for (int row = 0; row < 2; row++) {
      long[] drawn = y.part(0, row, 1).integers();
      for (int i = 0; i < 3; i++) {
        int number = i;
        double share = (double) Arrays.stream(drawn).filter(one -> one == number).count() / MANY;
        assertThat(share).isCloseTo(chances[i], within(0.05));
      }
    }
  }

  @Test
  void aDropoutInTrainingKeepsWhatTheDrawsSay() {
    OnnxTensor ratio = new OnnxTensor("r", Tensor.ofFloats(Shape.SCALAR, 0.75f));
    OnnxTensor training =
        new OnnxTensor("t", Tensor.ofBytes(ElementType.BOOL, Shape.SCALAR, new byte[] {1}));
    List<OnnxTensor> constants = List.of(ratio, training);
    OnnxNode dropout =
        OnnxNode.of("Dropout", List.of("x", "r", "t"), List.of("d", "m"), new IntValue("seed", 5));
    List<OnnxNode> nodes =
        List.of(
            dropout,
            OnnxNode.of("Cast", List.of("m"), List.of("n"), new IntValue("to", 1)),
            OnnxNode.of("Concat", List.of("d", "n"), List.of("y"), new IntValue("axis", 0)));
    float[] both = run(imported(model(OPSET, nodes, constants, X)), X).floats();
    int kept = 0;
    for (int i = 0; i < MANY; i++) {
      assertThat(both[i]).isEqualTo(both[MANY + i] * X.f32(i) * 4);
      kept += (int) both[MANY + i];
    }
    assertThat((double) kept / MANY).isCloseTo(0.25, within(0.04));
    OnnxTensor wrong = new OnnxTensor("r", Tensor.ofFloats(Shape.SCALAR, 1));
    assertThatThrownBy(() -> imported(model(OPSET, nodes, List.of(wrong, training), X)))
        .hasMessageContaining("Dropout: the ratio is not from 0 to below 1: 1.0");
  }

  private static float[] chances() {
    float[] chances = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      chances[i] = (float) i / MANY;
    }
    return chances;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
