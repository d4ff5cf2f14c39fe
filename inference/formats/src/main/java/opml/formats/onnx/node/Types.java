package opml.formats.onnx.node;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.file.OnnxType;

/// Element types by the names that users of ONNX know.
public final class Types {
  private Types() {}

  public static String name(ElementType type) {
    return OnnxType.of(type).label();
  }

  /// {@return `float 1x10`}
  public static String describe(ElementType type, Shape shape) {
    return name(type) + " " + shape;
  }
}
