package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.file.SampleModel;
import opml.kernels.catalog.PinnedPrograms;

/// Runs one operator as a model of its own, or a few as one: written as a file, read, imported, run natively, and again
/// as the model is committed to.
final class OperatorHarness {
  private OperatorHarness() {}

  /// Runs an operator on `x` and constants.
  static Tensor run(
      int opset, String opType, Tensor x, List<Tensor> constants, OnnxAttribute... attributes) {
    return run(graph(opset, opType, x, constants, attributes), x);
  }

  /// Runs a model of the input `x` and the output `y`.
  static Tensor run(int opset, List<OnnxNode> nodes, List<OnnxTensor> initializers, Tensor x) {
    return run(imported(model(opset, nodes, initializers, x)), x);
  }

  /// Runs a graph, and as it is committed to, which gives the same.
  static Tensor run(Graph graph, Tensor x) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Tensor output =
        switch (runner.run(x.data())) {
          case GraphRunner.Result.Finished finished -> finished.output();
          case GraphRunner.Result.Failed failed -> throw new AssertionError("node failed");
        };
    Model model = Model.of(graph, PinnedPrograms::of);
    assertThat(GraphExecution.run(model, x.bytes(), runner).output()).isEqualTo(output.bytes());
    return output;
  }

  static Graph graph(
      int opset, String opType, Tensor x, List<Tensor> constants, OnnxAttribute... attributes) {
    List<String> inputs = new ArrayList<>(List.of("x"));
    List<OnnxTensor> initializers = new ArrayList<>();
    for (int i = 0; i < constants.size(); i++) {
      inputs.add("c" + i);
      initializers.add(new OnnxTensor("c" + i, constants.get(i)));
    }
    return imported(
        model(
            opset,
            List.of(OnnxNode.of(opType, inputs, List.of("y"), attributes)),
            initializers,
            x));
  }

  static OnnxModel model(int opset, List<OnnxNode> nodes, List<OnnxTensor> initializers, Tensor x) {
    return SampleModel.model(
        opset,
        nodes,
        initializers,
        OnnxValueInfo.of("x", x.type(), x.shape()),
        new OnnxValueInfo("y", 0, Optional.empty()));
  }

  /// {@return the graph of a model that is written as a file and read}
  static Graph imported(OnnxModel model) {
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
