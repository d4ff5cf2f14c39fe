package opml.game.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.game.move.Interval;
import opml.game.move.Position;
import opml.game.trace.Trace;

/// Finds under which steps a game opened its levels.
///
/// A position of level 1 names the start that the contract derived, not the node that it was derived from. The event of
/// a move names the part that it answered, but no hash binds that, and a node could say another. So a player recognises
/// the step by the opening that its own trace has there. Should two parts of one position open alike, they open the
/// same trace, and either will do.
public final class Paths {
  private Paths() {}

  /// {@return the refined step of each level above the last position's; empty if a level opened where the own trace
  /// has no such opening, which is to say that the game is about something else}
  ///
  /// @param positions all of a game, in the order of their moves
  /// @param trace the own level-0 trace
  public static Optional<List<Long>> path(List<Position> positions, Trace trace) {
    List<Long> path = new ArrayList<>();
    Trace level = trace;
    for (int i = 1; i < positions.size(); i++) {
      Position next = positions.get(i);
      if (next.level() != positions.get(i - 1).level()) {
        Optional<Opened> opened = opened(positions.get(i - 1), next, level);
        if (opened.isEmpty()) {
          return Optional.empty();
        }
        path.add(opened.get().step());
        level = opened.get().trace();
      }
    }
    return Optional.of(List.copyOf(path));
  }

  private record Opened(long step, Trace trace) {}

  private static Optional<Opened> opened(Position above, Position below, Trace trace) {
    if (above.interval().end() > trace.length()) {
      return Optional.empty();
    }
    for (int j = 0; j < above.parts(); j++) {
      Interval part = above.part(j);
      // Refining is dear, so only where the step begins as in the own run.
      if (part.isSingleStep() && trace.at(part.first()).equals(above.before(j))) {
        Optional<Trace> refined = trace.refine(part.first());
        if (refined.isPresent() && opensAt(below, refined.get())) {
          return Optional.of(new Opened(part.first(), refined.get()));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean opensAt(Position position, Trace trace) {
    return position.first() == 0
        && position.length() == trace.length()
        && position.context().equals(trace.context())
        && position.start().equals(trace.at(0));
  }
}
