package opml.hub;

import java.util.Optional;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// What an event of the hub is, and the ids that it names itself.
///
/// @param claim of the end of a request, the final one; nothing if the request expired
public record EventSubject(
    EventKind kind, Optional<RequestId> request, Optional<ClaimId> claim, Optional<GameId> game) {}
