package opml.ethereum.devchain;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import opml.core.codec.WholeFile;
import opml.ethereum.chain.ChainException;
import opml.ethereum.rpc.Rpc;

/// Keeps a running chain in a file. anvil writes its own state files in place, so that a kill or a full disk leaves
/// half of one where a whole one was; here anvil is asked for its state, and the file is replaced in one step.
///
/// anvil's `anvil_dumpState` answers with the JSON that `--load-state` takes, packed by gzip, in hexadecimal digits.
final class StateKeeper implements AutoCloseable {
  /// What anvil answers grows by some hundreds of bytes a block.
  private static final int ANSWER_BYTES_MAX = 1 << 29;

  private static final Rpc.Options DUMP =
      new Rpc.Options(
          Duration.ofSeconds(5), Duration.ofMinutes(1), 1, Duration.ZERO, ANSWER_BYTES_MAX);

  /// A state that takes long to write is written less often: it takes a fifth of the time at most.
  private static final int REST_FACTOR = 4;

  private final Path file;
  private final Rpc rpc;
  private final Duration pause;
  private final Consumer<String> troubles;
  private final Thread thread;

  /// Saves at once, so that it is known from the beginning whether that works, and then again and again.
  ///
  /// @param pause between two saves
  /// @param troubles hears of saves that failed; the file before is as it was then
  /// @throws DevChainException if the first save fails
  StateKeeper(Path file, URI url, Duration pause, Consumer<String> troubles) {
    this.file = file;
    this.rpc = new Rpc(url, DUMP);
    this.pause = pause;
    this.troubles = troubles;
    save();
    this.thread = Thread.ofVirtual().name("keep-state").start(this::run);
  }

  /// {@return where the state of the run before is kept}
  static Path previous(Path file) {
    return file.resolveSibling(file.getFileName() + ".previous");
  }

  /// Keeps a copy of a state that was loaded, and so is good.
  static void keepPrevious(Path file) {
    try {
      WholeFile.write(previous(file), out -> Files.copy(file, out));
    } catch (IOException e) {
      throw new DevChainException("cannot keep a copy of " + file + ": " + e.getMessage(), e);
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(pause);
        long begin = System.nanoTime();
        try {
          save();
        } catch (DevChainException e) {
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
          troubles.accept(e.getMessage());
        }
        Thread.sleep(Duration.ofNanos(REST_FACTOR * (System.nanoTime() - begin)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void save() {
    try {
      byte[] packed = bytes(rpc.once("anvil_dumpState").text());
      WholeFile.write(
          file,
          out -> {
            // Cut or damaged on the way, it would fail its checksum and leave the file alone.
            try (InputStream json = new GZIPInputStream(new ByteArrayInputStream(packed))) {
              json.transferTo(out);
            }
          });
    } catch (ChainException | IOException e) {
      throw new DevChainException(
          file
              + ": the chain's state was not written, what was there before stands: "
              + e.getMessage(),
          e);
    }
  }

  private static byte[] bytes(String hex) throws IOException {
    try {
      return HexFormat.of().parseHex(hex, hex.startsWith("0x") ? 2 : 0, hex.length());
    } catch (IllegalArgumentException e) {
      throw new IOException("anvil's answer is not bytes in hexadecimal digits", e);
    }
  }

  /// Saves for the last time.
  ///
  /// @throws DevChainException if that fails
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      thread.join();
      save();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      rpc.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
