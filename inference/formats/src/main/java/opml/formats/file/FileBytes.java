package opml.formats.file;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import opml.core.codec.MalformedException;
import org.jspecify.annotations.Nullable;

/// A file whose bytes are read where they lie, by position, as long as it stays what it was.
///
/// It is not mapped. Measured on JDK 25: reading behind the new end of a mapped file that was cut is an `InternalError`
/// in scalar code and in bulk copies, interpreted and compiled; but in vector loads that C2 has compiled, and in
/// `MemorySegment.mismatch`, it is a SIGBUS that ends the JVM. So no kernel could be given a mapping, and what a run
/// uses must be a private copy in any case, because what was hashed must be what runs. Reading by position into that
/// copy takes as long as copying it out of a mapping, and a file that was cut is a short read.
///
/// The file stays open, so that it is read on as it was after it was removed, or another was put in its place by its
/// name. One that was itself written to or cut is told by its size and its time of change, which are looked at after
/// every read. Who keeps both while he changes bytes is noticed by the digest of what was hashed (`Tensor`).
///
/// For many threads. Who does not close it leaves that to the garbage collector.
public final class FileBytes implements ByteSource, Closeable {
  /// A byte buffer has no more than twice as many.
  private static final long MOST_AT_ONCE = 1 << 30;

  /// What is read into an array passes through a buffer of as many bytes, which should stay near the core.
  private static final long MOST_INTO_ARRAY = 1 << 16;

  private final String name;
  private final Path path;
  private final State state;
  private @Nullable FileChannel open;

  /// @param key identifies the file, whatever its name
  private record State(long size, FileTime changed, @Nullable Object key) {
    static State of(Path path) throws IOException {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return new State(now.size(), now.lastModifiedTime(), now.fileKey());
    }
  }

  private FileBytes(String name, Path path, State state) {
    this.name = name;
    this.path = path;
    this.state = state;
  }

  /// Opens a file.
  ///
  /// @param name what errors call it
  /// @throws MalformedException if it is no regular file
  /// @throws IOException if it cannot be opened
  public static FileBytes of(String name, Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new MalformedException(name + ": this is a folder");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new MalformedException(name + ": this is a device or pipe, expected a regular file");
    }
    FileBytes file = new FileBytes(name, path, State.of(path));
    file.channel();
    return file;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return state.size();
  }

  @Override
  public Optional<Path> folder() {
    return Optional.ofNullable(path.toAbsolutePath().getParent());
  }

  @Override
  public void read(long at, MemorySegment target) throws IOException {
    for (long done = 0; done < target.byteSize(); ) {
      long most = target.isNative() ? MOST_AT_ONCE : MOST_INTO_ARRAY;
      long count = Math.min(most, target.byteSize() - done);
      readPart(at + done, target.asSlice(done, count));
      done += count;
    }
    requireUnchanged();
  }

  /// Closes the file; whoever reads on opens it again, if it is still the same.
  @Override
  public synchronized void close() throws IOException {
    FileChannel channel = open;
    if (channel != null) {
      channel.close();
    }
  }

  private void readPart(long at, MemorySegment target) throws IOException {
    if (target.isNative() || target.heapBase().orElseThrow() instanceof byte[]) {
      readBuffer(at, target.asByteBuffer());
    } else {
      byte[] bytes = new byte[(int) target.byteSize()];
      readBuffer(at, ByteBuffer.wrap(bytes));
      target.copyFrom(MemorySegment.ofArray(bytes));
    }
  }

  private void readBuffer(long at, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      try {
        if (channel().read(into, at + into.position()) < 0) {
          throw changed();
        }
      } catch (ClosedChannelException e) {
        // Another reader was interrupted, which closes the file for all: it is opened again.
        if (e instanceof ClosedByInterruptException) {
          throw e;
        }
      }
    }
  }

  private synchronized FileChannel channel() throws IOException {
    FileChannel known = open;
    if (known != null && known.isOpen()) {
      return known;
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    if (!State.of(path).equals(state)) {
      channel.close();
      throw changed();
    }
    open = channel;
    return channel;
  }

  private void requireUnchanged() throws IOException {
    try {
      State now = State.of(path);
      boolean isOurs = Objects.equals(now.key(), state.key());
      if (isOurs ? now.equals(state) : channel().size() == state.size()) {
        return;
      }
    } catch (NoSuchFileException e) {
      if (channel().size() == state.size()) {
        return;
      }
    }
    throw changed();
  }

  private MalformedException changed() {
    return new MalformedException(name + ": somebody has changed the file while it was read");
  }
}
