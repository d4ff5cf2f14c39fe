package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import opml.agent.Agent;
import opml.agent.Server;
import opml.cli.console.ExitCode;
import opml.core.account.Wei;
import opml.engine.commit.Model;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.key.Wallet;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.Sender;
import opml.formats.image.Pgm;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxReader;
import opml.hub.DeploymentFile;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roles that settle and watch, and several nodes in one process, against a real chain, as their operator sees them.
class NodeRolesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int WINDOW = 600;

  @TempDir static Path folder;

  private static DevChain dev;
  private static Path model;

  @BeforeAll
  static void deploy() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    dev = DevChain.start();
    model = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    for (String hub : new String[] {"one", "two"}) {
      Path deployer = rich("deployer-" + hub);
      Path deployment = folder.resolve(hub + ".json");
      CliRun.of(
              "deploy",
              "--rpc",
              dev.url(),
              "--key-file",
              deployer,
              "--out",
              deployment,
              "--window",
              WINDOW,
              "--allowance",
              3_600)
          .succeeds();
      CliRun.of("model", "register", model, "--deployment", deployment, "--key-file", deployer)
          .succeeds();
    }
  }

  @AfterAll
  static void end() {
    if (dev != null) {
      dev.close();
    }
  }

  // ------------------------------------------------------------------ settling and watching

  /// Nobody verifies: the node that watches has no key, and the one that settles judges nothing.
  @Test
  void aLieIsForetoldByWhoWatchesAndBecomesFinalByWhoSettles() throws IOException {
    request("two", rich("asker"));
    lie("two", rich("liar"));
    CliRun watch =
        CliRun.start("node", "--config", config("watch", "two", "", role("watch", true)));
    WatchedPage watched = WatchedPage.of(watch);
    watch.until("[watch] wrong claim");
    await(() -> watched.metric("opml_wrong_claims_unchallenged") == 1);
    assertThat(watched.metric("opml_claims_live{agreement=\"wrong\",forecast=\"final\"}"))
        .isEqualTo(1);
    assertThat(watched.metric("opml_least_slack_seconds")).isBetween(1.0, (double) WINDOW);
    assertThat(watched.metric("opml_credits_unclaimed_eth")).isZero();
    assertThat(watched.metric("opml_ready")).isEqualTo(1);
    assertThat(watched.get("/metrics")).doesNotContain("opml_balance_eth");

    rich("caretaker");
    String settle = role("settle", false) + "for = \"all\"\npatience = 0\n";
    rich("looker");
    Path dry = config("dry", "two", key("looker"), settle);
    Files.writeString(dry, "dry-run = true\n" + Files.readString(dry));
    CliRun looks = CliRun.start("node", "--config", dry);
    WatchedPage _ = WatchedPage.of(looks);
    CliRun settler =
        CliRun.start("node", "--config", config("settle", "two", key("caretaker"), settle));
    WatchedPage _ = WatchedPage.of(settler);
    assertThat(settler.out()).doesNotContain("resolved");
    dev.increaseTime(Duration.ofSeconds(WINDOW + 10));
    dev.mine(1);
    looks.until("[settle] would resolve");
    settler.until("[settle] resolved");
    watch.until("[watch] alarm").until("it is wrong, and final");
    await(() -> watched.metric("opml_wrong_claims_final") == 1);
    await(() -> watched.metric("opml_credits_unclaimed_eth") > 0);
    for (CliRun run : new CliRun[] {settler, looks, watch}) {
      run.stop().succeeds();
      assertThat(run.out()).contains("stopped").doesNotContain("this is a bug");
    }
    assertThat(looks.out()).doesNotContain("[settle] resolved");
  }

  // ------------------------------------------------------------------ several nodes

  @Test
  void nodesOfTwoHubsAnswerInOneProcessWhateverBecomesOfAThird() throws IOException {
    rich("first");
    rich("second");
    Path asker = rich("asks both");
    try (LyingNode another = LyingNode.before(dev.url())) {
      another.say(
          (method, _, truth) -> method.equals("eth_chainId") ? TextNode.valueOf("0x1") : truth);
      Path third = config("third", "one", "", role("watch", true));
      Files.writeString(
          third, Files.readString(third).replace(dev.url().toString(), another.url().toString()));
      threeNodes(another, third, asker);
    }
  }

  private static void threeNodes(LyingNode another, Path third, Path asker) throws IOException {
    CliRun node =
        CliRun.start(
            "node",
            "--config",
            config("first", "one", key("first"), role("serve", true)),
            "--config",
            config("second", "two", key("second"), role("serve", true) + role("verify", true)),
            "--config",
            third);
    WatchedPage web = WatchedPage.of(node);
    node.until("[third] failed");
    await(() -> web.metric("opml_ready{config=\"first\"}") == 1);
    await(() -> web.metric("opml_ready{config=\"second\"}") == 1);
    assertThat(web.metric("opml_live{config=\"third\"}")).isZero();
    assertThat(web.status("/health/live")).isEqualTo(503);
    assertThat(web.get("/health/live")).contains("third: the node has failed");
    request("one", asker);
    request("two", asker);
    node.until("[first/serve] claimed").until("[second/serve] claimed");
    await(() -> web.metric("opml_claims_live_own{config=\"first\"}") == 1);
    await(() -> web.metric("opml_claims_live_own{config=\"second\"}") == 1);
    assertThat(web.metric("opml_transactions_total{call=\"claim\",config=\"first\"}")).isEqualTo(1);

    another.say(LyingNode.Lie.NONE);
    await(() -> web.metric("opml_live{config=\"third\"}") == 1);
    node.until("[third/watch] right claim");
    await(() -> web.status("/health/ready") == 200);
    node.stop().succeeds();
    assertThat(node.out()).doesNotContain("this is a bug").contains("[first] stopped");
    assertThat(node.out()).contains("[second] stopped");
  }

  @Test
  void nodesThatWouldTakeEachOthersPlaceAreRefused() throws IOException {
    rich("twice");
    Path one = config("same", "one", key("twice"), role("serve", true));
    Path other = config("other", "two", key("twice"), role("serve", true));
    CliRun account = CliRun.of("node", "--config", one, "--config", other);
    account.isMisusedWith("--config: same and other send from the account 0x", "chain 31337");
    String named = "name = \"same\"\n" + Files.readString(other).replace("other.db", "same.db");
    CliRun both =
        CliRun.of("node", "check", "--config", one, "--config", Files.writeString(other, named));
    both.blamesAny("two nodes are called same", "keep what they have sent in");
    Path wrong = Files.writeString(folder.resolve("wrong.toml"), "[chian]\n");
    CliRun faults = CliRun.of("node", "--config", wrong, "--config", folder.resolve("none.toml"));
    assertThat(faults.code()).isEqualTo(ExitCode.USAGE);
    assertThat(faults.err()).contains(wrong + ":1:1: chian", "none.toml: there is no such file");
  }

  // ------------------------------------------------------------------ what tests need

  private static String key(String name) {
    return "[account]\nkey-file = \"%s.key\"\n".formatted(name);
  }

  private static String role(String kind, boolean hasModels) {
    return "[[role]]\nkind = \"%s\"\npoll = 0.05\n%s"
        .formatted(kind, hasModels ? "models = [\"int8.onnx\"]\n" : "");
  }

  private static Path config(String name, String hub, String account, String roles)
      throws IOException {
    return Files.writeString(
        folder.resolve(name + ".toml"),
        """
        [chain]
        rpc = ["%s"]
        deployment = "%s.json"
        [store]
        path = "%s.db"
        %s%s"""
            .formatted(dev.url(), hub, name, account, roles));
  }

  private static void request(String hub, Path key) throws IOException {
    CliRun.of(
            "request",
            "--model",
            model,
            "--input",
            Files.write(
                folder.resolve("seven.pgm"),
                Pgm.write(SampleDigit.ALL.get(7).digit().image(), "seven")),
            "--fee",
            "0.01",
            "--deadline",
            3_600,
            "--deployment",
            folder.resolve(hub + ".json"),
            "--key-file",
            key)
        .succeeds();
  }

  /// Has somebody claim what is wrong, who then goes away.
  private static void lie(String hub, Path key) throws IOException {
    DeploymentFile file = DeploymentFile.read(folder.resolve(hub + ".json"));
    try (RpcChain chain = RpcChain.connect(dev.url())) {
      Hub here = new Hub(file.open(chain), new Sender(chain, Wallet.load(key)));
      AtomicBoolean claimed = new AtomicBoolean();
      Server liar =
          new Server(
              here,
              new Liar(digits(), new Lie.InElement(1, 17)),
              entry -> claimed.compareAndSet(false, entry instanceof Journal.Entry.Claimed),
              new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0),
              Agent.Caution.DEFAULT);
      await(
          () -> {
            liar.tick();
            return claimed.get();
          });
    }
  }

  private static Model digits() {
    DemoModel demo = DemoModel.INT8;
    return Model.of(
        OnnxImporter.of(demo.fileName(), OnnxReader.parse(demo.fileName(), demo.onnx())),
        PinnedPrograms::of);
  }

  private static Path rich(String name) throws IOException {
    Path file = folder.resolve(name + ".key");
    Wallet wallet = Wallet.create(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    dev.setBalance(wallet.address(), Wei.ether(10));
    return file;
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("never came").isLessThan(end);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
