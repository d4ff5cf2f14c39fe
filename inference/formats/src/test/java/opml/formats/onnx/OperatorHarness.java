package opml.formats.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.engine.run.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NativeNodes;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.file.SampleModel;

/// Runs one operator as a model of its own: written as a file, read, imported, run natively.
final class OperatorHarness {
  private OperatorHarness() {}

  /// Runs an operator on `x` and constants.
  static Tensor run(
      int opset, String opType, Tensor x, List<Tensor> constants, OnnxAttribute... attributes) {
    Graph graph = graph(opset, opType, x, constants, attributes);
    NodeRunner nodes = new NativeNodes(KernelProvider.reference(), NodeRunner.unavailable());
    return switch (new GraphRunner(graph, nodes).run(x.data())) {
      case GraphRunner.Result.Finished finished -> finished.output();
      case GraphRunner.Result.Failed failed -> throw new AssertionError("node failed");
    };
  }

  static Graph graph(
      int opset, String opType, Tensor x, List<Tensor> constants, OnnxAttribute... attributes) {
    List<String> inputs = new ArrayList<>(List.of("x"));
    List<OnnxTensor> initializers = new ArrayList<>();
    for (int i = 0; i < constants.size(); i++) {
      inputs.add("c" + i);
      initializers.add(new OnnxTensor("c" + i, constants.get(i)));
    }
    OnnxModel model =
        SampleModel.model(
            opset,
            List.of(OnnxNode.of(opType, inputs, List.of("y"), attributes)),
            initializers,
            OnnxValueInfo.of("x", x.type(), x.shape()),
            new OnnxValueInfo("y", 0, Optional.empty()));
    return OnnxImporter.of("model", OnnxReader.parse("model", OnnxWriter.write(model)));
  }

  /// {@return small whole numbers, whose sums and products floats hold exactly in any order}
  static Tensor whole(SplittableRandom random, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return Tensor.ofFloats(shape, values);
  }

  static Tensor bytes(SplittableRandom random, ElementType type, int... dims) {
    byte[] values = new byte[Shape.of(dims).count()];
    random.nextBytes(values);
    return Tensor.ofBytes(type, Shape.of(dims), values);
  }

  static Tensor scalar(ElementType type, int value) {
    return Tensor.ofBytes(type, Shape.SCALAR, new byte[] {(byte) value});
  }

  static Tensor scalar(float value) {
    return Tensor.ofFloats(Shape.SCALAR, value);
  }

  static float[] floats(int count, IntToDoubleFunction value) {
    float[] values = new float[count];
    IntStream.range(0, count).forEach(i -> values[i] = (float) value.applyAsDouble(i));
    return values;
  }
}
