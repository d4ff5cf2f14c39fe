package opml.ethereum.chain;

import opml.core.hash.Bytes32;

/// The hash that names a transaction.
public record TxHash(Bytes32 hash) {
  @Override
  public String toString() {
    return hash.toString();
  }
}
