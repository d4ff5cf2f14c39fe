package opml.sim.chain;

import java.math.BigInteger;
import opml.game.move.GameFormat;
import opml.game.referee.Levels;
import opml.game.referee.Rules;

/// Where a simulated contract or chain may be broken on purpose, so that it can be seen whether anybody notices.
public interface Bugs {
  Bugs NONE = new Bugs() {};

  /// {@return the rules of games}
  default Rules rules(Levels levels) {
    return new Rules(GameFormat.PROTOCOL, levels);
  }

  /// {@return the second that a settlement is judged by}
  default long resolvesAt(long now) {
    return now;
  }

  /// {@return what is paid out of a credit}
  default BigInteger paid(BigInteger credit) {
    return credit;
  }

  /// {@return whether money stays paid out whose block was thrown out}
  default boolean payoutsSurvive() {
    return false;
  }
}
