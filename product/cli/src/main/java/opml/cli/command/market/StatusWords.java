package opml.cli.command.market;

import opml.game.claim.ClaimStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Where things stand, in words. They say more than the contract's status: a live claim whose window is over is not
/// what a live claim in its window is.
///
/// @param window seconds in which a claim can be challenged
/// @param now the chain's time
record StatusWords(long window, long now) {
  String of(SeenRequest seen) {
    return switch (seen.state().status()) {
      case NONE -> "unknown";
      case OPEN ->
          seen.state().liveClaims() > 0
              ? "claimed"
              : now > seen.state().deadline() ? "unanswered" : "waits for a claim";
      case FINAL -> "final";
      case EXPIRED -> "expired, fee given back";
    };
  }

  String of(SeenClaim seen) {
    return switch (seen.state().status()) {
      case NONE -> "unknown";
      case LIVE ->
          seen.state().openGames() > 0
              ? "disputed"
              : isSettleable(seen) ? "can be settled" : "can be challenged";
      case FINAL -> "final";
      case SUPERSEDED -> "right, but second";
      case DEAD -> "refuted";
    };
  }

  String of(SeenGame seen) {
    return switch (seen.status()) {
      case NONE -> "unknown";
      case RUNNING ->
          seen.claimStatus() == ClaimStatus.DEAD
              ? "void, bond waits"
              : isLate(seen) ? "clock run out" : onTurn(seen) + " is on turn";
      case SERVER_WON -> "server won";
      case CHALLENGER_WON -> "challenger won";
      case VOID -> "void, bond given back";
    };
  }

  boolean isSettleable(SeenClaim seen) {
    return seen.state().isResolvable(window, now);
  }

  boolean isLate(SeenGame seen) {
    return seen.settled().isPlayed()
        && seen.clock().isLate(seen.positions().getLast().onTurn(), now);
  }

  static String onTurn(SeenGame seen) {
    return name(seen.positions().getLast().onTurn());
  }

  static String name(Side side) {
    return switch (side) {
      case SERVER -> "server";
      case CHALLENGER -> "challenger";
    };
  }

  /// {@return what is still disputed: `16 nodes from 32`, `one instruction, 68205`}
  static String disputed(Position position) {
    String unit = position.level() == 0 ? "node" : "instruction";
    return position.length() == 1
        ? "one %s, %,d".formatted(unit, position.first())
        : "%,d %ss from %,d".formatted(position.length(), unit, position.first());
  }
}
