package opml.hub;

import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// Whom an event is about.
///
/// @param id of a request, claim or game; a requester's address; the hash of a block that holds something unreadable
record Subject(Kind kind, Bytes32 id) {
  enum Kind {
    REQUEST,
    CLAIM,
    GAME,
    REQUESTER,
    BLOCK
  }

  static Subject of(RequestId request) {
    return new Subject(Kind.REQUEST, request.hash());
  }

  static Subject of(ClaimId claim) {
    return new Subject(Kind.CLAIM, claim.hash());
  }

  static Subject of(GameId game) {
    return new Subject(Kind.GAME, game.hash());
  }

  static Subject requester(Address account) {
    return new Subject(Kind.REQUESTER, account.word());
  }

  static Subject block(Bytes32 hash) {
    return new Subject(Kind.BLOCK, hash);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case REQUEST -> "request " + id;
      case CLAIM -> "claim " + id;
      case GAME -> "game " + id;
      case REQUESTER -> "requester 0x" + id.toString().substring(26);
      case BLOCK -> "block " + id;
    };
  }
}
