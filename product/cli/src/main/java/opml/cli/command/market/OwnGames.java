package opml.cli.command.market;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.cli.console.Table;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import org.jspecify.annotations.Nullable;

/// An account's games, oldest first.
///
/// @param now by which clocks run on: the chain's time, or this computer's if that is later
record OwnGames(Picture picture, Address self, List<SeenGame> games, StatusWords words, long now) {
  /// @param all whether to take those that are over, too
  /// @param clock this computer's time, since no block may have come for long
  static OwnGames of(Picture picture, Address self, boolean all, long window, long clock) {
    long now = Math.max(picture.now(), clock);
    return new OwnGames(
        picture,
        self,
        picture.games().values().stream()
            .filter(game -> game.side(self).isPresent())
            .filter(game -> all || game.settled().isPlayed() || game.settled().isVoid())
            .toList(),
        new StatusWords(window, now),
        now);
  }

  private Side side(SeenGame game) {
    return game.side(self).orElseThrow();
  }

  private Wei stake(SeenGame game) {
    SeenClaim claim = picture.claims().get(game.claim());
    return side(game) == Side.CHALLENGER || claim == null
        ? new Wei(game.bond())
        : new Wei(claim.state().bond());
  }

  /// {@return a game's table; nothing if there is no game}
  String table() {
    if (games.isEmpty()) {
      return "";
    }
    Table table =
        new Table("game", "side", "claim", "move", "disputed", "moved", "clock", "bond", "status");
    for (SeenGame game : games) {
      Position last = game.positions().getLast();
      table.row(
          Amounts.brief(game.id().hash()),
          StatusWords.name(side(game)),
          Amounts.brief(game.claim().hash()),
          last.move(),
          StatusWords.disputed(last),
          Moments.from(now, game.clock().movedAt()),
          game.settled().isPlayed() ? clock(game, last) : "",
          Amounts.rounded(stake(game)),
          words.of(game));
    }
    return table.toString();
  }

  /// {@return what the own clock has left: it runs while this account is on turn}
  private String clock(SeenGame game, Position last) {
    return last.onTurn() == side(game)
        ? Moments.from(now, game.clock().lastMoment(last.onTurn()))
        : "has " + Moments.span(game.clock().left(side(game)));
  }

  List<Map<String, @Nullable Object>> objects() {
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    for (SeenGame game : games) {
      Map<String, @Nullable Object> object = Overview.object(game);
      object.putAll(Json.object("side", side(game), "stake", stake(game), "bond", game.bond()));
      objects.add(object);
    }
    return objects;
  }
}
