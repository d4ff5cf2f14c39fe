package opml.sim;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import opml.store.StoreRows;

/// The same games over several kinds of stores: the histories must be the same, and in the end all rows of everybody.
///
/// @param others by name, which are compared with memory
public record StoreTrial(SortedMap<String, Stores> others) {
  /// What a game came to over one kind.
  private record Course(long history, SortedMap<Integer, List<Object>> rows) {}

  public StoreTrial {
    others = new TreeMap<>(others);
  }

  /// {@return how a game goes otherwise over one of the others than in memory; nothing if it does not}
  ///
  /// @param seed of the game
  public Optional<String> difference(long seed) {
    Script script = Script.of(seed);
    Course normative = course(script, Stores.IN_MEMORY);
    for (Map.Entry<String, Stores> other : others.entrySet()) {
      Optional<String> difference = difference(normative, course(script, other.getValue()));
      if (difference.isPresent()) {
        return Optional.of("seed %d, %s: %s".formatted(seed, other.getKey(), difference.get()));
      }
    }
    return Optional.empty();
  }

  private static Course course(Script script, Stores places) {
    SortedMap<Integer, List<Object>> rows = new TreeMap<>();
    Match.Outcome outcome =
        Match.play(
            script,
            Sabotage.NONE,
            places,
            stores -> stores.forEach((account, store) -> rows.put(account, StoreRows.of(store))));
    return new Course(outcome.history(), rows);
  }

  private static Optional<String> difference(Course normative, Course other) {
    if (normative.history() != other.history()) {
      return Optional.of("another history");
    }
    if (!normative.rows().keySet().equals(other.rows().keySet())) {
      return Optional.of("stores of other accounts");
    }
    for (Map.Entry<Integer, List<Object>> entry : normative.rows().entrySet()) {
      List<Object> expected = entry.getValue();
      List<Object> found = other.rows().getOrDefault(entry.getKey(), List.of());
      for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
        Object here = i < expected.size() ? expected.get(i) : "nothing";
        Object there = i < found.size() ? found.get(i) : "nothing";
        if (!here.equals(there)) {
          return Optional.of(
              "account %d, row %d: %s in memory, %s there"
                  .formatted(entry.getKey(), i, here, there));
        }
      }
    }
    return Optional.empty();
  }
}
