package opml.hub;

import java.util.Comparator;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Position;

/// What a transaction answers: whoever decides the same again means the same.
///
/// @param subject the id of a request, claim or game, or the hash of a game's position
public record IntentKey(IntentKind kind, Bytes32 subject) {
  public static final Comparator<IntentKey> ORDER =
      Comparator.comparing(IntentKey::kind).thenComparing(IntentKey::subject);

  public static IntentKey claim(RequestId request) {
    return new IntentKey(IntentKind.CLAIM, request.hash());
  }

  public static IntentKey challenge(ClaimId claim) {
    return new IntentKey(IntentKind.CHALLENGE, claim.hash());
  }

  public static IntentKey move(Position answered) {
    return new IntentKey(IntentKind.MOVE, answered.hash());
  }

  public static IntentKey timeOut(GameId game) {
    return new IntentKey(IntentKind.TIME_OUT, game.hash());
  }

  public static IntentKey reclaim(GameId game) {
    return new IntentKey(IntentKind.RECLAIM, game.hash());
  }

  public static IntentKey resolve(ClaimId claim) {
    return new IntentKey(IntentKind.RESOLVE, claim.hash());
  }

  public static IntentKey expire(RequestId request) {
    return new IntentKey(IntentKind.EXPIRE, request.hash());
  }

  public static IntentKey deliverFinal(RequestId request) {
    return new IntentKey(IntentKind.DELIVER, request.hash());
  }

  public static IntentKey deliverProvisional(ClaimId claim) {
    return new IntentKey(IntentKind.DELIVER, claim.hash());
  }

  public static IntentKey withdraw(Address account) {
    return new IntentKey(IntentKind.WITHDRAW, account.word());
  }
}
