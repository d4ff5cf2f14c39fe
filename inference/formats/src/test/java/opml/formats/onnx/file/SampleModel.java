package opml.formats.onnx.file;

import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// A model of 2x3 dense layer, relu and all kinds of attributes, in a few hundred bytes.
public final class SampleModel {
  private SampleModel() {}

  public static OnnxModel dense() {
    OnnxTensor w = new OnnxTensor("w", Tensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    OnnxTensor b = new OnnxTensor("b", Tensor.ofFloats(Shape.of(2), 0.5f, -100));
    OnnxNode gemm =
        OnnxNode.of(
            "Gemm",
            List.of("x", "w", "b"),
            List.of("h"),
            new OnnxAttribute.FloatValue("alpha", 1),
            new OnnxAttribute.IntValue("transB", 0));
    OnnxNode relu = OnnxNode.of("Relu", List.of("h"), List.of("y"));
    return model(
        13,
        List.of(gemm, relu),
        List.of(w, b),
        OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 3)),
        OnnxValueInfo.of("y", ElementType.F32, Shape.of(1, 2)));
  }

  public static OnnxModel model(
      int opset,
      List<OnnxNode> nodes,
      List<OnnxTensor> initializers,
      OnnxValueInfo input,
      OnnxValueInfo output) {
    return new OnnxModel(
        8,
        "opml",
        List.of(new OnnxOpset("", opset)),
        new OnnxGraph("sample", nodes, initializers, List.of(input), List.of(output)));
  }
}
