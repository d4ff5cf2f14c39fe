package opml.formats.onnx.file;

import java.util.List;

/// A model file.
///
/// @param irVersion of the file format, 3 or later
/// @param opsets versions of the operator sets; the empty domain is ONNX's own
/// @param functions operators that the model defines itself
public record OnnxModel(
    long irVersion,
    String producerName,
    List<OnnxOpset> opsets,
    OnnxGraph graph,
    List<OnnxFunction> functions) {
  public OnnxModel {
    opsets = List.copyOf(opsets);
    functions = List.copyOf(functions);
  }

  /// A model without functions of its own.
  public OnnxModel(long irVersion, String producerName, List<OnnxOpset> opsets, OnnxGraph graph) {
    this(irVersion, producerName, opsets, graph, List.of());
  }
}
