package opml.formats.onnx.file;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;

/// The declared type of an input, an output or a value between nodes.
///
/// @param elementType ONNX's number of the element type ([OnnxType]), of a sequence or an optional that of the tensors
///     in it; 0 if undeclared
/// @param shape the dimensions, of a sequence or an optional those of the tensors in it; absent as a whole if no shape
///     is declared
public record OnnxValueInfo(
    String name, Kind kind, int elementType, Optional<List<OnnxDimension>> shape) {
  /// What a value is.
  public enum Kind {
    UNDECLARED("of undeclared type"),
    TENSOR("a tensor"),
    SPARSE_TENSOR("a sparse tensor"),
    SEQUENCE("a sequence"),
    /// A sequence, or an optional, of neither tensors nor a sequence of tensors.
    NESTED("a sequence of what is no tensor"),
    MAP("a map"),
    OPTIONAL("an optional"),
    OPTIONAL_SEQUENCE("an optional sequence"),
    OPAQUE("an opaque value");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /// {@return `a tensor`, `a sequence`, …}
    public String label() {
      return label;
    }
  }

  public OnnxValueInfo {
    shape = shape.map(List::copyOf);
  }

  /// A tensor.
  ///
  /// @param dims sizes, empty where nothing is known of one
  public OnnxValueInfo(String name, int elementType, Optional<List<OptionalLong>> dims) {
    this(name, Kind.TENSOR, elementType, dims.map(OnnxValueInfo::dimensions));
  }

  /// A tensor of a known shape.
  public static OnnxValueInfo of(String name, ElementType type, Shape shape) {
    List<OnnxDimension> dims =
        shape.dims().stream().<OnnxDimension>map(dim -> new OnnxDimension.Sized(dim)).toList();
    return new OnnxValueInfo(name, Kind.TENSOR, OnnxType.of(type).code(), Optional.of(dims));
  }

  /// {@return `string 2xN`, as far as it is declared}
  public String describe() {
    String dims =
        shape
            .map(
                all ->
                    all.isEmpty()
                        ? " scalar"
                        : all.stream()
                            .map(OnnxDimension::label)
                            .collect(Collectors.joining("x", " ", "")))
            .orElse("");
    return OnnxType.nameOf(elementType) + dims;
  }

  /// {@return the sizes, empty where one is no number; absent as a whole if no shape is declared}
  public Optional<List<OptionalLong>> dims() {
    return shape.map(all -> all.stream().map(OnnxDimension::known).toList());
  }

  /// {@return the element type, if it is one of ONNX's}
  public Optional<OnnxType> type() {
    return OnnxType.of(elementType);
  }

  private static List<OnnxDimension> dimensions(List<OptionalLong> sizes) {
    return sizes.stream()
        .map(size -> size.isPresent() ? sized(size.getAsLong()) : new OnnxDimension.Unknown())
        .toList();
  }

  private static OnnxDimension sized(long size) {
    return new OnnxDimension.Sized(size);
  }
}
