package opml.hub;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.ethereum.chain.Kept;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.move.Clock;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.hub.HubEvent.Challenged;
import opml.hub.HubEvent.GameEnded;
import opml.hub.HubEvent.Moved;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import org.jspecify.annotations.Nullable;

/// Follows the events about one game.
final class GameHistory {
  /// A game as its own events tell it; the rest is its claim's.
  record Played(
      GameId id,
      ClaimId claim,
      Address challenger,
      BigInteger bond,
      GameStatus status,
      Clock clock,
      List<Position> positions) {
    SeenGame on(SeenClaim seen) {
      return new SeenGame(
          id,
          claim,
          challenger,
          seen.state().claim().server(),
          bond,
          seen.state().status(),
          status,
          clock,
          positions);
    }
  }

  private final long allowance;
  private final boolean isShortened;
  private final Told.Doubts doubts = new Told.Doubts();
  private @Nullable Challenged made;
  private @Nullable Clock clock;
  private GameStatus status = GameStatus.RUNNING;
  private final List<Position> positions = new ArrayList<>();
  private Optional<String> broken = Optional.empty();

  private GameHistory(long allowance, boolean isShortened) {
    this.allowance = allowance;
    this.isShortened = isShortened;
  }

  /// {@return what these events, oldest first, tell}
  ///
  /// @param allowance seconds that a side may think in all
  /// @param isShortened whether its positions were followed once, and have lost their states since
  static Told<Played> told(Collection<Kept<HubEvent>> events, long allowance, boolean isShortened) {
    GameHistory history = new GameHistory(allowance, isShortened);
    events.forEach(history::follow);
    return history.told();
  }

  private void follow(Kept<HubEvent> event) {
    switch (event.value()) {
      case Challenged challenged -> made = challenged;
      case Moved moved -> move(moved);
      case GameEnded end -> {
        if (status != GameStatus.RUNNING) {
          doubts.add("ends twice");
        }
        status = end.status();
      }
      default -> doubts.add("has an event that is not about it");
    }
  }

  private void move(Moved moved) {
    if (!isShortened && !follows(moved)) {
      broken = broken.or(() -> Optional.of(notAnAnswer(moved)));
    }
    positions.add(moved.position());
    try {
      clock =
          clock == null
              ? new Clock(allowance, allowance, moved.movedAt())
              : clock.movedBy(moved.position().poster(), moved.movedAt());
    } catch (IllegalArgumentException e) {
      broken = broken.or(() -> Optional.of("has a move out of time: " + e.getMessage()));
    }
  }

  private static String notAnAnswer(Moved moved) {
    return "has move %d, which does not answer the one before it"
        .formatted(moved.position().move());
  }

  private boolean follows(Moved moved) {
    Position next = moved.position();
    if (next.move() != positions.size() + 1) {
      return false;
    }
    if (positions.isEmpty()) {
      return next.level() == 0 && moved.part() == 0;
    }
    Position last = positions.getLast();
    int part = moved.part();
    if (part >= last.parts()) {
      return false;
    }
    if (next.level() != last.level()) {
      return next.level() == last.level() + 1 && next.first() == 0 && last.part(part).length() == 1;
    }
    return next.context().equals(last.context())
        && last.part(part).equals(next.interval())
        && last.before(part).equals(next.start());
  }

  private Told<Played> told() {
    if (made == null) {
      return doubts.nothing("was never opened");
    }
    if (clock == null) {
      return doubts.nothing("has no position");
    }
    if (isShortened && status == GameStatus.RUNNING) {
      return doubts.nothing("had ended, and that was undone");
    }
    if (broken.isPresent()) {
      return doubts.nothing(broken.get());
    }
    return doubts.with(
        new Played(
            made.id(),
            made.game().claim(),
            made.game().challenger(),
            made.bond(),
            status,
            clock,
            List.copyOf(positions)));
  }
}
