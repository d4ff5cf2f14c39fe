package opml.formats.onnx.file;

import java.util.List;

/// A model file.
///
/// @param irVersion of the file format, 3 or later
/// @param opsets versions of the operator sets; the empty domain is ONNX's own
public record OnnxModel(
    long irVersion, String producerName, List<OnnxOpset> opsets, OnnxGraph graph) {
  public OnnxModel {
    opsets = List.copyOf(opsets);
  }
}
