package opml.hub;

import java.math.BigInteger;
import java.util.Optional;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.Snapshot;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// What the hub's own views say of an object, beside what its events tell: one call an object.
record HubViews(Deployment deployment, Chain chain) {
  /// {@return what the hub's view has otherwise than the picture; nothing if all is as the events say}
  Optional<String> difference(Subject subject, Picture picture) {
    Snapshot state = chain.snapshot(picture.block());
    return switch (subject.kind()) {
      case REQUEST ->
          Optional.ofNullable(picture.requests().get(new RequestId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getRequest", subject)));
      case CLAIM ->
          Optional.ofNullable(picture.claims().get(new ClaimId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getClaim", subject)));
      case GAME ->
          Optional.ofNullable(picture.games().get(new GameId(subject.id())))
              .flatMap(seen -> difference(seen, view(state, "getGame", subject)));
      case REQUESTER, BLOCK -> Optional.empty();
    };
  }

  private Values view(Snapshot state, String view, Subject subject) {
    return deployment.hub().read(state, view, subject.id()).tuple(0);
  }

  private static Optional<String> difference(SeenRequest seen, Values view) {
    RequestState state = seen.state();
    return new Differences()
        .compare("status", state.status(), named(RequestStatus.values(), view))
        .compare("claims", state.claims(), view.number("claims"))
        .compare("live claims", state.liveClaims(), view.number("liveClaims"))
        .compare("deadline", state.deadline(), view.uint("deadline").longValue())
        .compare("extensions", state.extensions(), view.number("extensions"))
        .found();
  }

  private static Optional<String> difference(SeenClaim seen, Values view) {
    ClaimState state = seen.state();
    return new Differences()
        .compare("status", state.status(), named(ClaimStatus.values(), view))
        .compare("bond", state.bond(), view.uint("bond"))
        .compare("time", state.claimedAt(), view.number("claimedAt"))
        .compare("games", state.games(), view.number("games"))
        .compare("open games", state.openGames(), view.number("openGames"))
        .found();
  }

  private Optional<String> difference(SeenGame seen, Values view) {
    Position position = seen.positions().getLast();
    BigInteger bond = deployment.parameters().challengeBondBeside(view.number("ahead"));
    return new Differences()
        .compare("status", seen.status(), named(GameStatus.values(), view))
        .compare("bond", seen.bond(), bond)
        .compare("move", position.move(), view.number("move"))
        .compare("position", position.hash(), view.bytes32("position"))
        .compare("time of the move", seen.clock().movedAt(), view.number("movedAt"))
        .compare("server's time", seen.clock().left(Side.SERVER), view.number("serverLeft"))
        .compare(
            "challenger's time", seen.clock().left(Side.CHALLENGER), view.number("challengerLeft"))
        .found();
  }

  /// {@return the constant of a view's status; the contract's enums are in the same order}
  private static Object named(Enum<?>[] constants, Values view) {
    long code = view.number("status");
    return code < constants.length ? constants[(int) code] : "number " + code;
  }

  /// The first thing that differs.
  private static final class Differences {
    private Optional<String> found = Optional.empty();

    Differences compare(String what, Object seen, Object view) {
      if (found.isEmpty() && !seen.equals(view)) {
        found = Optional.of("%s %s and %s".formatted(what, seen, view));
      }
      return this;
    }

    Differences compare(String what, long seen, long view) {
      return compare(what, (Object) seen, (Object) view);
    }

    Optional<String> found() {
      return found;
    }
  }
}
