package opml.cli.command.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import opml.cli.console.Failure;
import opml.lab.bench.TemporaryFolder;
import opml.sim.DatabaseStores;
import opml.sim.StoreTrial;
import opml.sim.Stores;
import opml.store.devcluster.PostgresCluster;
import org.jspecify.annotations.Nullable;

/// What came of some games over databases, beside those in memory.
///
/// @param games that were compared
/// @param kinds of stores, memory among them
/// @param difference the first that was found
record ComparedStores(long games, String kinds, Optional<String> difference) {
  private static final String MEMORY = "maps";

  static ComparedStores of(long seed, long games, Consumer<String> note) {
    if (games == 0) {
      return new ComparedStores(0, MEMORY, Optional.empty());
    }
    SortedMap<String, Stores> others = new TreeMap<>();
    try (TemporaryFolder files = TemporaryFolder.make();
        TemporaryFolder place = TemporaryFolder.make()) {
      others.put("SQLite", DatabaseStores.sqlite(files.path()));
      if (!PostgresCluster.isInstalled()) {
        note.accept(PostgresCluster.MISSING);
        return compare(seed, games, others, note);
      }
      try (PostgresCluster cluster = PostgresCluster.start(place.path())) {
        others.put("PostgreSQL", DatabaseStores.postgres(cluster));
        return compare(seed, games, others, note);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted while a database began", e);
    }
  }

  private static ComparedStores compare(
      long seed, long games, SortedMap<String, Stores> others, Consumer<String> note) {
    StoreTrial trial = new StoreTrial(others);
    String kinds = MEMORY + " = " + String.join(" = ", others.keySet());
    for (long i = 0; i < games; i++) {
      Optional<String> difference = trial.difference(seed + i);
      if (difference.isPresent()) {
        return new ComparedStores(i + 1, kinds, difference);
      }
      note.accept("%d of %d games over %s".formatted(i + 1, games, kinds));
    }
    return new ComparedStores(games, kinds, Optional.empty());
  }

  boolean areEqual() {
    return difference.isEmpty();
  }

  void addTo(Map<String, @Nullable Object> json) {
    if (games > 0) {
      json.put("stores_equal", areEqual());
      json.put("stores", kinds);
      json.put("stores_games", games);
    }
  }

  String text() {
    if (games == 0) {
      return "";
    }
    return difference
        .map(what -> "%nstores differ: %s".formatted(what))
        .orElseGet(() -> "%n%s in all rows of %d games".formatted(kinds, games));
  }
}
