package opml.cli.command.pull;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import opml.cli.console.Failure;
import opml.core.codec.WholeFile;

/// What has come of a file so far, beside the place where the file will be: `FILE.part`, and in `FILE.part.of` what it
/// is a part of, as two lines: the place, and what the place called this state of the file, if anything. Only once it
/// is whole, it takes the file's name, in one step.
///
/// Another process that fetches the same is kept out.
final class PartFile implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  private final Path target;
  private final Path path;
  private final Path origin;
  private final String place;
  private final FileChannel channel;
  private String state = "";
  private long size;

  private PartFile(Path target, Path path, String place, FileChannel channel) {
    this.target = target;
    this.path = path;
    this.origin = path.resolveSibling(path.getFileName() + ".of");
    this.place = place;
    this.channel = channel;
  }

  /// Opens what is there of a file, or begins it.
  ///
  /// @param place where it comes from; what came from elsewhere is thrown away
  /// @throws Failure if somebody else is fetching it
  static PartFile open(Path target, String place) throws IOException {
    Path path = target.resolveSibling(target.getFileName() + ".part");
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
    PartFile part = new PartFile(target, path, place, channel);
    try {
      lock(path, channel);
      part.recall();
      return part;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new Failure(path + ": it is being fetched already", e);
    }
    if (lock == null) {
      throw new Failure(path + ": another process is fetching it");
    }
  }

  private void recall() throws IOException {
    List<String> lines = Files.isRegularFile(origin) ? Files.readAllLines(origin) : List.of();
    if (lines.size() == 2 && lines.getFirst().equals(place)) {
      state = lines.getLast();
      size = channel.size();
      channel.position(size);
    } else {
      restart("");
    }
  }

  Path path() {
    return path;
  }

  /// {@return how many bytes have come}
  long size() {
    return size;
  }

  /// {@return what the place called this state of the file; empty if nothing}
  String state() {
    return state;
  }

  /// Begins anew.
  ///
  /// @param newState what the place calls the state of the file that comes now; empty if nothing
  void restart(String newState) throws IOException {
    // Nothing that came earlier may be taken for a part of what comes now.
    channel.truncate(0);
    channel.position(0);
    size = 0;
    state = newState;
    WholeFile.write(origin, out -> out.write((place + "\n" + newState + "\n").getBytes(UTF_8)));
  }

  void append(byte[] bytes, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    while (buffer.hasRemaining()) {
      size += channel.write(buffer);
    }
  }

  /// {@return the SHA-256 of what has come, in hexadecimal digits}
  String sha256() throws IOException {
    return sha256(path);
  }

  /// {@return the SHA-256 of a file, in hexadecimal digits}
  static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        digest.update(block, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Gives it the file's name.
  void finish() throws IOException {
    channel.force(true);
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(origin);
  }

  /// Throws it away.
  void discard() throws IOException {
    Files.deleteIfExists(origin);
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
