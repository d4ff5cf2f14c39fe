package opml.agent;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.game.claim.RequestId;
import opml.game.work.Work;

/// Keeps what an agent knows by its own runs. Results are small and kept while their requests matter; whole runs are
/// large, so that only as many are kept, those used last, as fit a bound: a run that is asked for again is made again,
/// and is the same.
final class RunShelf {
  /// About what a run takes besides its values: its machines' places, the tree of its slots.
  private static final long OVERHEAD = 16_384;

  private final long mostBytes;
  private final Map<RequestId, Known> known = new HashMap<>();
  private final LinkedHashMap<RequestId, Work> works = new LinkedHashMap<>(16, 0.75f, true);

  /// What is known of a run.
  ///
  /// @param result nothing if there is no run to be had
  /// @param gasOfASide that a game about it may cost
  /// @param whyNot what speaks against staking a bond on it
  record Known(Optional<Work.Result> result, long gasOfASide, Optional<String> whyNot) {
    static final Known NOTHING = new Known(Optional.empty(), 0, Optional.empty());
  }

  /// @param mostBytes that whole runs may keep together; the one used last is kept in any case
  RunShelf(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  Optional<Known> known(RequestId request) {
    return Optional.ofNullable(known.get(request));
  }

  Optional<Work> work(RequestId request) {
    return Optional.ofNullable(works.get(request));
  }

  void put(RequestId request, Known what) {
    known.put(request, what);
  }

  void put(RequestId request, Work work) {
    works.put(request, work);
    long bytes = works.values().stream().mapToLong(RunShelf::bytes).sum();
    while (bytes > mostBytes && works.size() > 1) {
      Work eldest = works.pollFirstEntry().getValue();
      eldest.rest();
      bytes -= bytes(eldest);
    }
  }

  private static long bytes(Work work) {
    return OVERHEAD + work.keptBytes();
  }

  /// Gives back what only disputes need, of all runs but these.
  void restAllBut(Set<RequestId> played) {
    works.forEach(
        (request, work) -> {
          if (!played.contains(request)) {
            work.rest();
          }
        });
  }

  /// Forgets all runs but those of these requests.
  void keepOnly(Set<RequestId> requests) {
    known.keySet().retainAll(requests);
    works
        .entrySet()
        .removeIf(
            entry -> {
              boolean ended = !requests.contains(entry.getKey());
              if (ended) {
                entry.getValue().rest();
              }
              return ended;
            });
  }
}
