package opml.vm.checkpoint;

import java.nio.file.Path;
import java.util.Optional;

/// How many points of a run are kept, and where.
///
/// @param interval steps between two checkpoints, at least 1
/// @param limit checkpoints kept, at least 2; when there are more, every second one goes and the interval doubles
/// @param memoryBytes bytes of pages kept in memory; the others are in a file
/// @param diskBytes bytes of that file; when it grows beyond, checkpoints are thinned out, too
/// @param directory where runs are kept that shall survive the process; without one, a temporary file is used, and only
///     when the memory does not suffice
public record CheckpointPolicy(
    long interval, int limit, long memoryBytes, long diskBytes, Optional<Path> directory) {
  /// 2^26 steps, which a fast machine takes in some 20 ms; up to 2^37 steps before they are thinned out.
  public static final CheckpointPolicy DEFAULT =
      new CheckpointPolicy(1L << 26, 2048, 256L << 20, 4L << 30, Optional.empty());

  public CheckpointPolicy {
    if (interval < 1 || limit < 2 || memoryBytes < 0 || diskBytes < 0) {
      throw new IllegalArgumentException(
          "interval %d (at least 1), limit %d (at least 2), %d bytes of memory, %d of disk"
              .formatted(interval, limit, memoryBytes, diskBytes));
    }
  }

  public CheckpointPolicy withInterval(long steps) {
    return new CheckpointPolicy(steps, limit, memoryBytes, diskBytes, directory);
  }

  public CheckpointPolicy withLimit(int checkpoints) {
    return new CheckpointPolicy(interval, checkpoints, memoryBytes, diskBytes, directory);
  }

  public CheckpointPolicy withMemory(long bytes) {
    return new CheckpointPolicy(interval, limit, bytes, diskBytes, directory);
  }

  public CheckpointPolicy withDisk(long bytes) {
    return new CheckpointPolicy(interval, limit, memoryBytes, bytes, directory);
  }

  public CheckpointPolicy in(Path directory) {
    return new CheckpointPolicy(interval, limit, memoryBytes, diskBytes, Optional.of(directory));
  }
}
