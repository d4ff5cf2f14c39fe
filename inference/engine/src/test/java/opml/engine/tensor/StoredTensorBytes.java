package opml.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Random;

/// Bytes that count how many of them were read, and that somebody may change.
public final class StoredTensorBytes implements StoredBytes {
  private final byte[] bytes;
  private long read;

  public StoredTensorBytes(int size, long seed) {
    this.bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
  }

  @Override
  public String name() {
    return "weights.bin, w";
  }

  @Override
  public long byteSize() {
    return bytes.length;
  }

  @Override
  public synchronized void read(long from, MemorySegment target) {
    target.copyFrom(MemorySegment.ofArray(bytes).asSlice(from, target.byteSize()));
    read += target.byteSize();
  }

  /// {@return how many bytes were read since this was asked last}
  public synchronized long read() {
    long before = read;
    read = 0;
    return before;
  }

  public byte[] bytes() {
    return bytes;
  }
}
