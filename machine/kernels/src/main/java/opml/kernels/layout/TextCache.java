package opml.kernels.layout;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// The keys or values of the tokens of a text, one row for each position.
///
/// @param type of the elements: [#F32], [#F16] or [#Q8_0]
/// @param width elements of a row; a multiple of 32 in Q8_0
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the operators
public record TextCache(MemorySegment data, int type, int width) {
  public static final int F32 = 0;
  public static final int F16 = 1;

  /// Blocks of 32: a half-precision scale, then bytes.
  public static final int Q8_0 = 2;

  /// Elements of a block.
  public static final int BLOCK = 32;

  /// Bytes of a block.
  public static final int BLOCK_BYTES = 2 + BLOCK;

  /// {@return the bytes of a row}
  public int rowBytes() {
    return type == F32 ? 4 * width : type == F16 ? 2 * width : width / BLOCK * BLOCK_BYTES;
  }

  /// {@return an element, exactly}
  public float get(int row, int column) {
    if (type == F32) {
      return Mem.f32(data, row * rowBytes() + 4 * column);
    }
    if (type == F16) {
      return half(row * rowBytes() + 2 * column);
    }
    int block = row * rowBytes() + (column >> 5) * BLOCK_BYTES;
    return (float) Mem.i8(data, block + 2 + (column & 31)) * half(block);
  }

  private float half(int at) {
    return Float.float16ToFloat((short) Mem.i16(data, at));
  }
}
