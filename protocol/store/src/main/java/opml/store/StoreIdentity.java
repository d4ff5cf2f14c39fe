package opml.store;

import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// Whose store it is: one of another hub or chain is refused.
///
/// @param chainId the chain's number
/// @param hub the contract whose events are kept
/// @param genesis the hash of the chain's block 0, since development chains share a number
/// @param firstBlock the first block that may have an event, that of the hub's deployment; at least 0
public record StoreIdentity(long chainId, Address hub, Bytes32 genesis, long firstBlock) {
  public StoreIdentity {
    if (firstBlock < 0) {
      throw new IllegalArgumentException("no block has the number " + firstBlock);
    }
  }

  @Override
  public String toString() {
    return "hub %s on chain %d (genesis %s, from block %d)"
        .formatted(hub, chainId, genesis, firstBlock);
  }
}
