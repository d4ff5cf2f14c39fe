package opml.lab.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;

/// A model file that both engines run.
///
/// @param name of the figure
/// @param input name of the model's input
record BenchModel(String name, Path file, String input, Shape shape) {
  private static final long OPSET = 13;
  private static final long IR_VERSION = 7;

  /// {@return a perceptron 784-512-512-10, its weights random}
  static BenchModel perceptron(Path folder) throws IOException {
    Weights weights = new Weights(1);
    String value = "x";
    int[] sizes = {784, 512, 512, 10};
    for (int i = 1; i < sizes.length; i++) {
      String w = weights.tensor("w" + i, sizes[i], sizes[i - 1]);
      String b = weights.tensor("b" + i, sizes[i]);
      boolean last = i == sizes.length - 1;
      String sum = last ? "y" : "h" + i;
      weights.node("Gemm", sum, List.of(value, w, b), new OnnxAttribute.IntValue("transB", 1));
      value = last ? sum : weights.node("Relu", "r" + i, List.of(sum));
    }
    return weights.write("mlp", folder, Shape.of(1, 784), Shape.of(1, 10));
  }

  /// {@return a small convolutional network as LeNet-5 is, its weights random}
  static BenchModel convolutional(Path folder) throws IOException {
    Weights weights = new Weights(2);
    String value = "x";
    int[] channels = {1, 6, 16};
    for (int i = 1; i < channels.length; i++) {
      String w = weights.tensor("w" + i, channels[i], channels[i - 1], 5, 5);
      String b = weights.tensor("b" + i, channels[i]);
      long pad = i == 1 ? 2 : 0;
      weights.node(
          "Conv",
          "c" + i,
          List.of(value, w, b),
          Ints.of("kernel_shape", 5, 5),
          Ints.of("pads", pad, pad, pad, pad));
      weights.node("Relu", "r" + i, List.of("c" + i));
      value =
          weights.node(
              "MaxPool",
              "p" + i,
              List.of("r" + i),
              Ints.of("kernel_shape", 2, 2),
              Ints.of("strides", 2, 2));
    }
    value = weights.node("Flatten", "f", List.of(value));
    int[] sizes = {400, 120, 84, 10};
    for (int i = 1; i < sizes.length; i++) {
      String w = weights.tensor("d" + i, sizes[i], sizes[i - 1]);
      String b = weights.tensor("e" + i, sizes[i]);
      boolean last = i == sizes.length - 1;
      String sum = last ? "y" : "g" + i;
      weights.node("Gemm", sum, List.of(value, w, b), new OnnxAttribute.IntValue("transB", 1));
      value = last ? sum : weights.node("Relu", "s" + i, List.of(sum));
    }
    return weights.write("lenet", folder, Shape.of(1, 1, 28, 28), Shape.of(1, 10));
  }

  /// {@return a perceptron that takes above a millisecond, its weights random}
  static BenchModel wide(Path folder) throws IOException {
    Weights weights = new Weights(3);
    String value = "x";
    for (int i = 1; i <= 3; i++) {
      String w = weights.tensor("w" + i, 2048, 2048);
      String sum = i == 3 ? "y" : "h" + i;
      weights.node("Gemm", sum, List.of(value, w), new OnnxAttribute.IntValue("transB", 1));
      value = i == 3 ? sum : weights.node("Relu", "r" + i, List.of(sum));
    }
    return weights.write("mlp-2048", folder, Shape.of(1, 2048), Shape.of(1, 2048));
  }

  /// {@return convolutions of 64 channels of 28 by 28, which take above a millisecond, their weights random}
  static BenchModel deep(Path folder) throws IOException {
    Weights weights = new Weights(4);
    String value = "x";
    int channels = 1;
    for (int i = 1; i <= 4; i++) {
      String w = weights.tensor("w" + i, 64, channels, 3, 3);
      channels = 64;
      weights.node(
          "Conv",
          "c" + i,
          List.of(value, w),
          Ints.of("kernel_shape", 3, 3),
          Ints.of("pads", 1, 1, 1, 1));
      value = weights.node("Relu", "r" + i, List.of("c" + i));
    }
    weights.node("GlobalAveragePool", "y", List.of(value));
    return weights.write("conv-64", folder, Shape.of(1, 1, 28, 28), Shape.of(1, 64, 1, 1));
  }

  /// {@return mnist-8 of ONNX's model zoo, if the file is there}
  static Optional<BenchModel> ofTheZoo(Path file) {
    return Files.isRegularFile(file)
        ? Optional.of(new BenchModel("mnist-8", file, "Input3", Shape.of(1, 1, 28, 28)))
        : Optional.empty();
  }

  /// {@return an input, always the same}
  float[] values() {
    return floats(new SplittableRandom(7), shape.count(), 1);
  }

  private static float[] floats(SplittableRandom random, int count, double size) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-size, size);
    }
    return values;
  }

  /// A model while it grows.
  private static final class Weights {
    private final SplittableRandom random;
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final List<OnnxTensor> constants = new ArrayList<>();

    Weights(long seed) {
      this.random = new SplittableRandom(seed);
    }

    String tensor(String name, int... dims) {
      Shape shape = Shape.of(dims);
      // So that sums neither grow nor vanish from layer to layer.
      int inputs = Math.max(1, shape.count() / dims[0]);
      float[] values = floats(random, shape.count(), Math.sqrt(3.0 / inputs));
      constants.add(new OnnxTensor(name, Tensor.ofFloats(shape, values)));
      return name;
    }

    String node(String operator, String output, List<String> inputs, OnnxAttribute... attributes) {
      nodes.add(OnnxNode.of(operator, inputs, List.of(output), attributes));
      return output;
    }

    BenchModel write(String name, Path folder, Shape in, Shape out) throws IOException {
      OnnxGraph graph =
          new OnnxGraph(
              name,
              nodes,
              constants,
              List.of(OnnxValueInfo.of("x", ElementType.F32, in)),
              List.of(OnnxValueInfo.of("y", ElementType.F32, out)));
      List<OnnxOpset> opsets = List.of(new OnnxOpset("", OPSET));
      Path file = folder.resolve(name + ".onnx");
      Files.write(file, OnnxWriter.write(new OnnxModel(IR_VERSION, "opml", opsets, graph)));
      return new BenchModel(name, file, "x", in);
    }
  }
}
