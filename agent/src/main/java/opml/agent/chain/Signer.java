package opml.agent.chain;

import opml.game.claim.Address;

/// Somebody who owns an account and can sign for it.
public interface Signer {
  Address address();

  /// {@return the signed transaction as it travels to the node}
  Data sign(UnsignedTransaction transaction);
}
