package opml.mnist.export;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.mnist.digit.Digit;
import opml.mnist.network.Layer;
import opml.mnist.network.Network;

/// The float model: `image` f32 (1, 1, 28, 28), pixels 0..255 as they are, to `logits` f32 (1, 10).
///
/// The division of the pixels by 256 is in the weights of the first layer. It is a power of two, so these are exact,
/// and nobody can forget it.
public final class FloatModel {
  static final Shape IMAGE = Shape.of(1, 1, Digit.SIDE, Digit.SIDE);
  static final Shape LOGITS = Shape.of(1, Network.CLASSES);

  private FloatModel() {}

  /// {@return the network as an ONNX model}
  public static OnnxModel of(Network network) {
    OnnxGraphBuilder graph = new OnnxGraphBuilder();
    String value = "image";
    for (int i = 0; i < Network.LAYERS.size(); i++) {
      Layer layer = Network.LAYERS.get(i);
      float[] parameters = network.parameters().get(i);
      String weights = graph.constant(weightsName(i), weights(i, layer, parameters));
      if (layer.biased()) {
        String bias = graph.constant(biasName(i), bias(layer, parameters));
        String sum =
            graph.node(
                "Conv",
                "conv" + i,
                List.of(value, weights, bias),
                OnnxGraphBuilder.convolution(layer));
        value = graph.node("Relu", "relu" + i, List.of(sum));
      } else {
        String row = graph.node("Flatten", "features", List.of(value));
        value =
            graph.node(
                "Gemm", "logits", List.of(row, weights), new OnnxAttribute.IntValue("transB", 1));
      }
    }
    return graph.model(
        "mnist-cnn",
        OnnxValueInfo.of("image", ElementType.F32, IMAGE),
        OnnxValueInfo.of("logits", ElementType.F32, LOGITS));
  }

  /// {@return the network that [#of] made `model` from}
  /// @throws MalformedException if it was not made so; `source` names it
  public static Network network(String source, OnnxModel model) {
    Map<String, Tensor> constants =
        model.graph().initializers().stream()
            .collect(Collectors.toMap(OnnxTensor::name, OnnxTensor::value));
    Network network = Network.zero();
    for (int i = 0; i < Network.LAYERS.size(); i++) {
      Layer layer = Network.LAYERS.get(i);
      float[] parameters = network.parameters().get(i);
      float[] weights = floats(source, constants, weightsName(i), layer.weights());
      int[] order = WeightLayout.onnxOrder(layer);
      for (int j = 0; j < order.length; j++) {
        parameters[order[j]] = weights[j] / inputScale(i);
      }
      if (layer.biased()) {
        float[] bias = floats(source, constants, biasName(i), layer.outChannels());
        System.arraycopy(bias, 0, parameters, layer.weights(), bias.length);
      }
    }
    return network;
  }

  private static float[] floats(
      String source, Map<String, Tensor> constants, String name, int count) {
    Tensor tensor = constants.get(name);
    if (tensor == null || tensor.type() != ElementType.F32 || tensor.shape().count() != count) {
      throw new MalformedException(
          "%s: expected an initializer %s of %d floats".formatted(source, name, count));
    }
    return tensor.floats();
  }

  private static Tensor weights(int index, Layer layer, float[] parameters) {
    int[] order = WeightLayout.onnxOrder(layer);
    float[] weights = new float[order.length];
    for (int j = 0; j < order.length; j++) {
      weights[j] = parameters[order[j]] * inputScale(index);
    }
    return Tensor.ofFloats(shape(layer), weights);
  }

  private static Tensor bias(Layer layer, float[] parameters) {
    float[] bias = new float[layer.outChannels()];
    System.arraycopy(parameters, layer.weights(), bias, 0, bias.length);
    return Tensor.ofFloats(Shape.of(bias.length), bias);
  }

  private static Shape shape(Layer layer) {
    return layer.biased()
        ? Shape.of(layer.outChannels(), layer.inChannels(), Layer.KERNEL, Layer.KERNEL)
        : Shape.of(layer.outChannels(), layer.inputs());
  }

  private static float inputScale(int index) {
    return index == 0 ? Network.PIXEL_SCALE : 1;
  }

  private static String weightsName(int index) {
    return "weights" + index;
  }

  private static String biasName(int index) {
    return "bias" + index;
  }
}
