package opml.engine.tensor;

import java.lang.foreign.MemorySegment;

/// Bytes that lie elsewhere, in a file above all, until somebody needs them. Whoever implements it says so, by an
/// exception that names the place, if they are not there any more or not the same.
public interface StoredBytes {
  /// {@return what errors call them: the file, and the tensor in it}
  String name();

  long byteSize();

  /// Fills `target` with the bytes from `from` on, all of which are there.
  ///
  /// @throws opml.core.codec.MalformedException if somebody has changed or cut what they lie in
  /// @throws java.io.UncheckedIOException if they cannot be read
  void read(long from, MemorySegment target);
}
