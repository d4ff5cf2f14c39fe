package opml.lab.scenario;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.engine.commit.Model;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.game.move.Parameters;
import opml.hub.Deployment;
import opml.hub.HubReader;
import opml.hub.ModelRegistration;
import opml.hub.Picture;

/// A fresh hub on a private chain, and the parties of one scenario. Everybody begins with an account of their own and
/// pays their own gas.
public final class Stage {
  /// A day to challenge and half a day to think, as a deployment would have it; the chain's clock is ours to set.
  public static final Parameters PARAMETERS = Parameters.DEFAULT;

  private final DevChain chain;
  private final Deployment deployment;
  private final BigInteger burntBefore;
  private final Map<String, Party> parties = new LinkedHashMap<>();
  private int nextAccount = 1;

  private Stage(DevChain chain, Deployment deployment) {
    this.chain = chain;
    this.deployment = deployment;
    this.burntBefore = burntEver(chain);
  }

  /// Deploys the contracts and registers a model.
  public static Stage set(DevChain chain, Model model) {
    Sender deployer =
        new Sender(chain.chain(), chain.account(0), SendPolicy.DEFAULT, new GasMeter());
    return new Stage(chain, deploy(deployer, PARAMETERS, model));
  }

  /// Deploys the contracts, which know no model yet.
  public static Stage bare(DevChain chain) {
    Sender deployer =
        new Sender(chain.chain(), chain.account(0), SendPolicy.DEFAULT, new GasMeter());
    return new Stage(chain, Deployment.deploy(deployer, PARAMETERS));
  }

  /// Deploys the contracts with these parameters and registers a model.
  public static Deployment deploy(Sender deployer, Parameters parameters, Model model) {
    Deployment deployment = Deployment.deploy(deployer, parameters);
    byte[] uri = "opml:models/mnist-cnn".getBytes(StandardCharsets.UTF_8);
    ModelRegistration.register(deployment, deployer, model.descriptor().encode(), uri);
    return deployment;
  }

  public DevChain chain() {
    return chain;
  }

  public Deployment deployment() {
    return deployment;
  }

  /// {@return the party of this name, who joins with an account of their own if they are new}
  public Party party(String name) {
    return parties.computeIfAbsent(
        name, n -> Party.join(n, chain.account(nextAccount++), deployment, chain.chain()));
  }

  public List<Party> parties() {
    return new ArrayList<>(parties.values());
  }

  /// {@return the hub as it is now}
  public Picture picture() {
    return new HubReader(deployment, chain.chain()).read();
  }

  /// {@return the gas of all parties}
  public long gas() {
    return parties.values().stream().mapToLong(party -> party.meter().total().gas()).sum();
  }

  /// Lets so much time pass that a clock that runs now has run out.
  public void passAllowance() {
    chain.increaseTime(Duration.ofSeconds(deployment.parameters().allowance() + 1));
  }

  /// Lets so much time pass that no claim made until now can be challenged.
  public void passWindow() {
    chain.increaseTime(Duration.ofSeconds(deployment.parameters().window() + 1));
  }

  /// {@return what the hub holds}
  public Wei held() {
    return chain.chain().snapshot().balance(deployment.hub().address());
  }

  /// {@return what was burnt since the scenario began}
  public BigInteger burnt() {
    return burntEver(chain).subtract(burntBefore);
  }

  private static BigInteger burntEver(DevChain chain) {
    return chain.chain().snapshot().balance(Address.BURNT).value();
  }

  /// {@return what the hub owes this account}
  public BigInteger owed(Address account) {
    Snapshot now = chain.chain().snapshot();
    return deployment.credit(now, account).value();
  }
}
