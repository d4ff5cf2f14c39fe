package opml.lab.play;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.engine.commit.Model;
import opml.ethereum.chain.Chain;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.TransactionListener;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.game.work.Workshop;
import opml.hub.Deployment;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Terms;
import opml.lab.scenario.Stage;
import opml.proof.GraphWorkshop;

/// A fresh hub with one model on a development chain, and accounts by number: 0 deployed, 1 asks, the others are for
/// the test.
public record Scene(DevChain dev, Deployment deployment, Model model, GraphWorkshop honest) {
  public static final Parameters PARAMETERS = Parameters.DEFAULT.withTimes(1000, 400);
  public static final Wei FEE = Wei.gwei(10_000_000);

  public static Scene set(DevChain dev, Model model) {
    return set(dev, model, new GraphWorkshop(List.of(model)));
  }

  /// @param honest whose works the honest parties take, where the test says nothing else
  public static Scene set(DevChain dev, Model model, GraphWorkshop honest) {
    Sender deployer = new Sender(dev.chain(), dev.account(0));
    Deployment deployment = Stage.deploy(deployer, PARAMETERS, model);
    return new Scene(dev, deployment, model, honest);
  }

  public Hub hub(int account) {
    return hub(account, dev.chain());
  }

  public Hub hub(int account, Chain chain) {
    return new Hub(
        deployment,
        new Sender(
            chain,
            dev.account(account),
            SendPolicy.DEFAULT.withTimeout(Duration.ofSeconds(5)),
            TransactionListener.NONE));
  }

  public Server server(int account, Journal journal) {
    return server(account, honest, journal);
  }

  public Server server(int account, Workshop workshop, Journal journal) {
    return new Server(
        hub(account), workshop, journal, new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0));
  }

  public Verifier verifier(int account, Journal journal) {
    return verifier(account, honest, journal);
  }

  public Verifier verifier(int account, Workshop workshop, Journal journal) {
    return new Verifier(hub(account), workshop, journal);
  }

  public Address address(int account) {
    return dev.account(account).address();
  }

  public RequestId ask(byte[] input) {
    return ask(terms(), input);
  }

  public RequestId ask(Terms terms, byte[] input) {
    return hub(1).request(model.id(), terms, input, FEE);
  }

  public Terms terms() {
    return Terms.until(now() + 100_000);
  }

  public long now() {
    return dev.chain().latest().timestamp();
  }

  public Picture picture() {
    return new HubReader(deployment, dev.chain()).read();
  }

  public List<SeenClaim> claims() {
    return List.copyOf(picture().claims().values());
  }

  public List<SeenGame> games() {
    return List.copyOf(picture().games().values());
  }

  public void passWindow() {
    dev.increaseTime(Duration.ofSeconds(PARAMETERS.window() + 1));
  }

  public void passAllowance() {
    dev.increaseTime(Duration.ofSeconds(PARAMETERS.allowance() + 1));
  }

  /// {@return what the hub owes this account}
  public BigInteger credit(int account) {
    return deployment.credit(dev.chain().snapshot(), address(account)).value();
  }

  public Wei balance(int account) {
    return dev.chain().snapshot().balance(address(account));
  }
}
