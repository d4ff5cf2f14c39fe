package opml.vm.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import opml.core.hash.Bytes32;
import opml.vm.state.DamagedPageException;
import opml.vm.state.PageMap;
import opml.vm.state.SavedPage;
import org.jspecify.annotations.Nullable;

/// The checkpoints of a run, within the bounds of a [CheckpointPolicy]: their number, the bytes of their pages in
/// memory, and those of their file. Nothing that goes wrong with the file is an error: one goes on without.
final class CheckpointStore implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CheckpointStore.class.getName());

  private final CheckpointPolicy policy;
  private final long start;
  private final PageMap first;
  private final int pageBytes;
  private final TreeMap<Long, Checkpoint> points = new TreeMap<>();
  private final ResidentPages resident;
  private long interval;

  /// Where the run is kept, or nothing if only a temporary file may be used.
  private @Nullable Path file;

  private Bytes32 key = Bytes32.ZERO;
  private @Nullable CheckpointLog log;
  private boolean withoutFile;

  /// The checkpoint at which the machine left off. It stays for the moment, since the next one shares its pages.
  private @Nullable Checkpoint latest;

  /// Whether even a single checkpoint is too large.
  private boolean full;

  private final List<CheckpointLog> retired = new ArrayList<>();

  /// @param start steps before the first state
  /// @param first pages that differ from the image there; they stay in memory
  CheckpointStore(CheckpointPolicy policy, long start, PageMap first, int pageBytes) {
    this.policy = policy;
    this.start = start;
    this.first = first;
    this.pageBytes = pageBytes;
    this.resident = new ResidentPages(pageBytes);
    this.interval = policy.interval();
  }

  @Nullable Checkpoint get(long steps) {
    return points.get(steps);
  }

  /// {@return the last checkpoint not after an index}
  @Nullable Checkpoint floor(long index) {
    var entry = points.floorEntry(index);
    return entry == null ? null : entry.getValue();
  }

  int count() {
    return points.size();
  }

  long residentBytes() {
    return resident.bytes();
  }

  long diskBytes() {
    return log == null ? 0 : log.bytes();
  }

  /// {@return the index after `steps` at which the next checkpoint is due}
  long next(long steps) {
    long intervals = (steps - start) / interval;
    return full || intervals >= (Long.MAX_VALUE - start) / interval
        ? Long.MAX_VALUE
        : start + (intervals + 1) * interval;
  }

  /// Keeps a checkpoint.
  ///
  /// @return whether pages of points that are no checkpoints may be gone now
  boolean add(Checkpoint point) {
    CheckpointLog before = log;
    latest = point;
    put(point);
    write(point);
    bound();
    return before != null && log != before;
  }

  private void put(Checkpoint point) {
    @Nullable Checkpoint before = floor(point.steps());
    points.put(point.steps(), point);
    (before == null ? first : before.pages())
        .differences(
            point.pages(),
            (_, _, page) -> {
              if (page != null) {
                resident.add(page);
              }
            });
  }

  /// Forgets a checkpoint that turned out damaged.
  void drop(long steps) {
    points.remove(steps);
  }

  // ------------------------------------------------------------------ bounds

  private void bound() {
    while (points.size() > policy.limit()) {
      thin();
    }
    if (log != null && log.bytes() > policy.diskBytes()) {
      shrink();
    }
    if (log == null && resident.bytes() > policy.memoryBytes()) {
      writeAll(this::temporary);
    }
    if (log != null) {
      resident.evict(log, policy.memoryBytes());
    }
    while (resident.bytes() > policy.memoryBytes() && !points.isEmpty()) {
      thin();
    }
  }

  /// Drops every second checkpoint, and has them half as dense from now on.
  @SuppressWarnings("ReferenceEquality") // that very point
  private void thin() {
    if (points.size() > 1 && interval <= Long.MAX_VALUE / 4) {
      interval *= 2;
      points.values().removeIf(point -> point != latest && !onGrid(point.steps()));
    } else {
      warn("a single checkpoint is more than may be kept; there will be none");
      full = true;
      points.clear();
    }
    Set<SavedPage> live = new HashSet<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    first.visit(seen, _ -> {});
    points.values().forEach(point -> point.pages().visit(seen, live::add));
    resident.retain(live);
  }

  private boolean onGrid(long steps) {
    return (steps - start) % interval == 0;
  }

  /// Writes the file anew with half of the checkpoints, or fewer, until it takes at most half of what it may.
  private void shrink() {
    do {
      thin();
      writeAll(file == null ? this::temporary : this::replacement);
    } while (log != null && log.bytes() > policy.diskBytes() / 2 && !points.isEmpty());
  }

  // ------------------------------------------------------------------ the file

  /// Finds the checkpoints that an earlier process left of this run. New ones will be kept there, too.
  ///
  /// @param directory which is made when there is something to keep
  /// @param key of the run
  /// @return what was found, in the order of the file
  List<CheckpointLog.Point> open(Path directory, Bytes32 key) {
    this.key = key;
    this.file = RunFiles.file(directory, key);
    List<CheckpointLog.Point> found = new ArrayList<>();
    try {
      if (Files.exists(file)) {
        use(CheckpointLog.open(file, key, pageBytes, first, found));
      }
    } catch (IOException e) {
      withoutFile(e);
    }
    return found;
  }

  /// Takes in what was found.
  void recovered(List<Checkpoint> found) {
    found.forEach(point -> points.put(point.steps(), point));
    bound();
  }

  private void use(Optional<CheckpointLog> opened) {
    if (opened.isEmpty()) {
      warn("%s is in use elsewhere; checkpoints are kept in memory".formatted(file));
      file = null;
    }
    log = opened.orElse(null);
  }

  private void write(Checkpoint point) {
    Path place = file;
    if (log == null && place == null || withoutFile) {
      return;
    }
    try {
      if (log == null && place != null) {
        Path directory = place.resolveSibling(".").normalize();
        Files.createDirectories(directory);
        RunFiles.prune(directory, policy.diskBytes());
        use(CheckpointLog.create(place, key, pageBytes, first));
      }
      if (log != null) {
        append(log, point);
      }
    } catch (IOException e) {
      withoutFile(e);
    }
  }

  private void append(CheckpointLog log, Checkpoint point) throws IOException {
    try {
      log.append(point.steps(), point.state(), point.pages());
    } catch (DamagedPageException e) {
      // Seen by whoever wants to go there; the file does without it.
      warn("checkpoint after %d steps: %s".formatted(point.steps(), e.getMessage()));
    }
  }

  @FunctionalInterface
  private interface Opening {
    CheckpointLog open() throws IOException;
  }

  /// Writes all checkpoints to a new file, which takes the place of the present one.
  private void writeAll(Opening opening) {
    if (withoutFile) {
      return;
    }
    CheckpointLog old = log;
    try {
      CheckpointLog fresh = opening.open();
      if (old != null) {
        retired.add(old);
      }
      log = fresh;
      for (Checkpoint point : List.copyOf(points.values())) {
        append(fresh, point);
      }
      if (old != null) {
        // Pages of damaged checkpoints were not copied; nobody can have them.
        retired.remove(old);
        old.close();
        if (file != null) {
          fresh.moveTo(file);
        }
      }
    } catch (IOException e) {
      withoutFile(e);
    }
  }

  private CheckpointLog temporary() throws IOException {
    return CheckpointLog.temporary(pageBytes, first);
  }

  private CheckpointLog replacement() throws IOException {
    Path place = file;
    if (place == null) {
      return temporary();
    }
    Path beside = place.resolveSibling(place.getFileName() + ".new");
    return CheckpointLog.create(beside, key, pageBytes, first)
        .orElseThrow(() -> new IOException(beside + " is in use"));
  }

  /// No checkpoint is written any more. Those that were can still be read.
  private void withoutFile(IOException e) {
    warn("no more checkpoints are written to disk: " + e);
    withoutFile = true;
  }

  private static void warn(String what) {
    LOG.log(System.Logger.Level.WARNING, what);
  }

  @Override
  public void close() {
    points.clear();
    resident.clear();
    retired.forEach(CheckpointLog::close);
    if (log != null) {
      log.close();
    }
  }

  /// Closes, and deletes what was kept in a directory.
  void discard() {
    CheckpointLog written = log;
    close();
    if (written != null && file != null) {
      try {
        Files.deleteIfExists(written.file());
      } catch (IOException e) {
        warn("%s is left behind: %s".formatted(written.file(), e));
      }
    }
  }
}
