package opml.formats.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;

/// Element types by the names that users of ONNX know.
final class Types {
  /// By the numbers of `TensorProto.DataType`.
  private static final List<String> NAMES =
      List.of(
          "undefined type",
          "float",
          "uint8",
          "int8",
          "uint16",
          "int16",
          "int32",
          "int64",
          "string",
          "bool",
          "float16",
          "double",
          "uint32",
          "uint64",
          "complex64",
          "complex128",
          "bfloat16",
          "float8e4m3fn",
          "float8e4m3fnuz",
          "float8e5m2",
          "float8e5m2fnuz",
          "uint4",
          "int4",
          "float4e2m1",
          "float8e8m0",
          "uint2",
          "int2");

  private Types() {}

  /// {@return the name of ONNX's type number `code`}
  static String name(long code) {
    return code >= 0 && code < NAMES.size() ? NAMES.get((int) code) : "unknown type " + code;
  }

  static String name(ElementType type) {
    return name(type.onnxCode());
  }

  /// {@return `float 1x10`}
  static String describe(ElementType type, Shape shape) {
    return name(type) + " " + shape;
  }

  /// {@return the type of that number, if it is one of ours}
  static Optional<ElementType> of(long code) {
    return Arrays.stream(ElementType.values()).filter(type -> type.onnxCode() == code).findFirst();
  }
}
