package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.cases.OperatorCase.Operand;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Limits;
import opml.formats.onnx.node.Operator;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products with weights that are larger than a slot, as which tests take one of a few bytes.
class SplitProductTest {
  private final long seed = System.nanoTime();
  private final CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);

  @ParameterizedTest
  @ValueSource(strings = {"Gemm", "MatMul"})
  void aProductThatIsSplitHasTheBitsOfTheWholeOne(String name) {
    Operator operator =
        Operators.all().stream()
            .filter(one -> one.declaration().name().equals(name))
            .findFirst()
            .orElseThrow();
    SplittableRandom random = new SplittableRandom(seed);
    int split = 0;
    for (int i = 0; i < 400; i++) {
      OperatorCase one = withAConstant(operator.random(make), random.nextInt(2));
      OnnxModel model = one.model(name);
      Graph whole = imported(model, Slot.MAX_BYTES);
      long weight = largest(whole);
      long piece = random.nextLong(4, Math.max(5, weight));
      Graph inPieces;
      try {
        inPieces = imported(model, piece);
      } catch (ImportException e) {
        assertThat(e)
            .as("seed %d, case %d", seed, i)
            .message()
            .containsAnyOf("what one output takes", "give each matrix of a batch");
        continue;
      }
      Tensor input = one.inputs().values().iterator().next();
      assertThat(OperatorHarness.run(inPieces, input).bytes())
          .as("seed %d, case %d, pieces of %d bytes: %s", seed, i, piece, one)
          .isEqualTo(OperatorHarness.run(whole, input).bytes());
      split += inPieces.nodes().size() > whole.nodes().size() ? 1 : 0;
    }
    assertThat(split).as("seed %d", seed).isGreaterThan(40);
  }

  @Test
  void piecesAreAsManyLinesAsFitAndLieInTheFile() {
    // 50 outputs of 3 elements; 300 bytes are 25 of them, of which 16 are taken
    Tensor rows = make.floats(50, 3);
    Graph graph = gemm(make.floats(2, 3), rows, 300, true);
    List<Slot> pieces = pieces(graph, "c0, ");
    assertThat(pieces)
        .extracting(Slot::name)
        .containsExactly(
            "c0, 0 to 16 of axis 0",
            "c0, 16 to 32 of axis 0",
            "c0, 32 to 48 of axis 0",
            "c0, 48 to 50 of axis 0");
    for (int i = 0; i < 4; i++) {
      assertThat(pieces.get(i).initial().orElseThrow().bytes())
          .isEqualTo(rows.part(0, 16 * i, Math.min(16, 50 - 16 * i)).bytes());
    }
    assertThat(kernels(graph)).isEqualTo(Set.of("matmul.f32", "copy", "mul.f32", "clear"));
    // columns, of a row: nothing is transposed; less than 16 fit
    graph = gemm(make.floats(1, 3), make.floats(3, 50), 100, false);
    assertThat(pieces(graph, "c0, "))
        .hasSize(7)
        .allMatch(slot -> slot.shape().dim(0) == 3 && slot.shape().dim(1) <= 8);
    assertThat(kernels(graph)).isEqualTo(Set.of("matmul.f32", "copy", "clear"));
  }

  @Test
  void nodesThatSplitAWeightAlikeHaveItsPiecesInCommon() {
    Tensor x = make.floats(2, 6);
    Tensor w = make.floats(6, 6);
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("MatMul", List.of("x", "w"), List.of("h")),
            OnnxNode.of("Identity", List.of("w"), List.of("v")),
            OnnxNode.of("MatMul", List.of("h", "v"), List.of("y")));
    OnnxModel model = OperatorHarness.model(13, nodes, List.of(new OnnxTensor("w", w)), x);
    Graph graph = imported(model, 48);
    assertThat(pieces(graph, "w, ")).hasSize(3);
    assertThat(OperatorHarness.run(graph, x).bytes())
        .isEqualTo(OperatorHarness.run(imported(model, Slot.MAX_BYTES), x).bytes());
  }

  @Test
  void aWeightThatIsSplitInManyWaysCountsAsManyConstants() {
    Tensor x = make.floats(1, 6);
    Tensor w = make.floats(6, 8);
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of("MatMul", List.of("x", "w"), List.of("h")),
            OnnxNode.of("Gemm", List.of("h", "w"), List.of("y"), new IntValue("transB", 1)));
    OnnxModel model = OperatorHarness.model(13, nodes, List.of(new OnnxTensor("w", w)), x);
    assertThat(OnnxImporter.of("model", model, new Limits(2 * 4 * 48, 100)).nodes()).isNotEmpty();
    assertThatThrownBy(() -> OnnxImporter.of("model", model, new Limits(2 * 4 * 48 - 1, 100)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("the constants take more than 383 bytes");
  }

  @Test
  void whatIsNotSplitSaysWhy() {
    Tensor x = make.floats(4, 3);
    assertThatThrownBy(() -> gemm(x, make.floats(3, 50), 8, false))
        .isInstanceOf(ImportException.class)
        .hasMessage(
            "model cannot be run here: Gemm: what one output takes of a matrix is more than the 8 bytes of a slot,"
                + " and is not split: float 3x50 (1 node: y)");
    assertThatThrownBy(() -> matmul(x, make.floats(2, 3, 5), 40))
        .isInstanceOf(ImportException.class)
        .hasMessage(
            "model cannot be run here: MatMul: a weight of more than 40 bytes must be one matrix, and so must B where"
                + " A is such a weight; give each matrix of a batch a MatMul of its own: 4x3 and 2x3x5 (1 node: y)");
    // a batch of one is a matrix
    assertThat(pieces(matmul(x, make.floats(1, 3, 5), 40), "c0, ")).hasSize(2);
  }

  private static OperatorCase withAConstant(OperatorCase one, int index) {
    OperatorCase turned = one;
    for (int i = 0; i < 2; i++) {
      Tensor value =
          switch (one.operands().get(i)) {
            case Operand.Given(Tensor given) -> given;
            case Operand.Constant(Tensor constant) -> constant;
            case Operand.Absent() -> throw new AssertionError("no operand " + i);
          };
      turned = with(turned, i, i == index ? new Operand.Constant(value) : new Operand.Given(value));
    }
    for (int i = 2; i < one.operands().size(); i++) {
      if (one.operands().get(i) instanceof Operand.Given(Tensor value)) {
        turned = with(turned, i, new Operand.Constant(value));
      }
    }
    return turned;
  }

  private static OperatorCase with(OperatorCase one, int index, Operand operand) {
    List<Operand> operands = new ArrayList<>(one.operands());
    operands.set(index, operand);
    return new OperatorCase(one.opset(), operands, one.attributes(), one.outputs());
  }

  private static long largest(Graph graph) {
    return graph.slots().stream()
        .filter(slot -> slot.initial().isPresent())
        .mapToLong(Slot::bytes)
        .max()
        .orElse(0);
  }

  private static Graph gemm(Tensor x, Tensor w, long piece, boolean transposed) {
    return graph("Gemm", x, w, piece, new IntValue("transB", transposed ? 1 : 0));
  }

  private static Graph matmul(Tensor x, Tensor w, long piece) {
    return graph("MatMul", x, w, piece);
  }

  private static Graph graph(
      String operator, Tensor x, Tensor w, long piece, OnnxAttribute... attributes) {
    OnnxNode node = OnnxNode.of(operator, List.of("x", "c0"), List.of("y"), attributes);
    return imported(
        OperatorHarness.model(13, List.of(node), List.of(new OnnxTensor("c0", w)), x), piece);
  }

  private static Graph imported(OnnxModel model, long piece) {
    return OnnxImporter.of(
        "model",
        OnnxReader.parse("model", OnnxWriter.write(model)),
        new Limits(Long.MAX_VALUE, piece));
  }

  private static List<Slot> pieces(Graph graph, String name) {
    return graph.slots().stream().filter(slot -> slot.name().startsWith(name)).toList();
  }

  private static Set<String> kernels(Graph graph) {
    return graph.nodes().stream().map(node -> node.kernel().name()).collect(Collectors.toSet());
  }
}
