package opml.formats.onnx.node;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// Integers of four bits, which a file has two in a byte, the first in its low half, and operators one in a byte.
public final class Nibbles {
  private Nibbles() {}

  /// {@return the integers one by one}
  ///
  /// @param packed bytes, half as many as the shape has elements, rounded up
  /// @param signed whether the highest bit is a sign
  public static Tensor apart(Tensor packed, Shape shape, boolean signed) {
    MemorySegment from =
        Tensor.allocate(Math.max(1, Tensor.byteSize(packed.type(), packed.shape())));
    packed.read(0, from.asSlice(0, Tensor.byteSize(packed.type(), packed.shape())));
    Tensor apart = Tensor.zero(signed ? ElementType.I8 : ElementType.U8, shape);
    for (int i = 0; i < shape.count(); i++) {
      int nibble = from.get(ValueLayout.JAVA_BYTE, i / 2) >> 4 * (i % 2) & 15;
      int value = signed ? (nibble ^ 8) - 8 : nibble;
      apart.data().set(ValueLayout.JAVA_BYTE, i, (byte) value);
    }
    return apart;
  }
}
