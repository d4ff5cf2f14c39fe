package opml.engine.tensor;

import java.util.List;
import java.util.Locale;

/// What a tensor holds: elements one by one, or blocks of elements that share a scale, as GGML lays them out.
///
/// A model file may have a tensor of any of these; operators take few of them ([#isComputed]). A block is the least
/// that can be addressed, so a row is a whole number of blocks; only elements of four bits are packed over the ends of
/// rows.
public enum ElementType {
  F32(1, 4),
  U8(1, 1),
  I8(1, 1),
  I32(1, 4),
  I64(1, 8),
  /// One byte, 0 or 1.
  BOOL(1, 1),

  F64(1, 8),
  F16(1, 2),
  /// The upper half of an f32.
  BF16(1, 2),
  I16(1, 2),
  U16(1, 2),
  U32(1, 4),
  U64(1, 8),
  /// Two in a byte, the first in its low half.
  I4(2, 1),
  /// Two in a byte, the first in its low half.
  U4(2, 1),

  Q4_0(32, 18),
  Q4_1(32, 20),
  Q5_0(32, 22),
  Q5_1(32, 24),
  Q8_0(32, 34),
  IQ4_NL(32, 18),
  Q2_K(256, 84),
  Q3_K(256, 110),
  Q4_K(256, 144),
  Q5_K(256, 176),
  Q6_K(256, 210),
  IQ1_S(256, 50),
  IQ1_M(256, 56),
  IQ2_XXS(256, 66),
  IQ2_XS(256, 74),
  IQ2_S(256, 82),
  IQ3_XXS(256, 98),
  IQ3_S(256, 110),
  IQ4_XS(256, 136);

  private static final List<ElementType> COMPUTED =
      List.of(F32, U8, I8, I32, I64, BOOL, F64, F16, BF16, I16, U16, U32, U64);

  private final int blockElements;
  private final int blockBytes;

  ElementType(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// {@return the types that there are operators for}
  public static List<ElementType> computed() {
    return COMPUTED;
  }

  /// {@return whether there are operators for it; of other types a file may hold tensors that nobody reads}
  public boolean isComputed() {
    return COMPUTED.contains(this);
  }

  /// {@return the elements of a block, one if they lie one by one}
  public int blockElements() {
    return blockElements;
  }

  /// {@return the bytes of a block}
  public int blockBytes() {
    return blockBytes;
  }

  /// {@return the bytes of one element}
  ///
  /// @throws IllegalStateException if elements have no place of their own
  public int bytes() {
    if (blockElements > 1) {
      throw new IllegalStateException("an element of " + label() + " has no bytes of its own");
    }
    return blockBytes;
  }

  /// {@return the bytes of a tensor with these dimensions, the innermost last}; a dimension of 0 makes it empty
  ///
  /// @throws IllegalArgumentException if a dimension is negative, a row is no whole number of blocks, or there are more
  ///     than 2^63 - 1 elements or bytes, also where a dimension beside a 0 were 1
  public long byteSize(List<? extends Number> dims) {
    long elements = 1;
    boolean empty = false;
    for (Number dim : dims) {
      long size = dim.longValue();
      if (size < 0) {
        throw new IllegalArgumentException("negative dimension in " + dims);
      }
      empty |= size == 0;
      elements = multiply(elements, Math.max(1, size), dims);
    }
    long row = dims.isEmpty() ? 1 : dims.getLast().longValue();
    if (isNibble()) {
      return empty ? 0 : elements / 2 + elements % 2;
    }
    if (row % blockElements != 0) {
      throw new IllegalArgumentException(
          "a row of %d elements is no whole number of blocks of %d, as %s has them"
              .formatted(row, blockElements, label()));
    }
    return empty ? 0 : multiply(elements / blockElements, blockBytes, dims);
  }

  private static long multiply(long a, long b, List<? extends Number> dims) {
    if (a > Long.MAX_VALUE / b) {
      throw new IllegalArgumentException("more than 2^63 - 1 elements or bytes: " + dims);
    }
    return a * b;
  }

  /// {@return whether two elements share a byte, over the ends of rows}
  private boolean isNibble() {
    return this == I4 || this == U4;
  }

  /// {@return whether elements are floats, of any width}
  public boolean isFloat() {
    return this == F32 || this == F64 || this == F16 || this == BF16;
  }

  /// {@return whether elements are integers without a sign}
  public boolean isUnsigned() {
    return this == U8 || this == U16 || this == U32 || this == U64 || this == U4;
  }

  /// {@return whether this is an unsigned or signed byte, as quantised tensors are}
  public boolean isQuantised() {
    return this == U8 || this == I8;
  }

  /// {@return the name as tables show it: `f32`, `u8`, `q4_k`, …}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
