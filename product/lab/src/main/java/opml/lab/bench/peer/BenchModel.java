package opml.lab.bench.peer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.Ints;

/// A model file that both engines run.
///
/// @param name of the figure
/// @param inputs by their names, always the same
/// @param bindings of what the file leaves open
public record BenchModel(String name, Path file, Map<String, Tensor> inputs, Bindings bindings) {
  public BenchModel {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /// {@return a perceptron 784-512-512-10, its weights random}
  public static BenchModel perceptron(Path folder) throws IOException {
    WrittenModel weights = new WrittenModel(1);
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
  public static BenchModel convolutional(Path folder) throws IOException {
    WrittenModel weights = new WrittenModel(2);
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
  public static BenchModel wide(Path folder) throws IOException {
    WrittenModel weights = new WrittenModel(3);
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
  public static BenchModel deep(Path folder) throws IOException {
    WrittenModel weights = new WrittenModel(4);
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
  public static Optional<BenchModel> ofTheZoo(Path file) {
    return Files.isRegularFile(file)
        ? Optional.of(WrittenModel.reading("mnist-8", file, "Input3", Shape.of(1, 1, 28, 28)))
        : Optional.empty();
  }

  /// {@return the graph that we run}
  ///
  /// @throws IOException if the file cannot be read
  public Graph graph() throws IOException {
    return ModelLoader.graph(file, bindings);
  }

  /// {@return the inputs, as a graph has them}
  public MemorySegment packed(Graph graph, Arena arena) {
    MemorySegment packed = graph.input().pack(inputs);
    return arena.allocate(packed.byteSize(), 64).copyFrom(packed);
  }
}
