package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.kernels.catalog.PinnedPrograms;

/// Models of a few nodes, and runs of them by the names of inputs and outputs.
final class ModelRuns {
  private ModelRuns() {}

  /// ModelRuns a graph natively, and as it is committed to, which gives the same.
  static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    MemorySegment input = graph.input().pack(inputs);
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Tensor output =
        switch (runner.run(input)) {
          case GraphRunner.Result.Finished finished -> finished.output();
          case GraphRunner.Result.Failed _ -> throw new AssertionError("node failed");
        };
    byte[] bytes = input.toArray(ValueLayout.JAVA_BYTE);
    Model model = Model.of(graph, PinnedPrograms::of);
    assertThat(GraphExecution.run(model, bytes, runner).output()).isEqualTo(output.bytes());
    return graph.output().unpack(output.data());
  }

  /// ModelRuns a graph that takes nothing.
  static Map<String, Tensor> run(Graph graph) {
    return run(graph, Map.of("nothing", Tensor.zero(ElementType.U8, Shape.of(1))));
  }

  static OnnxModel model(int opset, OnnxGraph graph) {
    return new OnnxModel(8, "opml", List.of(new OnnxOpset("", opset)), graph);
  }

  static OnnxGraph graph(
      List<OnnxNode> nodes,
      List<OnnxTensor> constants,
      List<OnnxValueInfo> inputs,
      OnnxValueInfo... outputs) {
    return new OnnxGraph("g", nodes, constants, inputs, List.of(outputs));
  }

  /// {@return the graph of a model that is written as a file and read}
  static Graph imported(OnnxModel model, Bindings bindings) {
    return OnnxImporter.of("model", OnnxReader.parse("model", OnnxWriter.write(model)), bindings);
  }

  static Graph imported(OnnxModel model) {
    return imported(model, Bindings.NONE);
  }

  static OnnxNode node(String opType, String output, String... inputs) {
    return OnnxNode.of(opType, List.of(inputs), List.of(output));
  }

  static OnnxNode node(
      String opType, List<String> inputs, List<String> outputs, OnnxAttribute... attributes) {
    return OnnxNode.of(opType, inputs, outputs, attributes);
  }

  static OnnxAttribute graph(String name, OnnxGraph graph) {
    return new OnnxAttribute.GraphValue(name, graph);
  }

  /// {@return a value of which nothing is declared}
  static OnnxValueInfo any(String name) {
    return new OnnxValueInfo(name, OnnxValueInfo.Kind.UNDECLARED, 0, Optional.empty());
  }

  static OnnxValueInfo floats(String name, int... dims) {
    return OnnxValueInfo.of(name, ElementType.F32, Shape.of(dims));
  }

  /// {@return a sequence, or an optional, of float tensors without a declared shape}
  static OnnxValueInfo floats(String name, OnnxValueInfo.Kind kind) {
    return new OnnxValueInfo(name, kind, 1, Optional.empty());
  }

  static OnnxValueInfo flag(String name) {
    return OnnxValueInfo.of(name, ElementType.BOOL, Shape.SCALAR);
  }

  static Tensor truth(boolean value) {
    return Tensor.ofBytes(ElementType.BOOL, Shape.SCALAR, new byte[] {(byte) (value ? 1 : 0)});
  }

  static OnnxTensor constant(String name, long value) {
    return new OnnxTensor(name, Tensor.ofLongs(Shape.SCALAR, value));
  }

  static OnnxTensor constant(String name, boolean value) {
    return new OnnxTensor(name, truth(value));
  }

  static OnnxTensor constant(String name, Shape shape, float... values) {
    return new OnnxTensor(name, Tensor.ofFloats(shape, values));
  }

  static Tensor row(float... values) {
    return Tensor.ofFloats(Shape.of(values.length), values);
  }

  static List<String> names(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> name + i).toList();
  }
}
