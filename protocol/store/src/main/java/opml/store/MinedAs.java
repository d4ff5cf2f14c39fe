package opml.store;

import opml.core.hash.Bytes32;
import opml.ethereum.chain.TxHash;

/// Where an intent got into the chain.
///
/// @param hasSucceeded whether the contract took it; otherwise it cost gas only
public record MinedAs(TxHash transaction, long block, Bytes32 blockHash, boolean hasSucceeded) {
  public MinedAs {
    if (block < 0) {
      throw new IllegalArgumentException("no block has the number " + block);
    }
  }
}
