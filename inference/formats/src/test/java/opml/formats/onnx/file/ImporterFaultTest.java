package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.OnnxImporter;
import org.junit.jupiter.api.Test;

class ImporterFaultTest {
  @Test
  void whatIsNoRefusalNamesTheNodeAndItsOperator() {
    OnnxTensor faulty =
        new OnnxTensor(
            "",
            OnnxType.FLOAT.code(),
            List.of(),
            () -> {
              throw new ArithmeticException("0 > -1");
            },
            Optional.empty());
    OnnxNode constant =
        new OnnxNode(
            "a\nb",
            "Constant",
            "",
            List.of(),
            List.of("y"),
            List.of(new OnnxAttribute.TensorValue("value", faulty)));
    OnnxModel model =
        SampleModel.model(
            13,
            List.of(constant),
            List.of(),
            OnnxValueInfo.of("x", ElementType.F32, Shape.of(1)),
            OnnxValueInfo.of("y", ElementType.F32, Shape.SCALAR));
    assertThatThrownBy(() -> OnnxImporter.of("model", model))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseInstanceOf(ArithmeticException.class)
        .hasMessageStartingWith("node a\\u000Ab: the importer of Constant failed: ")
        .hasMessageEndingWith("0 > -1");
  }
}
