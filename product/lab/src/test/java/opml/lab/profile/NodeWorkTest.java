package opml.lab.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import org.junit.jupiter.api.Test;

class NodeWorkTest {
  @Test
  void productsAreCountedAsTheOperatorsDefineThem() {
    // Outputs of 1x6x5x5, each of 3 channels in a window of 3x3.
    assertThat(products("Conv", Shape.of(1, 3, 7, 7), Shape.of(6, 3, 3, 3))).isEqualTo(6 * 25 * 27);
    // In three groups, each output channel reads one input channel.
    assertThat(
            products(
                "Conv",
                Shape.of(1, 3, 7, 7),
                Shape.of(6, 1, 3, 3),
                new OnnxAttribute.IntValue("group", 3)))
        .isEqualTo(6 * 25 * 9);
    // Each input meets all weights of its channel.
    assertThat(products("ConvTranspose", Shape.of(1, 3, 4, 4), Shape.of(3, 2, 2, 2)))
        .isEqualTo(48 * 8);
    assertThat(products("MatMul", Shape.of(2, 4, 5), Shape.of(5, 6))).isEqualTo(2 * 4 * 5 * 6);
    assertThat(products("Add", Shape.of(1, 8), Shape.of(1, 8))).isZero();
  }

  private static long products(
      String operator, Shape input, Shape weights, OnnxAttribute... attributes) {
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(OnnxNode.of(operator, List.of("x", "w"), List.of("y"), attributes)),
            List.of(new OnnxTensor("w", Tensor.zero(ElementType.F32, weights))),
            List.of(OnnxValueInfo.of("x", ElementType.F32, input)),
            List.of(new OnnxValueInfo("y", 1, Optional.empty())));
    OnnxModel model = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    Graph made = OnnxImporter.of("m", model);
    return made.nodes().stream().mapToLong(node -> NodeWork.of(made, node).products()).sum();
  }
}
