package opml.cli.option;

import opml.core.account.Address;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.send.Signer;

/// An account that is nobody's and signs nothing, for those who only look.
public record Nobody() implements Signer {
  @Override
  public Address address() {
    return Address.ZERO;
  }

  @Override
  public Data sign(UnsignedTransaction transaction) {
    throw new IllegalStateException("nobody signs nothing: " + transaction.call().name());
  }
}
