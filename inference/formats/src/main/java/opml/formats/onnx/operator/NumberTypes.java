package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;

/// What numbers of each type are computed as: floats of all widths as float32 but for binary64, integers and truth
/// values as int64. Results are cast back, of integers to the low bits.
final class NumberTypes {
  /// Floats of all widths.
  static final ElementType[] FLOATS = {
    ElementType.F32, ElementType.F64, ElementType.F16, ElementType.BF16
  };

  /// Integers of all widths.
  static final ElementType[] WHOLE = {
    ElementType.I8,
    ElementType.I16,
    ElementType.I32,
    ElementType.I64,
    ElementType.U8,
    ElementType.U16,
    ElementType.U32,
    ElementType.U64
  };

  /// Both.
  static final ElementType[] NUMBERS = {
    ElementType.F32,
    ElementType.F64,
    ElementType.F16,
    ElementType.BF16,
    ElementType.I8,
    ElementType.I16,
    ElementType.I32,
    ElementType.I64,
    ElementType.U8,
    ElementType.U16,
    ElementType.U32,
    ElementType.U64
  };

  private NumberTypes() {}

  /// {@return the name of a call that computes a node's result in one type, if that is of another: none if the call
  /// writes the result itself}
  static String before(ElementType as, ElementType type) {
    return as == type ? "" : "computed";
  }

  /// {@return float32, binary64 or int64}
  static ElementType computedAs(ElementType type) {
    if (type == ElementType.F64) {
      return type;
    }
    return type.isFloat() ? ElementType.F32 : ElementType.I64;
  }
}
