package opml.engine.tensor;

import java.lang.foreign.MemorySegment;

/// Bytes of another tensor that are a part of it along an axis: runs of the same length, in which the part has all that
/// lies behind the axis, one for each turn of what lies before it.
///
/// @param first where the first run begins
/// @param run bytes of a run
/// @param stride bytes from one run to the next
record TensorPart(Content whole, String name, long first, long run, long stride, long byteSize)
    implements StoredBytes {
  /// Short runs are not read one by one, but together with what lies between them, at most so many bytes at a time.
  static final int BLOCK = 1 << 18;

  @Override
  public void read(long from, MemorySegment target) {
    long done = 0;
    while (done < target.byteSize()) {
      MemorySegment rest = target.asSlice(done);
      boolean isOne = (from + done) % run + rest.byteSize() <= run;
      done += isOne || 2 * stride > BLOCK ? one(from + done, rest) : several(from + done, rest);
    }
  }

  /// Reads what one run has of the bytes.
  ///
  /// @return how many
  private long one(long from, MemorySegment target) {
    long count = Math.min(run - from % run, target.byteSize());
    whole.read(at(from), target.asSlice(0, count));
    return count;
  }

  /// Reads as many runs to their ends as a block holds, but not the last one, which may not be needed to its end.
  ///
  /// @return how many bytes
  private long several(long from, MemorySegment target) {
    long last = (from + target.byteSize() - 1) / run;
    long end = Math.min(from / run + BLOCK / stride, last);
    byte[] block = new byte[Math.toIntExact(at(end * run) - at(from))];
    MemorySegment read = MemorySegment.ofArray(block);
    whole.read(at(from), read);
    long done = 0;
    for (long next = from; next < end * run; next = from + done) {
      long count = run - next % run;
      MemorySegment.copy(read, at(next) - at(from), target, done, count);
      done += count;
    }
    return done;
  }

  /// {@return where the whole has a byte of the part}
  private long at(long byteOfPart) {
    return first + byteOfPart / run * stride + byteOfPart % run;
  }
}
