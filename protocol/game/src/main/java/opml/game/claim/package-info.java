/// The market's nouns: a request, the claims on it, and the games on those, each named by the hash of what it says.
///
/// An id commits to the chain, the hub and every parent, so it cannot be replayed elsewhere, and a reorg that changes
/// the content changes the id:
///
/// ```
/// Request ──id──► RequestId ──► Claim ──id──► ClaimId ──► GameIdentity ──id──► GameId
/// ```
///
/// The preimages are those of `protocol.md` §1. The statuses are the state machines of §2; each begins at `NONE`,
/// which is what a contract's unset storage reads as.
package opml.game.claim;
