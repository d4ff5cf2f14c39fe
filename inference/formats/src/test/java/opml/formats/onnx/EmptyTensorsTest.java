package opml.formats.onnx;

import static opml.formats.onnx.ModelRuns.any;
import static opml.formats.onnx.ModelRuns.constant;
import static opml.formats.onnx.ModelRuns.floats;
import static opml.formats.onnx.ModelRuns.graph;
import static opml.formats.onnx.ModelRuns.model;
import static opml.formats.onnx.ModelRuns.node;
import static opml.formats.onnx.ModelRuns.row;
import static opml.formats.onnx.ModelRuns.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import org.junit.jupiter.api.Test;

/// Tensors without elements are in no slot, but inputs and outputs as others are.
class EmptyTensorsTest {
  private static final Tensor NONE = Tensor.zero(ElementType.F32, Shape.of(0, 3));
  private static final OnnxTensor CONSTANT = new OnnxTensor("none", NONE);

  @Test
  void aResultMayHaveNoElements() {
    Graph graph = imported(List.of(floats("x", 1, 3)), node("Add", "y", "x", "none"));
    assertThat(graph.output().parts()).hasToString("[y f32 0x3]");
    assertThat(graph.output().bytes()).isEqualTo(1);
    assertThat(graph.nodes()).hasSize(1);
    Tensor x = Tensor.ofFloats(Shape.of(1, 3), 1, 2, 3);
    Tensor y = run(graph, Map.of("x", x)).get("y");
    assertThat(y.shape()).isEqualTo(Shape.of(0, 3));
    assertThat(y.bytes()).isEmpty();
  }

  @Test
  void anInputMayHaveNone() {
    Graph graph = imported(List.of(floats("x", 0, 3)), node("Abs", "y", "x"));
    assertThat(graph.input().parts()).hasToString("[x f32 0x3]");
    assertThat(run(graph, Map.of("x", NONE)).get("y").shape()).isEqualTo(Shape.of(0, 3));
    Graph joined =
        imported(
            List.of(floats("x", 0, 3), floats("z", 2, 3)),
            OnnxNode.of(
                "Concat", List.of("z", "x"), List.of("y"), new OnnxAttribute.IntValue("axis", 0)));
    assertThat(joined.input().parts()).hasToString("[x f32 0x3, z f32 2x3]");
    Tensor z = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(run(joined, Map.of("x", NONE, "z", z)).get("y").floats())
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void someOutputsMayHaveNone() {
    OnnxTensor sizes = new OnnxTensor("sizes", Tensor.ofLongs(Shape.of(3), 0, 2, 0));
    OnnxNode split = node("Split", List.of("x", "sizes"), List.of("a", "b", "c"));
    for (List<String> order :
        List.of(List.of("a", "b", "c"), List.of("b", "a"), List.of("c", "a"))) {
      Graph graph =
          ModelRuns.imported(
              model(
                  13,
                  graph(
                      List.of(split),
                      List.of(sizes),
                      List.of(floats("x", 2)),
                      order.stream().map(ModelRuns::any).toArray(OnnxValueInfo[]::new))));
      Map<String, Tensor> got = run(graph, Map.of("x", row(5, 6)));
      assertThat(got.keySet()).containsExactlyElementsOf(order);
      got.forEach(
          (name, value) ->
              assertThat(value.floats())
                  .isEqualTo(name.equals("b") ? new float[] {5, 6} : new float[0]));
    }
  }

  @Test
  void theyAreReshapedToShapesWithoutElements() {
    assertThat(reshaped(1, 3, 4, 0)).isEqualTo(Shape.of(3, 4, 0));
    assertThat(reshaped(1, 0, 7)).isEqualTo(Shape.of(0, 7));
    assertThat(reshaped(0, 5, -1)).isEqualTo(Shape.of(5, 0));
    for (long[] wrong : new long[][] {{3, 1}, {0, -1}, {-1, -1}, {1L << 40, 0}}) {
      assertThatThrownBy(() -> reshaped(1, wrong)).hasMessageContaining("Reshape: ");
    }
    // What is left where there is nothing could be any size.
    assertThatThrownBy(() -> reshaped(0, 0, -1)).hasMessageContaining("Reshape: ");
  }

  private static Shape reshaped(int allowZero, long... shape) {
    OnnxNode reshape =
        OnnxNode.of(
            "Reshape",
            List.of("none", "shape"),
            List.of("y"),
            new OnnxAttribute.IntValue("allowzero", allowZero));
    Graph graph =
        ModelRuns.imported(
            model(
                14,
                graph(
                    List.of(reshape),
                    List.of(
                        CONSTANT,
                        new OnnxTensor("shape", Tensor.ofLongs(Shape.of(shape.length), shape))),
                    List.of(floats("x", 2)),
                    any("y"))));
    return run(graph, Map.of("x", row(1, 2))).get("y").shape();
  }

  @Test
  void aSumOfNoneIsZero() {
    Graph graph =
        imported(
            List.of(floats("x", 0, 3)),
            OnnxNode.of(
                "ReduceSum",
                List.of("x", "axis"),
                List.of("y"),
                new OnnxAttribute.IntValue("keepdims", 0)));
    assertThat(run(graph, Map.of("x", NONE)).get("y").floats()).containsExactly(0, 0, 0);
  }

  private static Graph imported(List<OnnxValueInfo> inputs, OnnxNode node) {
    return ModelRuns.imported(
        model(
            13,
            graph(
                List.of(node),
                List.of(CONSTANT, constant("axis", 0)),
                inputs,
                new OnnxValueInfo("y", 1, Optional.empty()))));
  }
}
