package opml.cli.option;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import opml.engine.commit.InitialHashes;

/// Says how far the hashing of a model's weights is, if it takes long enough to wonder.
final class HashingNotes implements InitialHashes.Progress {
  private static final long PAUSE_NANOS = 1_000_000_000L;

  /// Less than this is hashed at once, whatever else took its time before.
  private static final long BYTES_LEAST = 10_000_000;

  private final Path file;
  private final Consumer<String> notes;
  private final LongSupplier nanos;
  private long last;

  HashingNotes(Path file, Consumer<String> notes, LongSupplier nanos) {
    this.file = file;
    this.notes = notes;
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  @Override
  public void hashed(long done, long total) {
    long now = nanos.getAsLong();
    if (total >= BYTES_LEAST && now - last >= PAUSE_NANOS) {
      last = now;
      notes.accept(
          String.format(
              Locale.ROOT,
              "%s: hashing the weights, %d %% of %.0f MB",
              file,
              100 * done / Math.max(1, total),
              total / 1e6));
    }
  }
}
