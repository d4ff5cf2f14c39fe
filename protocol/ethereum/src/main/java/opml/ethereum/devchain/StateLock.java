package opml.ethereum.devchain;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import opml.core.codec.WholeFile;
import org.jspecify.annotations.Nullable;

/// Keeps a state file to one chain: of two that write it in turns, each would lose what the other one wrote.
///
/// Since the state file is replaced with every writing, the lock is on an empty file beside it, `FILE.lock`, which
/// stays there. The system takes the lock back when this process ends, however it ends.
final class StateLock implements AutoCloseable {
  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /// {@return the lock of a state file, or of what it will be}
  ///
  /// @throws DevChainException if another chain has it, or the file is none to keep a chain in
  static StateLock take(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new DevChainException(file + ": not a regular file, so no chain can be kept in it");
    }
    try {
      Path target = WholeFile.target(file);
      FileChannel channel =
          FileChannel.open(
              target.resolveSibling(target.getFileName() + ".lock"),
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE);
      if (!isLocked(channel)) {
        channel.close();
        throw new DevChainException(
            file + ": another chain runs on this state file; end that one, or name another file");
      }
      return new StateLock(channel);
    } catch (IOException e) {
      throw new DevChainException(file + ": cannot be locked: " + e, e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // The other chain is in this process.
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DevChainException("cannot unlock the state file: " + e, e);
    }
  }
}
