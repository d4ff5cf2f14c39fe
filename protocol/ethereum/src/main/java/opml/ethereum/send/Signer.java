package opml.ethereum.send;

import opml.core.account.Address;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;

/// Somebody who owns an account and can sign for it.
public interface Signer {
  Address address();

  /// {@return the signed transaction as it travels to the node}
  ///
  /// @throws opml.ethereum.chain.ChainException.Unsigned if it cannot be signed now
  Data sign(UnsignedTransaction transaction);
}
