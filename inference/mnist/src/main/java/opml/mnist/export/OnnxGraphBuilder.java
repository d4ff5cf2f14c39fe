package opml.mnist.export;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.mnist.network.Layer;

/// Collects nodes and constants in the order in which the file will have them.
final class OnnxGraphBuilder {
  /// The version that brought Flatten of bytes and the last change of the operators that we write.
  private static final long OPSET = 13;

  /// The first version of the file format that goes with that operator set.
  private static final long IR_VERSION = 7;

  private final List<OnnxNode> nodes = new ArrayList<>();
  private final List<OnnxTensor> constants = new ArrayList<>();

  /// {@return `name`, which is now that of a constant}
  String constant(String name, Tensor value) {
    constants.add(new OnnxTensor(name, value));
    return name;
  }

  /// {@return `output`, the name of the node and of its one output}
  String node(String opType, String output, List<String> inputs, OnnxAttribute... attributes) {
    nodes.add(OnnxNode.of(opType, inputs, List.of(output), attributes));
    return output;
  }

  /// {@return what ONNX has to know of a convolution besides its weights}
  static OnnxAttribute[] convolution(Layer layer) {
    long padding = layer.padding();
    return new OnnxAttribute[] {
      OnnxAttribute.Ints.of("kernel_shape", Layer.KERNEL, Layer.KERNEL),
      OnnxAttribute.Ints.of("strides", layer.stride(), layer.stride()),
      OnnxAttribute.Ints.of("pads", padding, padding, padding, padding)
    };
  }

  OnnxModel model(String name, OnnxValueInfo input, OnnxValueInfo output) {
    return new OnnxModel(
        IR_VERSION,
        "opml",
        List.of(new OnnxOpset("", OPSET)),
        new OnnxGraph(name, nodes, constants, List.of(input), List.of(output)));
  }
}
