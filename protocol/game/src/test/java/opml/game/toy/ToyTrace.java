package opml.game.toy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.move.LevelStart;
import opml.game.trace.Trace;

/// The true states of one level of a toy, and below each step those of the next.
public final class ToyTrace implements Trace {
  private final Toy toy;
  private final int level;
  private final LevelStart opening;
  private final List<Bytes32> states = new ArrayList<>();
  private final Map<Long, Optional<Trace>> refined = new HashMap<>();

  ToyTrace(Toy toy, int level, LevelStart opening) {
    this.toy = toy;
    this.level = level;
    this.opening = opening;
    states.add(opening.start());
    for (long step = 0; step < opening.length(); step++) {
      states.add(toy.step(level, opening.context(), step, states.getLast()));
    }
  }

  public int level() {
    return level;
  }

  @Override
  public long length() {
    return opening.length();
  }

  @Override
  public Bytes32 context() {
    return opening.context();
  }

  @Override
  public Bytes32 at(long index) {
    return states.get((int) index);
  }

  @Override
  public Optional<Trace> refine(long step) {
    if (level == toy.levels() - 1) {
      throw new UnsupportedOperationException("level " + level + " is the last");
    }
    return refined.computeIfAbsent(
        step,
        i ->
            toy.refine(level, opening.context(), i, at(i))
                .map(below -> new ToyTrace(toy, level + 1, below)));
  }

  /// {@return the true trace at the end of a path}
  public ToyTrace along(List<Long> path) {
    ToyTrace trace = this;
    for (long step : path) {
      trace = (ToyTrace) trace.refine(step).orElseThrow();
    }
    return trace;
  }
}
