package opml.mnist.export;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.mnist.network.Layer;
import opml.mnist.quantise.QuantisedLayer;
import opml.mnist.quantise.Quantiser;
import opml.mnist.quantise.Scale;

/// The quantised model: `image` u8 (1, 1, 28, 28), the pixels themselves, to `logits` f32 (1, 10).
///
/// QLinearConv three times, Flatten, QLinearMatMul, DequantizeLinear. There is no Relu: where it would stand, the zero
/// point of the output is 0, and clamping to an unsigned byte does the same. There is no QuantizeLinear, because a
/// pixel is a byte already; that also makes an image a quarter of the float model's calldata.
public final class Int8Model {
  private Int8Model() {}

  /// A value in the graph: its name, and the names of the constants that say what its bytes mean.
  private record Quantised(String name, String step, String zero) {
    List<String> parts() {
      return List.of(name, step, zero);
    }
  }

  /// {@return the layers as an ONNX model}
  public static OnnxModel of(List<QuantisedLayer> layers) {
    OnnxGraphBuilder graph = new OnnxGraphBuilder();
    Quantised value = scaled(graph, "image", Quantiser.PIXELS);
    for (int i = 0; i < layers.size(); i++) {
      QuantisedLayer layer = layers.get(i);
      if (layer.layer().biased()) {
        value = convolution(graph, "conv" + i, layer, i, value);
      } else {
        String row = graph.node("Flatten", "features", List.of(value.name()));
        Quantised features = new Quantised(row, value.step(), value.zero());
        value = product(graph, "product" + i, layer, i, features);
      }
    }
    graph.node("DequantizeLinear", "logits", value.parts());
    return graph.model(
        "mnist-cnn-int8",
        OnnxValueInfo.of("image", ElementType.U8, FloatModel.IMAGE),
        OnnxValueInfo.of("logits", ElementType.F32, FloatModel.LOGITS));
  }

  private static Quantised convolution(
      OnnxGraphBuilder graph, String name, QuantisedLayer layer, int index, Quantised input) {
    Layer shape = layer.layer();
    Shape weights = Shape.of(shape.outChannels(), shape.inChannels(), Layer.KERNEL, Layer.KERNEL);
    List<String> inputs = new ArrayList<>(input.parts());
    inputs.addAll(weights(graph, layer, index, weights, inOnnxOrder(layer)).parts());
    Quantised output = scaled(graph, name, layer.output());
    inputs.add(output.step());
    inputs.add(output.zero());
    Shape channels = Shape.of(shape.outChannels());
    inputs.add(graph.constant("bias" + index, Tensor.ofInts(channels, layer.bias())));
    graph.node("QLinearConv", name, inputs, OnnxGraphBuilder.convolution(shape));
    return output;
  }

  /// The second factor of a product has a row per input and a column per output.
  private static Quantised product(
      OnnxGraphBuilder graph, String name, QuantisedLayer layer, int index, Quantised input) {
    int rows = layer.layer().inputs();
    int columns = layer.layer().outChannels();
    byte[] byOutput = inOnnxOrder(layer);
    byte[] weights = new byte[byOutput.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        weights[row * columns + column] = byOutput[column * rows + row];
      }
    }
    List<String> inputs = new ArrayList<>(input.parts());
    inputs.addAll(weights(graph, layer, index, Shape.of(rows, columns), weights).parts());
    Quantised output = scaled(graph, name, layer.output());
    inputs.add(output.step());
    inputs.add(output.zero());
    graph.node("QLinearMatMul", name, inputs);
    return output;
  }

  private static byte[] inOnnxOrder(QuantisedLayer layer) {
    int[] order = WeightLayout.onnxOrder(layer.layer());
    byte[] weights = new byte[order.length];
    for (int i = 0; i < order.length; i++) {
      weights[i] = layer.weights()[order[i]];
    }
    return weights;
  }

  /// The weights of a layer; one scale for all is a scalar, one per channel a row.
  private static Quantised weights(
      OnnxGraphBuilder graph, QuantisedLayer layer, int index, Shape shape, byte[] bytes) {
    String name = "weights" + index;
    int count = layer.weightScales().size();
    Shape scales = count == 1 ? Shape.SCALAR : Shape.of(count);
    float[] steps = new float[count];
    for (int i = 0; i < count; i++) {
      steps[i] = layer.weightScales().get(i).step();
    }
    return new Quantised(
        graph.constant(name, Tensor.ofBytes(ElementType.I8, shape, bytes)),
        graph.constant(name + ".scale", Tensor.ofFloats(scales, steps)),
        graph.constant(name + ".zero", Tensor.zero(ElementType.I8, scales)));
  }

  private static Quantised scaled(OnnxGraphBuilder graph, String name, Scale scale) {
    return new Quantised(
        name,
        graph.constant(name + ".scale", Tensor.ofFloats(Shape.SCALAR, scale.step())),
        graph.constant(
            name + ".zero",
            Tensor.ofBytes(ElementType.U8, Shape.SCALAR, new byte[] {(byte) scale.zero()})));
  }
}
