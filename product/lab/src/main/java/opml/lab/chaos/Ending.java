package opml.lab.chaos;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import opml.core.account.Address;
import opml.game.claim.ClaimStatus;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;

/// How a node comes to its end: nothing is open any more that it may win or lose. Where nobody has anything to do but
/// to wait, time is skipped.
///
/// @param account of the node
/// @param liar whose claims it has to challenge before they are safe
record Ending(Ground ground, Address account, Address liar) {
  private static final int QUIET_LOOKS = 5;

  /// So long nothing may happen at all.
  private static final long STILL_SECONDS_MOST = 1_200;

  /// Waits for it.
  ///
  /// @throws IllegalStateException with what the node said if nothing happens for long
  void await(OperatedNode node, Consumer<String> progress) {
    long moved = System.nanoTime();
    String before = "";
    int quiet = 0;
    while (true) {
      Picture picture = ground.picture();
      List<SeenClaim> live =
          picture.claims().values().stream()
              .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
              .toList();
      boolean allClaimed =
          picture.requests().values().stream().allMatch(r -> !r.claims().isEmpty());
      if (live.isEmpty() && allClaimed) {
        return;
      }
      String now = course(picture);
      if (!now.equals(before)) {
        moved = System.nanoTime();
        quiet = 0;
      } else {
        quiet++;
      }
      if (System.nanoTime() - moved > TimeUnit.SECONDS.toNanos(STILL_SECONDS_MOST)) {
        throw new IllegalStateException(
            "%d claims are still live: %s".formatted(live.size(), node.said()));
      }
      before = now;
      if (quiet >= QUIET_LOOKS && allClaimed && !isAwaited(picture)) {
        long skipped = ground.parameters().window() / 2;
        ground.skip(skipped);
        progress.accept("%d claims are live; %d s are skipped".formatted(live.size(), skipped));
        quiet = 0;
      }
      Pause.millis(1_000);
    }
  }

  /// {@return whether the node has something to do before time is skipped: a move, or the challenge of a lie}
  private boolean isAwaited(Picture picture) {
    boolean isOnTurn =
        picture.games().values().stream()
            .filter(game -> game.settled().isPlayed())
            .anyMatch(
                game ->
                    game.side(account)
                        .filter(side -> side == game.positions().getLast().onTurn())
                        .isPresent());
    return isOnTurn
        || picture.claims().values().stream()
            .filter(claim -> claim.state().claim().server().equals(liar))
            .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
            .anyMatch(claim -> claim.games().isEmpty());
  }

  /// {@return another text whenever something happens}
  private static String course(Picture picture) {
    StringBuilder course = new StringBuilder();
    picture.claims().values().forEach(claim -> course.append(claim.state().status()));
    picture
        .games()
        .values()
        .forEach(game -> course.append(game.status()).append(game.positions().size()));
    return course.toString();
  }
}
