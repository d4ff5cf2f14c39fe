package opml.formats.onnx.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// A constant. What was read from a file knows its type and dimensions and where its data lie; the data are looked for
/// when they are asked for, so that a constant that nobody needs costs nothing, whatever its size, type or fault.
public final class OnnxTensor {
  private final String name;
  private final int typeCode;
  private final List<Long> dims;
  private final Supplier<Tensor> data;
  private final Optional<StringTensor> strings;
  private final Optional<StoredTensor> stored;

  /// A tensor in memory.
  ///
  /// @param name may be empty where it is the value of an attribute
  public OnnxTensor(String name, Tensor value) {
    this(
        name,
        OnnxType.of(value.type()).code(),
        value.shape().dims().stream().map(Integer::longValue).toList(),
        () -> value,
        Optional.empty(),
        Optional.empty());
  }

  /// A tensor of strings in memory.
  ///
  /// @param name as of the other
  public OnnxTensor(String name, StringTensor value) {
    this(
        name,
        OnnxType.STRING.code(),
        value.shape().dims().stream().map(Integer::longValue).toList(),
        () -> {
          throw new IllegalStateException(name + " has strings");
        },
        Optional.of(value),
        Optional.empty());
  }

  OnnxTensor(String name, StoredTensor stored) {
    this(
        name,
        stored.typeCode(),
        stored.dims(),
        stored::value,
        Optional.empty(),
        Optional.of(stored));
  }

  OnnxTensor(
      String name,
      int typeCode,
      List<Long> dims,
      Supplier<Tensor> data,
      Optional<StoredTensor> stored) {
    this(name, typeCode, dims, data, Optional.empty(), stored);
  }

  private OnnxTensor(
      String name,
      int typeCode,
      List<Long> dims,
      Supplier<Tensor> data,
      Optional<StringTensor> strings,
      Optional<StoredTensor> stored) {
    this.name = name;
    this.typeCode = typeCode;
    this.dims = List.copyOf(dims);
    this.data = data;
    this.strings = strings;
    this.stored = stored;
  }

  public String name() {
    return name;
  }

  /// {@return the same tensor by another name}
  public OnnxTensor named(String other) {
    return new OnnxTensor(other, typeCode, dims, data, strings, stored);
  }

  /// {@return the element type, if it is one of ONNX's}
  public Optional<OnnxType> type() {
    return OnnxType.of(typeCode);
  }

  /// {@return whether the data lie beside the model file}
  public boolean isOutside() {
    return stored.filter(tensor -> tensor.external().isPresent()).isPresent();
  }

  /// {@return the dimensions as they are declared, which need not make sense}
  public List<Long> dims() {
    return dims;
  }

  /// {@return `float16 2x3`}
  public String describe() {
    return describe(typeCode, dims);
  }

  static String describe(int typeCode, List<Long> dims) {
    String shape =
        dims.stream()
            .limit(Shape.MAX_RANK)
            .map(String::valueOf)
            .collect(Collectors.joining("x", "", dims.size() > Shape.MAX_RANK ? "x…" : ""));
    return OnnxType.nameOf(typeCode) + " " + (dims.isEmpty() ? "scalar" : shape);
  }

  /// {@return the tensor}, which may leave its data in the file until they are needed; each call finds them anew
  ///
  /// @throws opml.core.codec.MalformedException if the type is not supported, the data do not match type and
  ///     dimensions, or they lie where they may not; names file and tensor
  /// @throws java.io.UncheckedIOException if a file cannot be read
  public Tensor value() {
    return data.get();
  }

  /// {@return whether its elements are strings, so that [#strings] has them and [#value] has not}
  public boolean hasStrings() {
    return typeCode == OnnxType.STRING.code();
  }

  /// {@return the strings in it, read anew by each call}
  ///
  /// @throws opml.core.codec.MalformedException if its elements are others, are not as its dimensions say, or are no
  ///     UTF-8; names file and tensor
  /// @throws java.io.UncheckedIOException if the file cannot be read
  public StringTensor strings() {
    return strings.orElseGet(
        () ->
            stored
                .orElseThrow(() -> new IllegalStateException(this + " has no strings"))
                .strings());
  }

  /// {@return its elements, numbers or strings}
  ///
  /// @throws opml.core.codec.MalformedException as [#value] and [#strings]
  public ModelValue content() {
    return hasStrings() ? strings() : new NumberTensor(value());
  }

  /// {@return its bytes, if its elements are integers of four bits: two in each, the first in the low half, over the
  /// ends of rows}
  ///
  /// @throws opml.core.codec.MalformedException if its dimensions make no sense
  public Optional<OnnxTensor> nibbles() {
    if (typeCode != OnnxType.INT4.code() && typeCode != OnnxType.UINT4.code()) {
      return Optional.empty();
    }
    if (stored.isPresent()) {
      return Optional.of(new OnnxTensor(name, stored.get().packed()));
    }
    byte[] bytes = data.get().bytes();
    return Optional.of(
        new OnnxTensor(name, Tensor.ofBytes(ElementType.U8, Shape.of(bytes.length), bytes)));
  }

  /// Checks that tensors whose data lie beside the model file lie where they may, and share no bytes but all of them.
  ///
  /// @param tensors of types that operators take
  /// @throws opml.core.codec.MalformedException if not
  public static void requirePlaces(List<OnnxTensor> tensors) throws IOException {
    ExternalData.requirePlaces(
        tensors.stream()
            .flatMap(tensor -> tensor.stored.stream())
            .flatMap(tensor -> tensor.outside().stream())
            .toList());
  }

  @Override
  public String toString() {
    return name + ": " + describe();
  }
}
