package opml.engine.commit;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.hash.Keccak;
import opml.engine.graph.Graph;

/// Page hashes of model files, kept between processes: a folder with one file for each model file, named by
/// its absolute path.
///
/// What is trusted is only that nobody but the user writes to the folder. What a model file holds, and the files
/// beside it that its weights may lie in, is not: sizes and times of change can be kept while the bytes are changed. So
/// an entry holds a SHA-256 digest of every tensor as it was read, wherever from, and its hashes are taken only for
/// bytes that have this digest. SHA-256 costs a processor with instructions for it a fraction
/// of a Merkle root; a checksum would be faster still, but a made-up model file could keep it, and whoever
/// served that file would sign for weights that he does not have. An entry about other weights, or written
/// by another version, is made again; so is one that was damaged or cut, which fails its own digest and is reported to
/// the log.
///
/// Graphs whose initial values are small are hashed and not kept.
public final class HashCache {
  /// Hashing less takes no longer than looking it up.
  static final long LEAST_BYTES = 8L << 20;

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

  /// {@return the hashes of the graph that was imported from `model`, from the folder or computed}
  ///
  /// @throws IOException if the model file is not there; trouble with the folder is only logged
  public InitialHashes of(Path model, Graph graph, InitialHashes.Progress progress)
      throws IOException {
    if (InitialHashes.bytes(graph) < LEAST_BYTES) {
      return InitialHashes.of(graph, progress);
    }
    String path = model.toRealPath().toString();
    Path file = file(path);
    try {
      Optional<InitialHashes> kept =
          CacheEntry.read(file.toString(), Files.readAllBytes(file), path, graph);
      if (kept.isPresent()) {
        return kept.get();
      }
      LOG.log(Level.DEBUG, "{0}: has other weights than before", model);
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "{0}: hashed for the first time", model);
    } catch (MalformedException | IOException e) {
      LOG.log(Level.WARNING, "{0}; hashing {1} again", e.getMessage(), model);
    }
    InitialHashes hashes = InitialHashes.of(graph, progress);
    try {
      write(file, CacheEntry.write(path, graph, hashes));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "{0}: cannot keep the hashes of {1}: {2}", file, model, e);
    }
    return hashes;
  }

  private Path file(String path) {
    String name = Keccak.hash(path.getBytes(StandardCharsets.UTF_8)).toString();
    return folder.resolve(name.substring(2) + ".hashes");
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
