package opml.hub;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import opml.ethereum.chain.Kept;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.move.GameStatus;
import opml.hub.HubEvent.Challenged;
import opml.hub.HubEvent.ClaimEnded;
import opml.hub.HubEvent.Claimed;
import opml.hub.HubEvent.Delivered;
import opml.hub.HubEvent.GameEnded;
import opml.hub.Picture.SeenClaim;
import org.jspecify.annotations.Nullable;

/// Follows the events about one claim.
final class ClaimHistory {
  private final Told.Doubts doubts = new Told.Doubts();
  private @Nullable Claimed made;
  private long block;
  private ClaimStatus status = ClaimStatus.LIVE;
  private long openGames;
  private long rewarded;
  private boolean refuted;
  private final Set<GameId> games = new LinkedHashSet<>();
  private final Set<GameId> ended = new HashSet<>();
  private boolean delivered;

  private ClaimHistory() {}

  /// {@return what these events, oldest first, tell}
  static Told<SeenClaim> told(Collection<Kept<HubEvent>> events) {
    ClaimHistory history = new ClaimHistory();
    events.forEach(history::follow);
    return history.told();
  }

  private void follow(Kept<HubEvent> event) {
    switch (event.value()) {
      case Claimed claimed -> {
        made = claimed;
        block = event.block();
      }
      case Challenged challenged -> {
        if (challenged.game().index() != games.size()) {
          doubts.add(
              "has game number %d where %d comes next"
                  .formatted(challenged.game().index(), games.size()));
        }
        if (games.add(challenged.id())) {
          openGames++;
        }
      }
      case GameEnded end -> end(end);
      case ClaimEnded end -> {
        if (status != ClaimStatus.LIVE) {
          doubts.add("ends twice");
        }
        status = end.status();
        if (status == ClaimStatus.DEAD) {
          // The game that killed it has ended just before.
          rewarded = openGames + 1;
        }
      }
      case Delivered _ -> delivered = true;
      default -> doubts.add("has an event that is not about it");
    }
  }

  private void end(GameEnded end) {
    if (!games.contains(end.id()) || !ended.add(end.id())) {
      doubts.add("has the end of game %s, which is not open".formatted(end.id()));
      return;
    }
    // A void game was open when the claim died, and the hub leaves it in its count.
    if (end.status() != GameStatus.VOID) {
      openGames--;
      refuted |= end.status() == GameStatus.CHALLENGER_WON;
    }
  }

  private Told<SeenClaim> told() {
    if (made == null) {
      return doubts.nothing("was never made");
    }
    if (refuted != (status == ClaimStatus.DEAD)) {
      doubts.add(refuted ? "lost a game and is not dead" : "is dead and lost no game");
    }
    return doubts.with(
        new SeenClaim(
            new ClaimState(
                made.claim(),
                status,
                made.bond(),
                made.claimedAt(),
                games.size(),
                openGames,
                rewarded),
            block,
            made.resultStatus(),
            made.slotsRoot(),
            List.copyOf(games),
            delivered,
            made.id()));
  }
}
