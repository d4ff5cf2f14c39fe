package opml.game.move;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;

/// All that a player must know of a game, read from the chain at some block.
///
/// @param challenger who challenged
/// @param server whose claim was challenged; may be the same account
/// @param claimStatus of the claim: nothing moves unless it is live
/// @param status of the game itself
/// @param position the last one posted
/// @param path which step was refined on each level above the position's, from level 0 on; it is not part of the
///     position, since the contract needs only the start that it derived, but a player finds its own trace by it
public record Game(
    Address challenger,
    Address server,
    ClaimStatus claimStatus,
    GameStatus status,
    Position position,
    List<Long> path,
    Clock clock) {
  public Game {
    path = List.copyOf(path);
    if (path.size() != position.level()) {
      throw new IllegalArgumentException(
          "a path of " + path.size() + " steps leads to level " + position.level());
    }
  }

  public GameId id() {
    return position.game();
  }

  public Side onTurn() {
    return position.onTurn();
  }

  /// {@return the account of a side}
  public Address account(Side side) {
    return switch (side) {
      case CHALLENGER -> challenger;
      case SERVER -> server;
    };
  }

  /// {@return whether moves and timeouts are possible}
  public boolean isPlayed() {
    return status == GameStatus.RUNNING && claimStatus == ClaimStatus.LIVE;
  }

  /// {@return whether the claim died through another game, so that this one's bond waits to be taken back}
  public boolean isVoid() {
    return status == GameStatus.RUNNING && claimStatus == ClaimStatus.DEAD;
  }

  /// {@return this game after a move on the same level}
  public Game dissected(Position next, long now) {
    return moved(next, path, now);
  }

  /// {@return this game after a move that opened the next level under `step`}
  public Game refined(Position next, long step, long now) {
    List<Long> longer = new ArrayList<>(path);
    longer.add(step);
    return moved(next, longer, now);
  }

  private Game moved(Position next, List<Long> nextPath, long now) {
    Clock nextClock = clock.movedBy(onTurn(), now);
    return new Game(challenger, server, claimStatus, status, next, nextPath, nextClock);
  }

  /// {@return this game with another status}
  public Game with(GameStatus next) {
    return new Game(challenger, server, claimStatus, next, position, path, clock);
  }

  /// {@return this game under a claim of another status}
  public Game with(ClaimStatus next) {
    return new Game(challenger, server, next, status, position, path, clock);
  }
}
