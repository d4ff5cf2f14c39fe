package opml.formats.onnx.file;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import opml.core.codec.MalformedException;
import org.jspecify.annotations.Nullable;

/// Bytes that are read piece by piece and of which nothing is kept, so that a file may be larger than the memory.
///
/// Files are read, not mapped: a mapped file that somebody cuts meanwhile ends in an error of the JVM, not in a
/// message.
sealed interface ByteSource {
  /// {@return what errors call it}
  String name();

  long size();

  /// {@return the folder in which data outside the model file may lie, if it is a file}
  Optional<Path> folder();

  Access open() throws IOException;

  /// An open source.
  interface Access extends Closeable {
    /// Reads the `count` bytes from `at` on, all of which lie inside the source.
    void read(long at, byte[] target, int count) throws IOException;

    /// Fills `target` with the bytes from `at` on.
    default void read(long at, MemorySegment target) throws IOException {
      byte[] block = new byte[(int) Math.min(1 << 16, target.byteSize())];
      for (long done = 0; done < target.byteSize(); done += block.length) {
        int count = (int) Math.min(block.length, target.byteSize() - done);
        read(at + done, block, count);
        MemorySegment.copy(block, 0, target, ValueLayout.JAVA_BYTE, done, count);
      }
    }

    @Override
    void close() throws IOException;
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
    public Access open() {
      return new Access() {
        @Override
        public void read(long at, byte[] target, int count) {
          System.arraycopy(bytes, Math.toIntExact(at), target, 0, count);
        }

        @Override
        public void close() {}
      };
    }
  }

  /// A file. It is open only while it is read, and may be opened again as long as nobody has changed it.
  ///
  /// @param state size, time of change and identity when it was first looked at
  record OfFile(String name, Path path, State state) implements ByteSource {
    record State(long size, FileTime changed, @Nullable Object key) {}

    /// A file that is known to be a regular one.
    static OfFile of(String name, Path path) throws IOException {
      return new OfFile(name, path, stateOf(path));
    }

    private static State stateOf(Path path) throws IOException {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new State(now.size(), now.lastModifiedTime(), now.fileKey());
    }

    @Override
    public long size() {
      return state.size();
    }

    @Override
    public Optional<Path> folder() {
      Path parent = path.toAbsolutePath().getParent();
      return Optional.ofNullable(parent);
    }

    @Override
    public Access open() throws IOException {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      if (!stateOf(path).equals(state)) {
        channel.close();
        throw changed();
      }
      return new Access() {
        @Override
        public void read(long at, byte[] target, int count) throws IOException {
          ByteBuffer into = ByteBuffer.wrap(target, 0, count);
          while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
              throw changed();
            }
          }
        }

        @Override
        public void close() throws IOException {
          channel.close();
        }
      };
    }

    private MalformedException changed() {
      return new MalformedException(name + ": somebody has changed the file while it was read");
    }
  }
}
