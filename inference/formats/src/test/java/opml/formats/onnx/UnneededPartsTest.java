package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import opml.engine.graph.Slot;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.RawModels;
import opml.formats.onnx.file.SampleModel;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// What a file may have beside what its output needs.
class UnneededPartsTest {
  @Test
  void constantsOfOtherTypesAreNotReadWhereNoNodeNeedsThem() {
    byte[] bytes = RawModels.sumAndDamagedConstants();
    assertThat(OnnxImporter.of("model", OnnxReader.parse("model", bytes)).slots())
        .extracting(Slot::name)
        .containsExactly("x", "c", "y");
  }

  @Test
  void aFunctionOfTheModelIsNotTakenForOnnxsOperator() {
    OnnxGraph graph = SampleModel.dense().graph();
    for (String domain : List.of("", "ai.onnx")) {
      assertThatThrownBy(() -> OnnxImporter.of("model", with(graph, domain, "Relu")))
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("Relu: more inputs or outputs than the function has");
    }
    assertThat(OnnxImporter.of("model", with(graph, "", "Abs")).nodes()).hasSize(3);
    assertThat(OnnxImporter.of("model", with(graph, "own", "Relu")).nodes()).hasSize(3);
  }

  @Test
  void anOverloadIsNoOperatorOfOnnx() {
    OnnxGraph graph = SampleModel.dense().graph();
    OnnxNode last = graph.nodes().getLast();
    OnnxNode overloaded =
        new OnnxNode("y", "Relu", "", "fast", last.inputs(), last.outputs(), List.of());
    OnnxGraph changed =
        new OnnxGraph(
            "g",
            List.of(graph.nodes().getFirst(), overloaded),
            graph.initializers(),
            graph.inputs(),
            graph.outputs());
    assertThatThrownBy(() -> OnnxImporter.of("model", with(changed, "own", "Other")))
        .hasMessageContaining("operators that we do not have: Relu (1 node: y)");
  }

  private static OnnxModel with(OnnxGraph graph, String domain, String function) {
    return new OnnxModel(
        8,
        "",
        List.of(new OnnxOpset("", 13)),
        graph,
        List.of(new OnnxFunction(domain, function, "")));
  }
}
