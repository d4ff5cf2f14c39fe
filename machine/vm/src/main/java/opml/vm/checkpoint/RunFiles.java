package opml.vm.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;

/// The directory in which runs are kept, one file each, named by the run's key.
final class RunFiles {
  private static final System.Logger LOG = System.getLogger(RunFiles.class.getName());
  private static final String SUFFIX = ".run";

  private RunFiles() {}

  /// {@return the file of a run, which may not be there}
  static Path file(Path directory, Bytes32 key) {
    return directory.resolve(key.toString().replace("0x", "") + SUFFIX);
  }

  /// Deletes the runs that were not written to for the longest time, until the others have at most so many bytes. Runs
  /// in use stay.
  static void prune(Path directory, long mostBytes) throws IOException {
    record Old(Path file, long bytes, FileTime time) {}
    List<Old> runs = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        runs.add(new Old(file, Files.size(file), Files.getLastModifiedTime(file)));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    runs.sort(Comparator.comparing(Old::time));
    long bytes = runs.stream().mapToLong(Old::bytes).sum();
    for (Old run : runs) {
      if (bytes > mostBytes && CheckpointLog.deleteUnused(run.file())) {
        bytes -= run.bytes();
        LOG.log(System.Logger.Level.INFO, "{0} was old, and is deleted", run.file());
      }
    }
  }
}
