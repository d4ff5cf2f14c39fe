package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// Models that have strings, written as files, read and run.
final class StringRuns {
  private StringRuns() {}

  /// {@return a model of the latest operators that is written as a file and read}
  static OnnxModel model(
      List<OnnxValueInfo> inputs,
      List<OnnxTensor> constants,
      List<String> outputs,
      OnnxNode... nodes) {
    return model(21, inputs, constants, outputs, nodes);
  }

  static OnnxModel model(
      int opset,
      List<OnnxValueInfo> inputs,
      List<OnnxTensor> constants,
      List<String> outputs,
      OnnxNode... nodes) {
    List<OnnxValueInfo> said = new ArrayList<>();
    outputs.forEach(name -> said.add(ModelRuns.any(name)));
    OnnxModel model =
        new OnnxModel(
            10,
            "opml",
            List.of(new OnnxOpset("", opset), new OnnxOpset("ai.onnx.ml", 4)),
            new OnnxGraph("g", Arrays.asList(nodes), constants, inputs, said));
    return OnnxReader.parse("model", OnnxWriter.write(model));
  }

  /// {@return an input of strings of any size}
  static OnnxValueInfo words(String name, int rank) {
    return input(name, OnnxType.STRING, rank);
  }

  /// {@return an input of numbers of any size}
  static OnnxValueInfo numbers(String name, ElementType type, int rank) {
    return input(name, OnnxType.of(type), rank);
  }

  private static OnnxValueInfo input(String name, OnnxType type, int rank) {
    List<OptionalLong> open = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      open.add(OptionalLong.empty());
    }
    return new OnnxValueInfo(name, type.code(), Optional.of(open));
  }

  static Map<String, ModelValue> run(OnnxModel model, Map<String, ModelValue> inputs) {
    return runner(StringModel.of("model", model, Bindings.NONE)).run(inputs);
  }

  static StringRunner runner(StringModel model) {
    return new StringRunner(model, StringRuns::part);
  }

  private static StringRunner.Part part(Graph graph) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    return input ->
        switch (runner.run(input)) {
          case GraphRunner.Result.Finished(Tensor output) -> output.data();
          case GraphRunner.Result.Failed(int node) -> throw new IllegalStateException("" + node);
        };
  }

  /// {@return the only output of one node that reads x, and y if it is there}
  static ModelValue of(OnnxNode node, ModelValue... values) {
    List<OnnxValueInfo> inputs = new ArrayList<>();
    List<String> names = node.inputs();
    Map<String, ModelValue> given = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      inputs.add(declared(names.get(i), values[i]));
      given.put(names.get(i), values[i]);
    }
    String output = node.outputs().getFirst();
    ModelValue result = run(model(inputs, List.of(), List.of(output), node), given).get(output);
    return Objects.requireNonNull(result);
  }

  static OnnxValueInfo declared(String name, ModelValue value) {
    return switch (value) {
      case StringTensor strings -> words(name, strings.shape().rank());
      case NumberTensor(Tensor tensor) -> numbers(name, tensor.type(), tensor.shape().rank());
    };
  }

  static StringTensor row(String... values) {
    return StringTensor.of(Shape.of(values.length), values);
  }

  static StringTensor row(List<String> values) {
    return new StringTensor(Shape.of(values.size()), values);
  }

  static NumberTensor longs(long... values) {
    return new NumberTensor(Tensor.ofLongs(Shape.of(values.length), values));
  }

  static Tensor numbers(ModelValue value) {
    return ((NumberTensor) value).tensor();
  }

  static List<String> strings(ModelValue value) {
    return ((StringTensor) value).values();
  }
}
