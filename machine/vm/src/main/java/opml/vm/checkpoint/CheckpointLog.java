package opml.vm.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.vm.state.DamagedPageException;
import opml.vm.state.MachineState;
import opml.vm.state.PageMap;
import opml.vm.state.SavedPage;
import org.jspecify.annotations.Nullable;

/// The checkpoints of one run in one file, to which records are only ever appended.
///
/// ```
/// header  "opml-run-1\n" and the run's key, 32 bytes
/// page    'P', number u32, SHA-256 of (number, contents), contents
/// same    'S', number u32, offset u64 of the page record that holds again, or -1 for the image's bytes
/// point   'C', steps u64, state 296 bytes, digest 32 bytes
/// ```
///
/// A point has the pages of the point before it in the file, but for the records in between. Its digest is the SHA-256
/// of the digest before it (of the header, for the first), the heads of those records and its own steps and state. So
/// a file is read without its pages up to the first byte that is wrong or missing, and a page is checked when it is
/// wanted. What is found wrong is computed again; SHA-256, which processors compute, costs a quarter of the tree's
/// hashes. One process at a time has a file.
final class CheckpointLog implements SavedPage.Source, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CheckpointLog.class.getName());
  private static final byte[] MAGIC = "opml-run-1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = Bytes32.BYTES;
  private static final int HEADER = MAGIC.length + HASH;
  private static final int PAGE_HEAD = 1 + 4 + HASH;
  private static final int SAME_BYTES = 1 + 4 + 8;
  private static final int POINT_BYTES = 1 + 8 + MachineState.BYTES + HASH;

  private Path file;
  private final FileChannel channel;
  private final int pageBytes;
  private byte[] digest;
  private long end;
  private PageMap last;

  /// A point that was read.
  record Point(long steps, MachineState state, PageMap pages) {}

  private CheckpointLog(Path file, FileChannel channel, Bytes32 key, int pageBytes, PageMap start) {
    this.file = file;
    this.channel = channel;
    this.pageBytes = pageBytes;
    this.last = start;
    this.digest = sha(MAGIC, key.toArray());
  }

  /// Begins a file, in place of one that may be there.
  ///
  /// @param start pages that differ from the image where the run starts, which are not stored
  /// @return nothing if another process has the file
  static Optional<CheckpointLog> create(Path file, Bytes32 key, int pageBytes, PageMap start)
      throws IOException {
    Optional<FileChannel> channel = locked(file);
    if (channel.isEmpty()) {
      return Optional.empty();
    }
    CheckpointLog log = new CheckpointLog(file, channel.get(), key, pageBytes, start);
    try {
      log.begin(key);
    } catch (IOException e) {
      log.close();
      throw e;
    }
    return Optional.of(log);
  }

  /// Begins a file that nobody finds again: where the system allows it, its name is gone at once.
  static CheckpointLog temporary(int pageBytes, PageMap start) throws IOException {
    Path file = Files.createTempFile("opml-run", ".tmp");
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      Files.delete(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
    CheckpointLog log = new CheckpointLog(file, channel, Bytes32.ZERO, pageBytes, start);
    log.begin(Bytes32.ZERO);
    return log;
  }

  /// Opens a file that is there, and reads its points into `points`, as far as it is sound; the rest is cut off.
  ///
  /// @return nothing if another process has the file
  static Optional<CheckpointLog> open(
      Path file, Bytes32 key, int pageBytes, PageMap start, List<Point> points) throws IOException {
    Optional<FileChannel> channel = locked(file);
    if (channel.isEmpty()) {
      return Optional.empty();
    }
    CheckpointLog log = new CheckpointLog(file, channel.get(), key, pageBytes, start);
    try {
      log.recover(key, points);
    } catch (IOException e) {
      log.close();
      throw e;
    }
    return Optional.of(log);
  }

  private static Optional<FileChannel> locked(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process: the same answer.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private void begin(Bytes32 key) throws IOException {
    channel.truncate(0);
    write(ByteBuffer.allocate(HEADER).put(MAGIC).put(key.toArray()).flip(), 0);
    end = HEADER;
  }

  /// {@return the size of the file}
  long bytes() {
    return end;
  }

  Path file() {
    return file;
  }

  // ------------------------------------------------------------------ writing

  /// Appends a point. Pages that this log has are not written again.
  ///
  /// @throws IOException if it was not written; the file ends with the point before, then
  /// @throws DamagedPageException if a page of the point is not to be had any more; likewise
  void append(long steps, MachineState state, PageMap pages) throws IOException {
    MessageDigest next = sha256();
    next.update(digest);
    ByteBuffer buffer = ByteBuffer.allocate(Math.max(1 << 20, pageBytes + PAGE_HEAD));
    List<SavedPage> written = new ArrayList<>();
    List<Long> places = new ArrayList<>();
    long begin = end;
    try {
      List<IOException> failures = new ArrayList<>();
      last.differences(
          pages,
          (page, _, now) -> {
            if (failures.isEmpty()) {
              try {
                put(page, now, buffer, next, written, places);
              } catch (IOException e) {
                failures.add(e);
              }
            }
          });
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
      room(buffer, POINT_BYTES);
      int at = buffer.position();
      buffer.put((byte) 'C').putLong(steps).put(state.encode());
      next.update(buffer.slice(at, buffer.position() - at));
      byte[] hash = next.digest();
      buffer.put(hash);
      flush(buffer);
      digest = hash;
    } catch (IOException | RuntimeException e) {
      end = begin;
      channel.truncate(begin);
      throw e;
    }
    for (int i = 0; i < written.size(); i++) {
      written.get(i).storedIn(this, places.get(i));
    }
    last = pages;
  }

  private void put(
      int number,
      @Nullable SavedPage page,
      ByteBuffer buffer,
      MessageDigest next,
      List<SavedPage> written,
      List<Long> places)
      throws IOException {
    room(buffer, PAGE_HEAD + pageBytes);
    int at = buffer.position();
    if (page == null || page.isIn(this)) {
      buffer.put((byte) 'S').putInt(number).putLong(page == null ? -1 : page.at());
      next.update(buffer.slice(at, SAME_BYTES));
      return;
    }
    byte[] contents = page.load();
    buffer.put((byte) 'P').putInt(number).put(pageHash(number, contents));
    next.update(buffer.slice(at, PAGE_HEAD));
    buffer.put(contents);
    written.add(page);
    places.add(end + at);
  }

  private void room(ByteBuffer buffer, int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush(buffer);
    }
  }

  private void flush(ByteBuffer buffer) throws IOException {
    buffer.flip();
    int bytes = buffer.remaining();
    write(buffer, end);
    end += bytes;
    buffer.clear();
  }

  private void write(ByteBuffer buffer, long at) throws IOException {
    long place = at;
    while (buffer.hasRemaining()) {
      place += channel.write(buffer, place);
    }
  }

  // ------------------------------------------------------------------ reading

  @Override
  public byte[] read(int page, long at) {
    try {
      ByteBuffer record = bytesAt(at, PAGE_HEAD + pageBytes);
      byte[] hash = new byte[HASH];
      byte[] contents = new byte[pageBytes];
      boolean isPage = record.get() == 'P' && record.getInt() == page;
      record.get(hash).get(contents);
      if (!isPage || !MessageDigest.isEqual(hash, pageHash(page, contents))) {
        throw new DamagedPageException(
            "%s: page %d at offset %d is not what was written there".formatted(file, page, at));
      }
      return contents;
    } catch (IOException e) {
      throw new DamagedPageException(
          "%s: page %d at offset %d: %s".formatted(file, page, at, e.getMessage()), e);
    }
  }

  private ByteBuffer bytesAt(long at, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("the file ends after " + channel.size() + " bytes");
      }
    }
    return buffer.flip();
  }

  private void recover(Bytes32 key, List<Point> points) throws IOException {
    long size = channel.size();
    byte[] header = ByteBuffer.allocate(HEADER).put(MAGIC).put(key.toArray()).array();
    if (size < header.length || !bytesAt(0, header.length).equals(ByteBuffer.wrap(header))) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: not the checkpoints of this run; they are computed anew",
          file);
      begin(key);
      return;
    }
    end = header.length;
    String trouble = recoverPoints(size, points);
    if (end < size) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} after {2} checkpoints; the last {3} bytes are dropped, what they held is"
              + " computed again",
          file,
          trouble,
          points.size(),
          size - end);
      channel.truncate(end);
    }
  }

  /// Reads points until something is wrong, and says what.
  private String recoverPoints(long size, List<Point> points) throws IOException {
    Map<Long, SavedPage> stored = new HashMap<>();
    Map<Integer, @Nullable SavedPage> changes = new HashMap<>();
    MessageDigest next = sha256();
    next.update(digest);
    long at = end;
    while (at < size) {
      int head = (int) Math.min(POINT_BYTES, size - at);
      ByteBuffer record = bytesAt(at, head);
      byte kind = record.get(0);
      int bytes =
          switch (kind) {
            case 'P' -> PAGE_HEAD + pageBytes;
            case 'S' -> SAME_BYTES;
            case 'C' -> POINT_BYTES;
            default -> 0;
          };
      if (bytes == 0) {
        return "no record at offset " + at;
      }
      if (size - at < bytes) {
        return "the record at offset " + at + " is torn";
      }
      switch (kind) {
        case 'P' -> {
          next.update(record.slice(0, PAGE_HEAD));
          SavedPage page = new SavedPage(record.getInt(1), this, at);
          stored.put(at, page);
          changes.put(page.page(), page);
        }
        case 'S' -> {
          next.update(record.slice(0, SAME_BYTES));
          changes.put(record.getInt(1), stored.get(record.getLong(5)));
        }
        default -> {
          next.update(record.slice(0, POINT_BYTES - HASH));
          byte[] hash = next.digest();
          if (!ByteBuffer.wrap(hash).equals(record.slice(POINT_BYTES - HASH, HASH))) {
            return "the hash of the checkpoint at offset " + at + " is wrong";
          }
          byte[] state = new byte[MachineState.BYTES];
          record.get(9, state);
          BitSet pages = new BitSet();
          changes.keySet().forEach(pages::set);
          last = last.with(pages, changes::get);
          points.add(new Point(record.getLong(1), MachineState.parse(state), last));
          changes.clear();
          digest = hash;
          next.update(digest);
          end = at + bytes;
        }
      }
      at += bytes;
    }
    return "an unfinished checkpoint";
  }

  // ------------------------------------------------------------------ ending

  /// Takes the place of another file, which disappears.
  void moveTo(Path place) throws IOException {
    Files.move(file, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    file = place;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0}: {1}", file, e.getMessage());
    }
  }

  /// Deletes a file, unless somebody has it open.
  ///
  /// @return whether it is gone
  static boolean deleteUnused(Path file) throws IOException {
    Optional<FileChannel> channel = locked(file);
    if (channel.isEmpty()) {
      return false;
    }
    try (FileChannel _ = channel.get()) {
      Files.deleteIfExists(file);
    }
    return true;
  }

  /// {@return the key of a run: what its states are a function of}
  static Bytes32 key(Bytes32 program, long steps, MachineState state) {
    byte[] from = ByteBuffer.allocate(8).putLong(steps).array();
    return Bytes32.of(sha(program.toArray(), from, state.encode()));
  }

  private static byte[] pageHash(int page, byte[] contents) {
    return sha(ByteBuffer.allocate(4).putInt(page).array(), contents);
  }

  private static byte[] sha(byte[]... parts) {
    MessageDigest sha = sha256();
    for (byte[] part : parts) {
      sha.update(part);
    }
    return sha.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
