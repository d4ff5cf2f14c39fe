package opml.sim.chain;

import opml.core.account.Address;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.send.Signer;

/// The owner of an account on a simulated chain.
public record SimulatedSigner(SimulatedChain chain, Address address) implements Signer {
  @Override
  public Data sign(UnsignedTransaction transaction) {
    return chain.sign(address, transaction);
  }
}
