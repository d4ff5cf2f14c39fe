package opml.ethereum.devchain;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import opml.core.codec.WholeFile;
import org.jspecify.annotations.Nullable;

/// Keeps a state file to one chain: of two that write it in turns, each would lose what the other one wrote.
///
/// Since the state file is replaced with every writing, the lock is on an empty file beside it, `FILE.lock`, which
/// stays there. The system takes the lock back when this process ends, however it ends.
final class StateLock implements AutoCloseable {
  /// The files that chains of this process have. Looking at the lock would lose it: the system takes a lock back when
  /// the process closes the file, through whichever of its channels.
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path target;
  private final FileChannel channel;

  private StateLock(Path target, FileChannel channel) {
    this.target = target;
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
      if (!OURS.add(target)) {
        throw taken(file);
      }
      try {
        return new StateLock(target, locked(file, target));
      } catch (IOException | RuntimeException e) {
        OURS.remove(target);
        throw e;
      }
    } catch (IOException e) {
      throw new DevChainException(file + ": cannot be locked: " + e, e);
    }
  }

  private static FileChannel locked(Path file, Path target) throws IOException {
    FileChannel channel =
        FileChannel.open(
            target.resolveSibling(target.getFileName() + ".lock"),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE);
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw taken(file);
    }
    return channel;
  }

  private static DevChainException taken(Path file) {
    return new DevChainException(
        file + ": another chain runs on this state file; end that one, or name another file");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DevChainException("cannot unlock the state file: " + e, e);
    } finally {
      OURS.remove(target);
    }
  }
}
