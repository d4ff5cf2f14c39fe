package opml.cli.command.market;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.kernels.catalog.PinnedPrograms;

/// Files of models as a stranger would make them to harm who fetches them: all of them valid.
public final class StrangeModels {
  private static final int SIDE = 4096;
  private static final int WIDTH = 57_500;

  private StrangeModels() {}

  /// {@return a model of a few kilobytes, each of whose values takes 64 MiB}
  public static byte[] fat(int values) {
    List<OnnxNode> nodes = new ArrayList<>();
    nodes.add(OnnxNode.of("Add", List.of("x", "c"), List.of("h1")));
    for (int i = 2; i <= values; i++) {
      nodes.add(OnnxNode.of("Relu", List.of("h" + (i - 1)), List.of("h" + i)));
    }
    nodes.add(OnnxNode.of("GlobalAveragePool", List.of("h" + values), List.of("y")));
    Tensor row = Tensor.zero(ElementType.F32, Shape.of(1, 1, 1, SIDE));
    return file(nodes, row, Shape.of(1, 1, SIDE, 1), Shape.of(1, 1, 1, 1));
  }

  /// {@return a model of 920 kilobytes of weights, another one for each seed}
  static byte[] wide(long seed) {
    Random random = new Random(seed);
    float[] weights = new float[4 * WIDTH];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat();
    }
    return file(
        List.of(OnnxNode.of("MatMul", List.of("x", "c"), List.of("y"))),
        Tensor.ofFloats(Shape.of(WIDTH, 4), weights),
        Shape.of(1, WIDTH),
        Shape.of(1, 4));
  }

  /// {@return an input of a wide model}
  static byte[] wideInput() {
    return new byte[Float.BYTES * WIDTH];
  }

  /// {@return a model that adds a number}
  static byte[] tiny(float number) {
    return file(
        List.of(OnnxNode.of("Add", List.of("x", "c"), List.of("y"))),
        Tensor.ofFloats(Shape.of(1), number),
        Shape.of(1),
        Shape.of(1));
  }

  /// {@return a model that adds one to each of so many numbers}
  public static byte[] longer(int numbers) {
    return file(
        List.of(OnnxNode.of("Add", List.of("x", "c"), List.of("y"))),
        Tensor.ofFloats(Shape.of(1), 1),
        Shape.of(1, numbers),
        Shape.of(1, numbers));
  }

  /// {@return the id of the model in a file}
  static Bytes32 id(byte[] file) {
    return Model.of(OnnxImporter.of("model", OnnxReader.parse("model", file)), PinnedPrograms::of)
        .id();
  }

  private static byte[] file(List<OnnxNode> nodes, Tensor constant, Shape input, Shape output) {
    return OnnxWriter.write(
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 13)),
            new OnnxGraph(
                "strange",
                nodes,
                List.of(new OnnxTensor("c", constant)),
                List.of(OnnxValueInfo.of("x", ElementType.F32, input)),
                List.of(OnnxValueInfo.of("y", ElementType.F32, output)))));
  }
}
