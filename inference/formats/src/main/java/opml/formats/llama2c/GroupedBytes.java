package opml.formats.llama2c;

import java.lang.foreign.MemorySegment;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;

/// Floats that a file has as signed bytes in groups, each with a scale: element i is (float) q_i · scale, rounded once.
/// They are made while they are read.
///
/// @param quants a byte an element
/// @param scales a float a group
record GroupedBytes(StoredBytes quants, StoredBytes scales, int group) implements StoredBytes {
  /// Elements that are made at a time, or a group if that has more.
  private static final int BLOCK = 1 << 16;

  @Override
  public String name() {
    return quants.name();
  }

  @Override
  public long byteSize() {
    return quants.byteSize() * Float.BYTES;
  }

  @Override
  public void read(long from, MemorySegment target) {
    long end = from + target.byteSize();
    long most = (long) Math.max(1, BLOCK / group) * group * Float.BYTES;
    for (long at = from; at < end; ) {
      long begin = at / most * most;
      MemorySegment floats = floats(begin, Math.min(most, byteSize() - begin));
      long count = Math.min(end, begin + floats.byteSize()) - at;
      MemorySegment.copy(floats, at - begin, target, at - from, count);
      at += count;
    }
  }

  /// {@return the bytes of floats, whole groups of them}
  private MemorySegment floats(long from, long size) {
    long first = from / Float.BYTES;
    int count = (int) (size / Float.BYTES);
    byte[] q = new byte[count];
    quants.read(first, MemorySegment.ofArray(q));
    MemorySegment scale = Tensor.allocate((long) count / group * Float.BYTES);
    scales.read(first / group * Float.BYTES, scale);
    MemorySegment floats = Tensor.allocate(size);
    for (int i = 0; i < count; i++) {
      floats.set(Tensor.F32, 4L * i, q[i] * scale.get(Tensor.F32, 4L * (i / group)));
    }
    return floats;
  }
}
