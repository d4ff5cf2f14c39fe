package opml.lab.scenario;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Chain;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.hub.Deployment;
import opml.hub.Hub;

/// Somebody with an account, whose gas is metered and whose money is followed from the beginning of the scenario.
///
/// @param name as the story calls them
/// @param before what the account held when the scenario began
public record Party(String name, Wallet wallet, Hub hub, GasMeter meter, Wei before) {
  static Party join(String name, Wallet wallet, Deployment deployment, Chain chain) {
    GasMeter meter = new GasMeter();
    Sender sender = new Sender(chain, wallet, SendPolicy.DEFAULT, meter);
    return new Party(name, wallet, new Hub(deployment, sender), meter, sender.balance());
  }

  public Address address() {
    return wallet.address();
  }

  /// {@return how much richer the account is than when the scenario began, gas left out; negative if it is poorer}
  public BigInteger gain() {
    Wei now = hub.sender().balance();
    return now.value().subtract(before.value()).add(meter.total().fees().value());
  }
}
