package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.cli.console.Failure;
import opml.cli.option.TextPlace;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.formats.ModelLoader;
import opml.formats.refusal.ImportException;
import opml.llm.forward.TextLimits;
import org.jspecify.annotations.Nullable;

/// A folder of fetched model files, each named by its model's id, and of language models by the numbers of a text, too.
/// A name proves nothing: every file is imported and its id compared, whenever it is taken.
///
/// The folder takes so many bytes and no more, what is being fetched among them. Where a new file finds no room, those
/// that were used longest ago go, and then the largest of those that are being fetched: strangers publish as many
/// models as they like, and none of them may keep another out. Two processes may have one folder; each sees what the
/// other one has there, and they may exceed the bound by what both take in the same moment.
final class ModelCache {
  private static final String DRAFT = ".draft";
  private static final Pattern FETCHED =
      Pattern.compile(
          "0x[0-9a-f]{64}(?:\\.onnx|-(context=[0-9]+&answer=[0-9]+&cache=[a-z0-9_]+)\\.text)");

  /// A draft this old is not being written any more: its process was killed.
  private static final Duration STALE = Duration.ofDays(1);

  /// The folder takes so many files of the greatest size.
  static final int FULL = 4;

  private static final int TRIES = 50;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Path folder;
  private final long maxBytes;
  private final BoundedImports imports;
  private final ModelMemory memory;

  /// What a draft takes in advance.
  private final long step;

  private final Set<Draft> drafts = new HashSet<>();
  private final Map<Path, Integer> used = new HashMap<>();

  private record Kept(Path file, long bytes, FileTime time) {}

  /// A file that is being fetched, gone when it is closed unless it was kept.
  final class Draft implements AutoCloseable {
    private final Path file;
    private long reserved;
    private boolean givesWay;

    private Draft(Path file) {
      this.file = file;
    }

    Path file() {
      return file;
    }

    /// Makes room for a file of so many bytes.
    ///
    /// @throws IOException if there is none, or a smaller one needs what this one has
    void reserve(long bytes) throws IOException, InterruptedException {
      for (int i = 0; !reserved(this, bytes); i++) {
        if (i == TRIES) {
          throw new IOException(
              "%s has no room for it: besides models that can be fetched again, and what is being fetched, there may"
                      .formatted(folder)
                  + " be %,d bytes in all (%d times --fetch-max); remove some"
                      .formatted(FULL * maxBytes, FULL));
        }
        Thread.sleep(BETWEEN_TRIES);
      }
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(file);
      forget(this);
    }
  }

