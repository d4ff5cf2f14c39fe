package opml.formats.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import opml.engine.tensor.StoredBytes;

/// Bytes that are read piece by piece and of which nothing is kept, so that a file may be larger than the memory.
public sealed interface ByteSource permits ByteSource.InMemory, FileBytes {
  /// {@return what errors call it}
  String name();

  long size();

  /// {@return the folder in which data outside the model file may lie, if it is a file}
  Optional<Path> folder();

  /// Fills `target` with the bytes from `at` on, all of which lie inside the source.
  ///
  /// @throws opml.core.codec.MalformedException if somebody has changed it
  void read(long at, MemorySegment target) throws IOException;

  /// {@return some of the bytes, for a tensor that reads them when it is used}
  ///
  /// @param what is stored there, for errors
  default StoredBytes part(String what, long offset, long byteSize) {
    return new Part(this, name() + ", " + what, offset, byteSize);
  }

  /// A part of a source, all of which lies inside.
  record Part(ByteSource source, String name, long offset, long byteSize) implements StoredBytes {
    public Part {
      if (offset < 0 || byteSize < 0 || offset > source.size() - byteSize) {
        throw new IllegalArgumentException(
            "%s: no %d bytes from %d on".formatted(name, byteSize, offset));
      }
    }

    @Override
    public void read(long from, MemorySegment target) {
      try {
        source.read(offset + from, target);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  record InMemory(String name, byte[] bytes) implements ByteSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public Optional<Path> folder() {
      return Optional.empty();
    }

    @Override
    public void read(long at, MemorySegment target) {
      target.copyFrom(MemorySegment.ofArray(bytes).asSlice(at, target.byteSize()));
    }
  }
}
