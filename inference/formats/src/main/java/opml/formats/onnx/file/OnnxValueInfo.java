package opml.formats.onnx.file;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;

/// The declared type of an input or output.
///
/// @param elementType ONNX's number of the element type; 0 if undeclared
/// @param dims sizes, empty where one is symbolic; absent as a whole if no shape is declared
public record OnnxValueInfo(String name, int elementType, Optional<List<OptionalLong>> dims) {
  public OnnxValueInfo {
    dims = dims.map(List::copyOf);
  }

  /// A value of a known shape.
  public static OnnxValueInfo of(String name, ElementType type, Shape shape) {
    List<OptionalLong> dims = shape.dims().stream().map(d -> OptionalLong.of(d)).toList();
    return new OnnxValueInfo(name, type.onnxCode(), Optional.of(dims));
  }
}
