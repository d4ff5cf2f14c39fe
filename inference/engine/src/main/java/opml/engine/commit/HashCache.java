package opml.engine.commit;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.engine.graph.Graph;
import opml.engine.tensor.Tensor;

/// Page hashes of tensors, kept between processes: a folder with one file for each content, named by its SHA-256
/// digest. So a model that was moved finds its hashes, and models that share tensors share them.
///
/// What is trusted is only that nobody but the user writes to the folder. What a model file holds is not: sizes and
/// times of change can be kept while the bytes are changed. So every tensor's digest is computed from its bytes before
/// any hash is believed. SHA-256 costs a processor with instructions for it a fraction of a Merkle root; a checksum
/// would be faster still, but a made-up model file could keep it, and whoever served that file would sign for weights
/// that he does not have. An entry that was damaged or cut fails its own digest, is reported to the log and made
/// again. Trouble with the folder is reported, once, and costs time only.
///
/// Small tensors are hashed and not kept.
public final class HashCache {
  /// Hashing less takes no longer than looking it up.
  static final long LEAST_BYTES = 1L << 20;

  private static final Logger LOG = System.getLogger(HashCache.class.getName());

  private final Path folder;

  /// @param folder which is made when it is first needed
  public HashCache(Path folder) {
    this.folder = folder;
  }

  /// {@return the user's: `opml/hashes` among what is cached for users}
  public static HashCache ofUser() {
    return new HashCache(folderOfUser("hashes"));
  }

  /// {@return a folder for what can be made or fetched again: under `opml` in `$XDG_CACHE_HOME`, or in `~/.cache` if
  /// that is not an absolute path (XDG Base Directory Specification)}
  public static Path folderOfUser(String name) {
    String configured = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path base =
        configured.startsWith("/")
            ? Path.of(configured)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("opml").resolve(name);
  }

  /// {@return the hashes of a graph's initial values, from the folder or computed, on all cores}
  ///
  /// @param progress hears of the tensors that had to be hashed and were not small
  /// @throws MalformedException if what a tensor is stored in was changed
  /// @throws java.io.UncheckedIOException if it cannot be read
  public InitialHashes of(Graph graph, InitialHashes.Progress progress) {
    Queue<IOException> trouble = new ConcurrentLinkedQueue<>();
    InitialHashes all =
        InitialHashes.of(graph, progress, (tensor, hashed) -> of(tensor, hashed, trouble));
    IOException first = trouble.peek();
    if (first != null) {
      LOG.log(
          Level.WARNING,
          "{0}: cannot keep the hashes of {1} tensors there: {2}",
          folder,
          trouble.size(),
          first);
    }
    return all;
  }

  private PageHashes of(Tensor tensor, Runnable hashed, Queue<IOException> trouble) {
    long bytes = Tensor.byteSize(tensor.type(), tensor.shape());
    if (bytes < LEAST_BYTES) {
      return tensor.hashes();
    }
    Bytes32 digest = tensor.digest();
    Path file = folder.resolve(digest.toString().substring(2) + ".hashes");
    Optional<PageHashes> kept = kept(file, digest, bytes);
    if (kept.isPresent()) {
      return kept.get();
    }
    PageHashes hashes = tensor.hashes();
    hashed.run();
    try {
      write(file, CacheEntry.write(digest, hashes));
    } catch (IOException e) {
      trouble.add(e);
    }
    return hashes;
  }

  private static Optional<PageHashes> kept(Path file, Bytes32 digest, long bytes) {
    try {
      if (Files.size(file) > CacheEntry.size(bytes)) {
        throw new MalformedException(file + ": longer than hashes of " + bytes + " bytes are");
      }
      return Optional.of(CacheEntry.read(file.toString(), Files.readAllBytes(file), digest, bytes));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0} cannot be read, hashing again: {1}", file, e);
      return Optional.empty();
    } catch (MalformedException e) {
      LOG.log(Level.WARNING, "{0}; hashing again", e.getMessage());
      return Optional.empty();
    }
  }

  /// Another process that reads meanwhile sees the old file or the new one.
  private void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, "draft", ".tmp");
    try {
      Files.write(draft, bytes);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