  /// @param folder made if it is not there
  /// @param maxBytes of a file
  /// @param memory tells what of a file may be read
  /// @throws Failure if it cannot be made
  ModelCache(Path folder, long maxBytes, BoundedImports imports, ModelMemory memory) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.imports = imports;
    this.memory = memory;
    this.step = Math.clamp(maxBytes / 64, 1, 16 << 20);
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      removeStale();
    } catch (IOException e) {
      throw new Failure("--fetch-into " + folder + ": not a folder that can be used", e);
    }
  }

  private void removeStale() throws IOException {
    Instant stale = Instant.now().minus(STALE);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + DRAFT)) {
      for (Path draft : all) {
        if (Files.getLastModifiedTime(draft, LinkOption.NOFOLLOW_LINKS)
            .toInstant()
            .isBefore(stale)) {
          Files.deleteIfExists(draft);
        }
      }
    }
  }

  /// {@return a model that was fetched before}
  Optional<BoundedImports.Imported<Model>> find(Bytes32 id)
      throws IOException, InterruptedException {
    for (Path file : files(id)) {
      Optional<BoundedImports.Imported<Model>> found = find(id, file);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private List<Path> files(Bytes32 id) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, id + "*")) {
      for (Path file : all) {
        if (FETCHED.matcher(name(file)).matches()) {
          files.add(file);
        }
      }
    }
    return files;
  }

  private Optional<BoundedImports.Imported<Model>> find(Bytes32 id, Path file)
      throws IOException, InterruptedException {
    use(file, 1);
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        // A link would lead to a file that nobody fetched.
        Files.deleteIfExists(file);
        return Optional.empty();
      }
      touch(file);
      Optional<TextLimits> text = text(file);
      long size = Files.size(file);
      BoundedImports.Imported<Model> imported =
          imports.ofKnown(size, held(size, text), () -> load(file, text));
      Optional<Model> model = ModelLoader.edition(imported.what(), id);
      if (model.isPresent()) {
        return Optional.of(new BoundedImports.Imported<>(model.get(), imported.hold()));
      }
      imported.hold().close();
    } catch (Download.RefusedException
        | NoSuchFileException
        | MalformedException
        | ImportException
        | IllegalArgumentException e) {
      // It was whole when it came here; the next one comes from where this came from.
      Files.deleteIfExists(file);
      return Optional.empty();
    } finally {
      use(file, -1);
    }
    Files.deleteIfExists(file);
    return Optional.empty();
  }

  private long held(long fileBytes, Optional<TextLimits> text) {
    return StrangeImport.heldBytes(fileBytes, text, memory.mostBytes());
  }

  /// {@return the numbers of a text that a file's name has}
  private static Optional<TextLimits> text(Path file) {
    Matcher name = FETCHED.matcher(name(file));
    return name.matches() && name.group(1) != null
        ? TextPlace.of("#" + name.group(1)).text()
        : Optional.empty();
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /// Notes that a file is in use, if it is here: those that nobody uses go first.
  private static void touch(Path file) throws IOException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (NoSuchFileException e) {
      // Then nothing has to be kept.
    }
  }

  /// {@return a new file to fetch into}
  Draft draft() throws IOException {
    Draft draft = new Draft(Files.createTempFile(folder, "model", DRAFT));
    synchronized (this) {
      drafts.add(draft);
    }
    return draft;
  }

  /// Imports a draft, and keeps it if it is the model of this id.
  ///
  /// @param text what its place says of the texts of a language model
  /// @throws Download.RefusedException if it is not
  BoundedImports.Imported<Model> keep(Draft draft, Bytes32 id, Optional<TextLimits> text)
      throws IOException, InterruptedException {
    BoundedImports.@Nullable Imported<Model> imported = null;
    try {
      long size = Files.size(draft.file());
      imported = imports.ofStrange(size, held(size, text), () -> load(draft.file(), text));
      Optional<Model> model = ModelLoader.edition(imported.what(), id);
      if (model.isEmpty()) {
        throw new Download.RefusedException("the file there is model " + imported.what().id());
      }
      boolean isText = model.get().descriptor().outputGiven();
      move(draft, file(id, isText ? text : Optional.empty()));
      BoundedImports.Imported<Model> kept =
          new BoundedImports.Imported<>(model.get(), imported.hold());
      imported = null;
      return kept;
    } catch (MalformedException | ImportException | IllegalArgumentException e) {
      throw new Download.RefusedException(
          "the file there is no model that we can run: "
              + String.valueOf(e.getMessage()).replace(draft.file().toString(), "it"));
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw new Download.RefusedException("the file there takes more memory than there is");
    } finally {
      if (imported != null) {
        imported.hold().close();
      }
    }
  }

  private synchronized void move(Draft draft, Path file) throws IOException {
    Files.move(
        draft.file(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    touch(file);
    drafts.remove(draft);
  }

  private synchronized void forget(Draft draft) {
    drafts.remove(draft);
  }

  private synchronized void use(Path file, int more) {
    used.merge(file, more, (before, change) -> before + change == 0 ? null : before + change);
  }

  /// {@return whether there is room for so many bytes of a draft now}
  private synchronized boolean reserved(Draft draft, long bytes) throws IOException {
    if (draft.givesWay) {
      throw new IOException("other files that are being fetched, and smaller, need the room");
    }
    if (bytes <= draft.reserved) {
      return true;
    }
    long wanted = bytes + step;
    long taken = wanted;
    for (Draft other : drafts) {
      taken += other.equals(draft) ? 0 : other.reserved;
    }
    List<Kept> kept = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        taken += sizeOfOther(file, kept);
      }
    }
    kept.sort(Comparator.comparing(Kept::time));
    // Nothing goes where that would not make enough room.
    boolean enough = taken - kept.stream().mapToLong(Kept::bytes).sum() <= FULL * maxBytes;
    for (Kept eldest : kept) {
      if (taken <= FULL * maxBytes || !enough) {
        break;
      }
      Files.deleteIfExists(eldest.file());
      taken -= eldest.bytes();
    }
    if (taken <= FULL * maxBytes) {
      draft.reserved = wanted;
      return true;
    }
    drafts.stream()
        .filter(other -> other.reserved > wanted)
        .max(Comparator.comparingLong(other -> other.reserved))
        .ifPresent(largest -> largest.givesWay = true);
    return false;
  }

  /// {@return the bytes of a file that is none of our drafts}
  ///
  /// @param kept gets it if it may go
  private long sizeOfOther(Path file, List<Kept> kept) throws IOException {
    if (drafts.stream().anyMatch(draft -> draft.file().equals(file))) {
      return 0;
    }
    BasicFileAttributes is;
    try {
      is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      // Another process has removed it.
      return 0;
    }
    String name = name(file);
    if (FETCHED.matcher(name).matches() && !is.isDirectory() && !used.containsKey(file)) {
      kept.add(new Kept(file, is.size(), is.lastModifiedTime()));
    }
    // Another process reserves in advance, too.
    return name.endsWith(DRAFT) ? is.size() + step : is.size();
  }

  private Model load(Path file, Optional<TextLimits> text) throws IOException {
    return StrangeImport.load(file, text, memory.mostBytes());
  }

  private Path file(Bytes32 id, Optional<TextLimits> text) {
    return folder.resolve(
        text.map(limits -> new TextPlace("", Optional.of(limits)).published())
            .map(numbers -> id + "-" + numbers.substring(1) + ".text")
            .orElse(id + ".onnx"));
  }
}
