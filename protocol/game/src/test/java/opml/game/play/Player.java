package opml.game.play;

import java.util.List;
import opml.core.account.Address;
import opml.game.move.Action;

/// Somebody who acts in a market.
interface Player {
  Address self();

  /// {@return what it wants to do now; asked anew after every action}
  List<Action> actions();
}
