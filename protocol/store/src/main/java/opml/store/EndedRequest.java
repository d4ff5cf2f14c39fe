package opml.store;

import java.util.Optional;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;

/// What is left of a request that is over.
///
/// @param finalClaim nothing if it expired
/// @param firstBlock of its events; `lastBlock` is that of the last
/// @param events how many there were
/// @param claims how many were made
/// @param games how many were played about them
public record EndedRequest(
    RequestId request,
    Optional<ClaimId> finalClaim,
    long firstBlock,
    long lastBlock,
    long events,
    long claims,
    long games) {
  /// {@return this row and events that came later}
  public EndedRequest and(EndedRequest later) {
    return new EndedRequest(
        request,
        finalClaim.or(later::finalClaim),
        Math.min(firstBlock, later.firstBlock),
        Math.max(lastBlock, later.lastBlock),
        events + later.events,
        claims + later.claims,
        games + later.games);
  }
}
