package opml.store.memory;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import opml.core.hash.Bytes32;
import opml.store.RunResult;
import opml.store.RunResults;

/// The results by their run.
final class MapResults implements RunResults {
  private final MapState state;
  private final TreeMap<Bytes32, RunResult> results = new TreeMap<>();

  MapResults(MapState state) {
    this.state = state;
  }

  @Override
  public RunResult put(RunResult result) {
    return state.alone(
        () -> results.computeIfAbsent(result.run(), _ -> result).standsAgainst(result));
  }

  @Override
  public Optional<RunResult> find(Bytes32 run) {
    return state.alone(() -> Optional.ofNullable(results.get(run)));
  }

  @Override
  public List<RunResult> newest(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("not a number of results: " + limit);
    }
    return state.alone(
        () ->
            results.values().stream()
                .sorted(Comparator.comparingLong(RunResult::at).reversed())
                .limit(limit)
                .toList());
  }

  @Override
  public long forget(long before) {
    return state.alone(
        () -> {
          long old = results.values().stream().filter(result -> result.at() < before).count();
          results.values().removeIf(result -> result.at() < before);
          return old;
        });
  }
}
