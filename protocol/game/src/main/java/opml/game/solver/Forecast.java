package opml.game.solver;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.move.Game;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.trace.Trace;

/// Who wins a running game by what an own run says, if both sides play by that run from here on, and how much of the
/// last list is as in that run.
///
/// It follows from the invariant of [Solver]: if the game is at a true start, whoever is on turn wins just if the last
/// list has anything false. A game whose start is not in the own run has left it, since both sides have accepted
/// something false: then nobody knows.
///
/// @param winner nothing if that is not known
/// @param agreeing states of the last list that are those of the own run
/// @param posted states of the last list
public record Forecast(Optional<Side> winner, int agreeing, int posted) {

  /// {@return the forecast of a game, clocks aside}
  ///
  /// @param trace the own level-0 trace of the claim's request
  public static Forecast of(Game game, Trace trace) {
    Position position = game.position();
    Optional<List<Bytes32>> truth =
        Solver.level(game, trace)
            .map(level -> Solver.truth(position, level))
            .filter(states -> states.getFirst().equals(position.start()));
    if (truth.isEmpty()) {
      return unknown(position);
    }
    int agreeing = 0;
    for (int j = 0; j < position.parts(); j++) {
      agreeing += truth.get().get(j + 1).equals(position.after(j)) ? 1 : 0;
    }
    Side refuter = position.onTurn();
    boolean isTrue = agreeing == position.parts();
    return new Forecast(
        Optional.of(isTrue ? refuter.other() : refuter), agreeing, position.parts());
  }

  /// {@return that nothing is known of a game with this last position}
  public static Forecast unknown(Position position) {
    return new Forecast(Optional.empty(), 0, position.parts());
  }
}
