package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.imported;
import static opml.formats.onnx.ModelRuns.model;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

/// What is bound is a part of the model: its shapes, what is run, and its id.
class BindingsTest {
  private static final OnnxValueInfo X =
      new OnnxValueInfo(
          "x",
          OnnxValueInfo.Kind.TENSOR,
          1,
          Optional.of(
              List.of(new OnnxDimension.Named("rows"), new OnnxDimension.Named("columns"))));

  private static final OnnxValueInfo SHAPE =
      OnnxValueInfo.of("shape", ElementType.I64, Shape.of(1));

  private static final OnnxModel RESHAPE =
      model(
          14,
          graph(
              List.of(node("Reshape", "y", "x", "shape")), List.of(), List.of(X, SHAPE), any("y")));

  private static final OnnxModel NEGATIVE =
      model(14, graph(List.of(node("Neg", "y", "x")), List.of(), List.of(X), any("y")));

  @Test
  void dimensionsAreBoundByTheirNames() {
    Graph graph = imported(NEGATIVE, dims(Map.of("rows", 2, "columns", 3)));
    assertThat(graph.input().parts()).hasToString("[x f32 2x3]");
    assertThat(imported(NEGATIVE, dims(Map.of("columns", 3))).input().parts())
        .hasToString("[x f32 1x3]");
    assertThatThrownBy(() -> imported(NEGATIVE))
        .hasMessageContaining("input x has dimensions that are not numbers: 1 is columns")
        .hasMessageContaining("bound by --bind columns=NUMBER or --bind x=SHAPE");
  }

  @Test
  void aShapeReplacesTheDeclaredOne() {
    Bindings bindings = new Bindings(Map.of(), Map.of("x", Shape.of(2, 2, 2)), Map.of());
    assertThat(imported(NEGATIVE, bindings).input().parts()).hasToString("[x f32 2x2x2]");
  }

  @Test
  void aConstantIsNoInputAnyMore() {
    Bindings half = dims(Map.of("rows", 2, "columns", 3));
    ImportException open =
        catchThrowableOfType(ImportException.class, () -> imported(RESHAPE, half));
    assertThat(open.unbound()).containsExactly("shape");
    Bindings whole =
        new Bindings(half.dims(), Map.of(), Map.of("shape", Tensor.ofLongs(Shape.of(1), 6)));
    Graph graph = imported(RESHAPE, whole);
    assertThat(graph.input().parts()).hasToString("[x f32 2x3]");
    Tensor x = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(run(graph, Map.of("x", x)).get("y").shape()).isEqualTo(Shape.of(6));
    Map<String, Tensor> both = new HashMap<>(whole.inputs());
    both.put("x", x);
    assertThat(run(imported(RESHAPE, new Bindings(Map.of(), Map.of(), both))).get("y").floats())
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void whatTheModelDoesNotHaveIsTold() {
    Bindings wrong =
        new Bindings(
            Map.of("columns", 1, "z", 2),
            Map.of("w", Shape.of(1)),
            Map.of("v", row(1), "u", row(1)));
    assertThatThrownBy(() -> imported(NEGATIVE, wrong))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("bound is the input u, which the model does not have; it has x")
        .hasMessageContaining("bound is the input v,")
        .hasMessageContaining("bound is the input w,")
        .hasMessageContaining(
            "bound is the dimension z, which the model does not have; it has columns, rows");
  }

  @Test
  void whatContradictsTheFileOrAnotherBindingIsTold() {
    Map<String, Integer> dims = Map.of("rows", 2, "columns", 3);
    Shape six = Shape.of(2, 3);
    contradicts(
        "input shape is bound to a constant of float, but it is declared as int64",
        Map.of(),
        Map.of("x", six),
        Map.of("shape", row(6)));
    contradicts(
        "input shape is bound to shape 2, but dimension 0, 1, is 1",
        Map.of(),
        Map.of("x", six),
        Map.of("shape", Tensor.ofLongs(Shape.of(2), 3, 2)));
    contradicts(
        "input x is bound to shape 6, but it is declared with 2 axes",
        Map.of(),
        Map.of(),
        Map.of("x", row(1, 2, 3, 4, 5, 6), "shape", Tensor.ofLongs(Shape.of(1), 6)));
    contradicts(
        "input x is bound to shape 3x2, but dimension 0, rows, is 2",
        dims,
        Map.of("x", Shape.of(3, 2)),
        Map.of("shape", Tensor.ofLongs(Shape.of(1), 6)));
    contradicts(
        "input x is bound to a constant of shape 2x3, but to shape 3x2 as well",
        Map.of(),
        Map.of("x", Shape.of(3, 2)),
        Map.of("x", Tensor.ofFloats(six, new float[6]), "shape", Tensor.ofLongs(Shape.of(1), 6)));
    // and what a shape that is bound makes wrong is wrong at its node
    contradicts("Reshape: ", dims, Map.of(), Map.of("shape", Tensor.ofLongs(Shape.of(1), 7)));
  }

  private static void contradicts(
      String message,
      Map<String, Integer> dims,
      Map<String, Shape> shapes,
      Map<String, Tensor> inputs) {
    assertThatThrownBy(() -> imported(RESHAPE, new Bindings(dims, shapes, inputs)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(message);
  }

  @Test
  void numbersThatNoDimensionCanBeAreRefused() {
    for (int wrong : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> imported(NEGATIVE, dims(Map.of("rows", wrong, "columns", wrong))))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("input x");
    }
  }

  @Test
  void otherBindingsAreAnotherModel() {
    assertThat(id(Map.of("columns", 3)))
        .isEqualTo(id(Map.of("columns", 3, "rows", 1)))
        .isNotEqualTo(id(Map.of("columns", 40)));
  }

  private static Object id(Map<String, Integer> dims) {
    return Model.of(imported(NEGATIVE, dims(dims)), PinnedPrograms::of).id();
  }

  private static Bindings dims(Map<String, Integer> dims) {
    return new Bindings(dims, Map.of(), Map.of());
  }
}
