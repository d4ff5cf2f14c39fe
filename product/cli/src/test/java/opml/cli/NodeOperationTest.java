package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import opml.cli.console.ExitCode;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.Sender;
import opml.formats.ModelLoader;
import opml.formats.image.Pgm;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import opml.hub.Hub;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import opml.proof.GraphWorkshop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node as its operator sees it beside it: while it claims, challenges and wins, while it does not run, and before it
/// ever did.
class NodeOperationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration WINDOW = Duration.ofHours(2);
  private static final int FINALITY = 3;

  @TempDir static Path folder;

  private static DevChain dev;
  private static Path model;
  private static Deployment deployment;

  @BeforeAll
  static void deploy() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    dev = DevChain.start();
    model = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    Path deployer = rich("deployer");
    Path file = folder.resolve("deployment.json");
    CliRun.of(
            "deploy",
            "--rpc",
            dev.url(),
            "--key-file",
            deployer,
            "--out",
            file,
            "--window",
            WINDOW.toSeconds(),
            "--allowance",
            3_600)
        .succeeds();
    CliRun.of("model", "register", model, "--deployment", file, "--key-file", deployer).succeeds();
    deployment = DeploymentFile.read(file).open(dev.chain());
  }

  @AfterAll
  static void end() {
    if (dev != null) {
      dev.close();
    }
  }

  // ------------------------------------------------------------------ before it ran

  @Test
  void beforeItRanThereIsNothingToSeeAndNothingIsMade() throws IOException {
    rich("idle");
    Path config = config("idle", "");
    for (String command : List.of("status", "games", "jobs", "ledger", "drain")) {
      CliRun.of("node", command, "--config", config).blames("[store]: ", "there is no such store");
    }
    assertThat(folder.resolve("idle.db")).doesNotExist();
    Path forgetful = config("idle", "");
    Files.writeString(
        forgetful, Files.readString(forgetful).replace("path = \"idle.db\"", "kind = \"memory\""));
    CliRun.of("node", "status", "--config", forgetful).blames("[store]: ", "memory");
    CliRun.of("node", "reindex", "--config", forgetful).blames("[store]: ", "memory");
    Path wrong = folder.resolve("wrong.snapshot");
    Files.writeString(wrong, "no snapshot");
    CliRun.of("node", "snapshot", "import", wrong, "--config", config("idle", ""))
        .blames(wrong.toString());
    CliRun.of("node", "ledger", "--by", "week", "--config", config)
        .failsWith("--by week: expected is day, request or block");
  }

  // ------------------------------------------------------------------ a life

  @Test
  void allThatANodeDoesIsSeenBesideItAndItsBooksAreWhatTheChainSays() throws IOException {
    Address self = Wallet.load(rich("node")).address();
    Wei before = dev.chain().snapshot().balance(self);
    Path config = config("node", "");
    CliRun node = CliRun.start("node", "--config", config);
    node.until("\"watched\"");

    // It answers, and its claim is seen.
    RequestId first = request(rich("asker"), 7);
    node.until("\"event\":\"claimed\"");
    await(() -> show("status", config).path("claims").size() == 1);
    JsonNode status = show("status", config);
    assertThat(status.path("account").asText()).isEqualTo(self.toString());
    assertThat(status.path("requests").get(0).path("id").asText()).isEqualTo(first.toString());
    assertThat(status.path("claims").get(0).path("request").asText()).isEqualTo(first.toString());
    assertThat(status.path("block").asLong()).isPositive();
    assertThat(new BigInteger(status.path("balance").asText()))
        .isEqualTo(dev.chain().snapshot().balance(self).value());
    assertThat(text("status", config))
        .contains(
            "account " + self, "1 open request: 1 claimed", "1 own claim: 1 can be challenged")
        .contains("serve, verify", "nothing is on its way");
    assertThat(text("games", config)).contains("no game runs of " + self);
    assertThat(text("jobs", config)).contains("nothing");

    // Somebody lies, and its game is seen.
    RequestId second = request(rich("asker2"), 7);
    lie(second);
    node.until("\"event\":\"challenged\"");
    await(() -> show("games", config).path("games").size() == 1);
    JsonNode game = show("games", config).path("games").get(0);
    assertThat(game.path("side").asText()).isEqualTo("CHALLENGER");
    assertThat(game.path("challenger").asText()).isEqualTo(self.toString());
    assertThat(text("games", config))
        .contains("challenger", "nodes from 0", "server is on turn", "has ");

    // Orders arrive while it has something to play on.
    assertThat(text("drain", config)).contains("begins nothing new");
    node.until("\"event\":\"draining\"");
    assertThat(text("drain", config)).contains("was drained");
    assertThat(text("status", config)).contains("drained");
    assertThat(text("drain", config, "--undo")).contains("again");
    node.until("\"event\":\"entering\"");

    // It wins by the other's silence, and what it claimed is settled.
    dev.increaseTime(WINDOW.plusMinutes(1));
    node.until("\"event\":\"timed-out\"").until("\"event\":\"resolved\"");
    await(() -> show("games", config).path("games").isEmpty());
    assertThat(show("games", config, "--all").path("games").size()).isEqualTo(1);
    assertThat(text("games", config, "--all")).contains("challenger won");
    CliRun.of("node", "reindex", "--config", config).failsWith("the node runs");

    // What it did becomes final.
    await(
        () -> {
          dev.mine(1);
          return show("ledger", config).path("total").path("final").asBoolean();
        });
    // Nothing is live any more, so an order to drain ends it.
    assertThat(text("drain", config)).contains("begins nothing new");
    node.until("\"event\":\"drained\"").join().succeeds();
    everyLineIsAnObjectWithItsIds(node, first);
    theBooksAreRight(config, self, before);
    whatItReadIsBroughtToAnother(config);
    whatIsReadAnewIsTheSame(config);
  }

  private static void everyLineIsAnObjectWithItsIds(CliRun node, RequestId first) {
    Set<String> events = new LinkedHashSet<>();
    String modelId = "";
    for (JsonNode line : node.json()) {
      assertThat(Instant.parse(line.path("time").asText())).isNotNull();
      assertThat(line.path("level").asText()).as("%s", line).isIn("info", "warn");
      String event = line.path("event").asText();
      events.add(event);
      for (String id : List.of("request", "claim", "game", "model", "transaction")) {
        if (line.has(id)) {
          assertThat(line.path(id).asText()).as("%s", line).matches("0x[0-9a-f]{64}");
        }
      }
      assertThat(ids(line)).as("%s", line).containsAll(expected(event));
      if (event.equals("model")) {
        modelId = line.path("model").asText();
      }
      if (event.equals("claimed") && line.path("request").asText().equals(first.toString())) {
        assertThat(line.path("role").asText()).isEqualTo("serve");
        assertThat(line.path("model").asText()).isEqualTo(modelId);
      }
    }
    assertThat(events)
        .contains("node", "model", "watched", "computed", "claimed", "challenged", "timed-out")
        .contains("resolved", "stopped");
  }

  private static Set<String> ids(JsonNode line) {
    Set<String> names = new LinkedHashSet<>();
    line.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Collection<String> expected(String event) {
    return switch (event) {
      case "model" -> List.of("model");
      case "computing", "computed" -> List.of("request", "model");
      case "claimed", "resolved" -> List.of("request", "claim", "model", "transaction");
      case "challenged", "timed-out" -> List.of("request", "claim", "game", "model", "transaction");
      case "withdrew" -> List.of("transaction");
      default -> List.of("time");
    };
  }

  private static void theBooksAreRight(Path config, Address self, Wei before) throws IOException {
    JsonNode ledger = show("ledger", config);
    JsonNode total = ledger.path("total");
    BigInteger change = dev.chain().snapshot().balance(self).value().subtract(before.value());
    assertThat(new BigInteger(total.path("balance").asText())).isEqualTo(change);
    assertThat(new BigInteger(total.path("credit").asText()))
        .isEqualTo(deployment.credit(dev.chain().snapshot(), self).value());
    for (String kind : List.of("bondsOut", "bondsBack", "rewards", "gas")) {
      assertThat(new BigInteger(total.path(kind).asText())).as(kind).isPositive();
    }
    assertThat(text("ledger", config)).contains("bonds out", "final", "the account's balance");
    BigInteger byRequest = BigInteger.ZERO;
    for (JsonNode row : show("ledger", config, "--by", "request").path("rows")) {
      byRequest = byRequest.add(new BigInteger(row.path("net").asText()));
    }
    assertThat(byRequest).isEqualTo(new BigInteger(total.path("net").asText()));
  }

  private static void whatIsReadAnewIsTheSame(Path config) {
    JsonNode total = show("ledger", config).path("total");
    CliRun.of("node", "reindex", "--config", config).succeeds();
    JsonNode again = show("ledger", config).path("total");
    for (String field : List.of("net", "balance", "credit", "gas", "bondsOut", "rewards")) {
      assertThat(again.path(field)).as(field).isEqualTo(total.path(field));
    }
  }

  private static void whatItReadIsBroughtToAnother(Path config) throws IOException {
    Path file = folder.resolve("hub.snapshot");
    CliRun.of("node", "snapshot", "export", file, "--config", config).succeeds();
    CliRun.of("node", "snapshot", "export", file, "--config", config).blames("exists already");
    rich("other");
    Path other = config("other", "");
    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.snapshot"), bad);
    CliRun.of("node", "snapshot", "import", damaged, "--config", other).blames("damaged.snapshot");
    CliRun.of("node", "snapshot", "import", file, "--config", other).succeeds();
    CliRun.of("node", "snapshot", "import", file, "--config", other).failsWith("has got to block");
    JsonNode status = show("status", other, "--offline");
    assertThat(status.path("block").asLong()).isPositive();
    assertThat(status.path("account").asText())
        .isEqualTo(Wallet.load(folder.resolve("other.key")).address().toString());
    assertThat(show("ledger", other).path("from").asLong())
        .isEqualTo(status.path("block").asLong() + 1);
    CliRun node = CliRun.start("node", "--config", other);
    node.until("\"watched\"");
    long imported = status.path("block").asLong();
    await(() -> show("status", other).path("block").asLong() > imported);
    node.stop().succeeds();
    assertThat(node.json()).noneMatch(line -> line.path("level").asText().equals("warn"));
  }

  // ------------------------------------------------------------------ what tests need

  private static CliRun run(String command, Path config, Object... more) {
    Object[] arguments = new Object[4 + more.length];
    arguments[0] = "node";
    arguments[1] = command;
    arguments[2] = "--config";
    arguments[3] = config;
    System.arraycopy(more, 0, arguments, 4, more.length);
    CliRun run = CliRun.of(arguments);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.OK);
    return run;
  }

  private static String text(String command, Path config, Object... more) {
    return run(command, config, more).out();
  }

  private static JsonNode show(String command, Path config, String... more) {
    Object[] arguments = new Object[more.length + 1];
    System.arraycopy(more, 0, arguments, 0, more.length);
    arguments[more.length] = "--json";
    return run(command, config, arguments).json().getFirst();
  }

  private static void lie(RequestId request) throws IOException {
    Model known = ModelLoader.load(model);
    // The true run of another digit is a wrong answer.
    Work work =
        new GraphWorkshop(List.of(known)).graphWork(known, SampleDigit.ALL.get(1).digit().pixels());
    Hub liar = new Hub(deployment, new Sender(dev.chain(), Wallet.load(rich("liar"))));
    assertThat(liar.claim(request, work, Wei.ether(1))).isPresent();
  }

  private static Path config(String name, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".toml"),
        """
        [chain]
        rpc = ["%s"]
        finality = %d
        [account]
        key-file = "%s.key"
        [store]
        path = "%s.db"
        [log]
        format = "json"
        [[role]]
        kind = "serve"
        models = ["int8.onnx"]
        poll = 0.05
        [[role]]
        kind = "verify"
        models = ["int8.onnx"]
        poll = 0.05
        %s"""
            .formatted(dev.url(), FINALITY, name, name, more));
  }

  private static RequestId request(Path key, int digit) throws IOException {
    CliRun asked =
        CliRun.of(
            "request",
            "--model",
            model,
            "--input",
            Files.write(
                folder.resolve(digit + ".pgm"),
                Pgm.write(SampleDigit.ALL.get(digit).digit().image(), "digit")),
            "--fee",
            "0.01",
            "--deadline",
            100_000,
            "--deployment",
            folder.resolve("deployment.json"),
            "--key-file",
            key,
            "--json");
    return new RequestId(Bytes32.ofHex(asked.succeeds().json().getLast().path("request").asText()));
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
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
