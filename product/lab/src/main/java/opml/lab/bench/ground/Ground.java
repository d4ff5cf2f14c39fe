package opml.lab.bench.ground;

import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.engine.commit.Model;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.TransactionListener;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxReader;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.hub.Deployment;
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Terms;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.scenario.Stage;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import opml.proof.GraphWorkshop;

/// Where a siege takes place: a private chain with a fresh hub and a model, accounts by number, and good and bad nodes
/// before the chain. Blocks come with each transaction until [#blocksEvery] is called.
public final class Ground implements AutoCloseable {
  /// What a requester pays for an answer.
  public static final Wei FEE = Wei.gwei(10_000_000);

  private static final long DEADLINE_SECONDS = 1_000_000;
  private static final Duration CONFIRMATION_MOST = Duration.ofSeconds(60);

  private final DevChain dev;
  private final Deployment deployment;
  private final Model model;
  private final GraphWorkshop honest;
  private final HubReader reader;
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile Wei baseFee = Wei.ZERO;

  private Ground(DevChain dev, Deployment deployment, Model model) {
    this.dev = dev;
    this.deployment = deployment;
    this.model = model;
    this.honest = new GraphWorkshop(List.of(model));
    this.reader = new HubReader(deployment, dev.chain());
  }

  /// Starts a chain, deploys a hub with these times and registers the int8 model of digits.
  public static Ground with(long window, long allowance) {
    DevChain dev = DevChain.start();
    try {
      Model model = digits();
      Parameters parameters = Parameters.DEFAULT.withTimes(window, allowance);
      Deployment deployment =
          Stage.deploy(new Sender(dev.chain(), dev.account(0)), parameters, model);
      return new Ground(dev, deployment, model);
    } catch (RuntimeException e) {
      dev.close();
      throw e;
    }
  }

  private static Model digits() {
    DemoModel demo = DemoModel.INT8;
    return Model.of(
        OnnxImporter.of(demo.fileName(), OnnxReader.parse(demo.fileName(), demo.onnx())),
        PinnedPrograms::of);
  }

  public DevChain dev() {
    return dev;
  }

  public Deployment deployment() {
    return deployment;
  }

  public Parameters parameters() {
    return deployment.parameters();
  }

  public Model model() {
    return model;
  }

  public GraphWorkshop honest() {
    return honest;
  }

  /// {@return a digit as the model takes it}
  public static byte[] digit(int index) {
    return SampleDigit.ALL.get(index % SampleDigit.ALL.size()).digit().pixels();
  }

  /// {@return the digit as the hub takes it}
  public static byte[] shortDigit(int index) {
    return ShortBuffer.trim(digit(index));
  }

  public Wallet wallet(int account) {
    return dev.account(account);
  }

  public Address address(int account) {
    return wallet(account).address();
  }

  /// {@return an account's calls, over the good node}
  public Hub hub(int account) {
    return new Hub(deployment, sender(dev.chain(), wallet(account)));
  }

  public static Sender sender(Chain chain, Wallet wallet) {
    return new Sender(
        chain, wallet, SendPolicy.DEFAULT.withTimeout(CONFIRMATION_MOST), TransactionListener.NONE);
  }

  public Mallory mallory(int account) {
    return new Mallory(deployment, dev.chain(), wallet(account));
  }

  /// {@return a node that is spoilt so, until the siege is over}
  public ChaosProxy proxy(ChaosProxy.Options options) {
    ChaosProxy proxy = ChaosProxy.before(dev.url(), options);
    open.add(proxy);
    return proxy;
  }

  /// {@return a running agent, until the siege is over}
  public RunningAgent start(RunningAgent agent) {
    open.add(agent);
    agent.start();
    return agent;
  }

  public RunningAgent agent(URI node, int account, Duration poll, RunningAgent.Birth birth) {
    return new RunningAgent(deployment, dev.chain().id(), node, wallet(account), poll, birth);
  }

  /// {@return a connection to a node, until the siege is over}
  public RpcChain connect(URI node) {
    RpcChain chain = RpcChain.connect(new Rpc(node), dev.chain().id());
    open.add(chain);
    return chain;
  }

  public Terms terms() {
    return Terms.until(now() + DEADLINE_SECONDS);
  }

  public RequestId ask(int account, byte[] input, Wei fee) {
    return ask(account, terms(), input, fee);
  }

  public RequestId ask(int account, Terms terms, byte[] input, Wei fee) {
    return hub(account).request(model.id(), terms, input, fee);
  }

  public long now() {
    return dev.chain().latest().timestamp();
  }

  public Picture picture() {
    return reader.read();
  }

  public BigInteger total(int account) {
    return mallory(account).total();
  }

  /// {@return the claim where there is one}
  public ClaimId onlyClaim() {
    return picture().claims().keySet().iterator().next();
  }

  /// {@return what a challenge of a claim with so many open games deposits}
  public Wei challengeBond(long openGames) {
    return new Wei(parameters().challengeBondBeside(openGames));
  }

  /// {@return where a claim stands, by the hub's own word}
  public ClaimStatus status(ClaimId claim) {
    Values stored =
        deployment.hub().read(dev.chain().snapshot(), "getClaim", claim.hash()).tuple(0);
    int status = Math.toIntExact(stored.number("status"));
    return List.of(ClaimStatus.values()).get(status);
  }

  // ------------------------------------------------------------------ blocks and time

  /// Blocks come by the clock from now on.
  public void blocksEvery(int seconds) {
    dev.autoMine(false);
    dev.command("evm_setIntervalMining", seconds);
  }

  /// No block comes until [#blocksEvery] or [#mine].
  public void stopBlocks() {
    dev.autoMine(false);
    dev.command("evm_setIntervalMining", 0);
  }

  public void mine() {
    dev.mine(1);
  }

  /// Lets time pass at once, where nothing but waiting is left.
  public void skip(long seconds) {
    dev.increaseTime(Duration.ofSeconds(seconds));
  }

  /// Puts the base fee somewhere and keeps it there, until it is put elsewhere or the siege is over: a busy chain,
  /// whose price does not fall although its blocks are nearly empty.
  public void baseFee(Wei fee) {
    boolean isKept = !baseFee.isZero();
    baseFee = fee;
    dev.command("anvil_setNextBlockBaseFeePerGas", "0x" + fee.value().toString(16));
    if (!isKept) {
      Thread keeper = Thread.ofVirtual().start(this::keepBaseFee);
      open.add(
          () -> {
            keeper.interrupt();
            keeper.join();
          });
    }
  }

  private void keepBaseFee() {
    try {
      while (true) {
        Thread.sleep(100);
        dev.command("anvil_setNextBlockBaseFeePerGas", "0x" + baseFee.value().toString(16));
      }
    } catch (InterruptedException | ChainException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// {@return the ids of requests that these receipts made}
  public List<RequestId> requested(List<Receipt> receipts) {
    return receipts.stream()
        .flatMap(receipt -> deployment.hub().events(receipt.logs()).stream())
        .filter(event -> event.name().equals("Requested"))
        .map(event -> new RequestId(event.values().bytes32("requestId")))
        .toList();
  }

  @Override
  public void close() {
    for (AutoCloseable one : open.reversed()) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException("what was started does not end", e);
      }
    }
    dev.close();
  }
}
