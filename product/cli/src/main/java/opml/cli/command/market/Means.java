package opml.cli.command.market;

import java.util.LinkedHashMap;
import java.util.Map;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.Snapshot;
import opml.game.claim.ClaimStatus;
import opml.game.work.Work;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;

/// What the accounts have that have something at stake, if it may not do for their moves.
///
/// @param poor balances of accounts that have less than the gas of their games at twice today's price
record Means(Map<Address, Wei> poor) {
  /// Strangers make accounts as they like; so many are looked at.
  private static final int ACCOUNTS_MOST = 200;

  private static final long PRICE_RESERVE = 2;

  static Means read(Snapshot state, Picture picture) {
    Map<Address, Integer> games = new LinkedHashMap<>();
    for (SeenClaim claim : picture.claims().values()) {
      if (claim.state().status() == ClaimStatus.LIVE && claim.state().openGames() == 0) {
        games.merge(claim.state().claim().server(), 1, Integer::sum);
      }
    }
    for (SeenGame game : picture.games().values()) {
      if (game.settled().isPlayed()) {
        games.merge(game.server(), 1, Integer::sum);
        games.merge(game.challenger(), 1, Integer::sum);
      }
    }
    Chain chain = state.chain();
    Wei price = state.block().baseFee().plus(games.isEmpty() ? Wei.ZERO : chain.suggestedTip());
    Map<Address, Wei> poor = new LinkedHashMap<>();
    games.entrySet().stream()
        .limit(ACCOUNTS_MOST)
        .forEach(
            entry -> {
              Wei balance = state.balance(entry.getKey());
              Wei needed = price.times(PRICE_RESERVE * Work.GAS_OF_ANY_SIDE * entry.getValue());
              if (balance.compareTo(needed) < 0) {
                poor.put(entry.getKey(), balance);
              }
            });
    return new Means(poor);
  }
}
