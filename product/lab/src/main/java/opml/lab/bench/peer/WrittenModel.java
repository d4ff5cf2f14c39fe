package opml.lab.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;

/// A model file while it grows, its weights random. Where nothing else is said, its input is `x`, its output `y`.
final class WrittenModel {
  private static final long OPSET = 13;
  private static final long IR_VERSION = 7;
  private static final long INPUT_SEED = 7;

  private final SplittableRandom random;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final List<OnnxTensor> constants = new ArrayList<>();

  WrittenModel(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /// {@return a model with one input of floats, which are always the same}
  static BenchModel reading(String name, Path file, String input, Shape shape) {
    float[] values = floats(new SplittableRandom(INPUT_SEED), shape.count(), 1);
    return new BenchModel(name, file, Map.of(input, Tensor.ofFloats(shape, values)), Bindings.NONE);
  }

  private static float[] floats(SplittableRandom random, int count, double size) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-size, size);
    }
    return values;
  }

  /// Adds weights of one output a row, such that sums neither grow nor vanish from layer to layer.
  String tensor(String name, int... dims) {
    Shape shape = Shape.of(dims);
    return constant(name, Tensor.ofFloats(shape, floats(random, shape.count(), size(shape))));
  }

  /// {@return how large weights of a shape are}
  static double size(Shape shape) {
    return Math.sqrt(3.0 / Math.max(1, shape.count() / shape.dim(0)));
  }

  String constant(String name, Tensor value) {
    constants.add(new OnnxTensor(name, value));
    return name;
  }

  SplittableRandom random() {
    return random;
  }

  String node(String operator, String output, List<String> inputs, OnnxAttribute... attributes) {
    nodes.add(OnnxNode.of(operator, inputs, List.of(output), attributes));
    return output;
  }

  /// {@return the model so far}
  ///
  /// @param inputs of whatever types; those that have no size are bound by whoever imports it
  OnnxModel model(String name, List<OnnxValueInfo> inputs, OnnxValueInfo output) {
    OnnxGraph graph = new OnnxGraph(name, nodes, constants, inputs, List.of(output));
    return new OnnxModel(IR_VERSION, "opml", List.of(new OnnxOpset("", OPSET)), graph);
  }

  BenchModel write(String name, Path folder, Shape in, Shape out) throws IOException {
    OnnxModel model =
        model(
            name,
            List.of(OnnxValueInfo.of("x", ElementType.F32, in)),
            OnnxValueInfo.of("y", ElementType.F32, out));
    Path file = folder.resolve(name + ".onnx");
    Files.write(file, OnnxWriter.write(model));
    return reading(name, file, "x", in);
  }
}
