package opml.cli.command.market;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestStatus;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// What somebody should look at: what waits for somebody, and what runs out soon.
record Attention(List<Item> items) {
  /// @param kind `request`, `claim`, `game` or `account`
  /// @param id of the one that it is about, in full
  /// @param brief the id as people read it
  record Item(String kind, Object id, String brief, String why) {
    Item(String kind, Bytes32 id, String why) {
      this(kind, id, Amounts.brief(id), why);
    }

    Map<String, @Nullable Object> object() {
      return Json.object("kind", kind, "id", id, "why", why);
    }
  }

  /// Less than this part of an allowance left is soon.
  private static final int SOON = 4;

  static Attention of(Overview overview, StatusWords words, long allowance, Means means) {
    List<Item> items = new ArrayList<>();
    means
        .poor()
        .forEach(
            (account, balance) ->
                items.add(
                    new Item(
                        "account",
                        account,
                        Amounts.brief(account),
                        "has %s, which may not pay for the moves of its games"
                            .formatted(Amounts.rounded(balance)))));
    for (SeenRequest seen : overview.requests()) {
      if (seen.state().status() == RequestStatus.OPEN) {
        request(items, seen, overview);
      }
    }
    for (SeenClaim seen : overview.claims()) {
      if (words.isSettleable(seen)) {
        items.add(new Item("claim", seen.id().hash(), "won: anybody can settle it"));
      }
    }
    for (SeenGame seen : overview.games()) {
      game(items, seen, overview.now(), words, allowance);
    }
    return new Attention(items);
  }

  private static void request(List<Item> items, SeenRequest seen, Overview overview) {
    Bytes32 id = seen.id().hash();
    long left = seen.state().deadline() - overview.now();
    long states =
        overview.claims().stream()
            .filter(claim -> claim.state().claim().request().equals(seen.id()))
            .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
            .map(claim -> claim.state().claim().finalState())
            .distinct()
            .count();
    if (seen.state().liveClaims() == 0) {
      items.add(
          new Item(
              "request",
              id,
              left < 0
                  ? "nobody answered: 'opml withdraw' gives the fee back"
                  : "nobody has claimed a result yet, " + Moments.span(left) + " left"));
    }
    if (states > 1) {
      items.add(new Item("request", id, states + " live claims contradict each other"));
    }
  }

  private static void game(
      List<Item> items, SeenGame seen, long now, StatusWords words, long allowance) {
    Bytes32 id = seen.id().hash();
    if (seen.settled().isVoid()) {
      items.add(new Item("game", id, "void: the challenger can take the bond back"));
    } else if (words.isLate(seen)) {
      items.add(
          new Item(
              "game",
              id,
              "the " + StatusWords.onTurn(seen) + "'s clock has run out: a timeout is due"));
    } else if (seen.settled().isPlayed()) {
      long left = seen.clock().lastMoment(seen.positions().getLast().onTurn()) - now;
      if (left < allowance / SOON) {
        items.add(
            new Item(
                "game",
                id,
                "the " + StatusWords.onTurn(seen) + " must move within " + Moments.span(left)));
      }
    }
  }

  @Override
  public String toString() {
    if (items.isEmpty()) {
      return "nothing needs attention\n";
    }
    StringBuilder text = new StringBuilder("needs attention\n");
    for (Item item : items) {
      text.append("  %-7s  %s  %s%n".formatted(item.kind(), item.brief(), item.why()));
    }
    return text.toString();
  }
}
