package opml.formats.onnx.file;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.engine.tensor.ElementType;

/// The element types of ONNX (`TensorProto.DataType`): their numbers in a file, the names that ONNX's users know, and
/// which of our element types each is, if we have it.
public enum OnnxType {
  FLOAT(1, ElementType.F32),
  UINT8(2, ElementType.U8),
  INT8(3, ElementType.I8),
  UINT16(4, ElementType.U16),
  INT16(5, ElementType.I16),
  INT32(6, ElementType.I32),
  INT64(7, ElementType.I64),
  STRING(8),
  BOOL(9, ElementType.BOOL),
  FLOAT16(10, ElementType.F16),
  DOUBLE(11, ElementType.F64),
  UINT32(12, ElementType.U32),
  UINT64(13, ElementType.U64),
  COMPLEX64(14),
  COMPLEX128(15),
  BFLOAT16(16, ElementType.BF16),
  FLOAT8E4M3FN(17),
  FLOAT8E4M3FNUZ(18),
  FLOAT8E5M2(19),
  FLOAT8E5M2FNUZ(20),
  UINT4(21, ElementType.U4),
  INT4(22, ElementType.I4),
  FLOAT4E2M1(23),
  FLOAT8E8M0(24),
  UINT2(25),
  INT2(26);

  private final int code;
  private final Optional<ElementType> element;

  OnnxType(int code) {
    this.code = code;
    this.element = Optional.empty();
  }

  OnnxType(int code, ElementType element) {
    this.code = code;
    this.element = Optional.of(element);
  }

  /// {@return the type with a number, if ONNX has given it to one}
  public static Optional<OnnxType> of(long code) {
    return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
  }

  /// {@return ONNX's type for one of ours}
  public static OnnxType of(ElementType element) {
    for (OnnxType type : values()) {
      if (type.element.equals(Optional.of(element))) {
        return type;
      }
    }
    throw new AssertionError(element + " is no type of ONNX");
  }

  /// {@return what to call the type with a number: `float16`, or `unknown type 99`}
  public static String nameOf(long code) {
    return of(code)
        .map(OnnxType::label)
        .orElse(code == 0 ? "undefined type" : "unknown type " + code);
  }

  /// {@return the names of the types that operators take: `float, uint8, …`}
  public static String supported() {
    return Arrays.stream(values())
        .filter(type -> type.element().isPresent())
        .map(OnnxType::label)
        .collect(Collectors.joining(", "));
  }

  /// {@return the number in a file}
  public int code() {
    return code;
  }

  /// {@return our element type of the same values, if we have operators for it}
  public Optional<ElementType> element() {
    return element.filter(ElementType::isComputed);
  }

  /// {@return ONNX's name: `float`, `uint8`, `bfloat16`, …}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
