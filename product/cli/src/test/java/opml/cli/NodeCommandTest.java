package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import opml.cli.console.ExitCode;
import opml.core.account.Wei;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.key.Wallet;
import opml.formats.image.Pgm;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node of two roles against a real chain, seen as its operator sees it.
class NodeCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;

  private static DevChain dev;
  private static Path model;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void deploy() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    dev = DevChain.start();
    model = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    Path deployer = rich("deployer");
    CliRun.of(
            "deploy",
            "--rpc",
            dev.url(),
            "--key-file",
            deployer,
            "--out",
            folder.resolve("deployment.json"),
            "--window",
            7_200,
            "--allowance",
            3_600)
        .succeeds();
    CliRun.of(
            "model",
            "register",
            model,
            "--deployment",
            folder.resolve("deployment.json"),
            "--key-file",
            deployer)
        .succeeds();
  }

  @AfterAll
  static void end() {
    if (dev != null) {
      dev.close();
    }
  }

  @Test
  void twoRolesOfOneAccountAnswerARequestAndTellHowTheyFare() throws IOException {
    rich("node");
    CliRun node = CliRun.start("node", "--config", config("node", dev.url(), ""));
    WatchedPage web = WatchedPage.of(node);
    await(() -> web.status("/health/ready") == 200);
    request(rich("requester"));
    node.until("[serve] claimed");
    await(() -> web.metric("opml_claims_live_own") == 1);
    assertThat(web.status("/health/live")).isEqualTo(200);
    assertThat(web.metric("opml_live")).isEqualTo(1);
    assertThat(web.metric("opml_ready")).isEqualTo(1);
    assertThat(web.metric("opml_head_block")).isPositive();
    assertThat(web.metric("opml_balance_eth")).isPositive();
    assertThat(web.metric("opml_transactions_total{call=\"claim\"}")).isEqualTo(1);
    assertThat(web.metric("opml_gas_total{call=\"claim\"}")).isGreaterThan(21_000);
    assertThat(web.metric("opml_looks_total{role=\"serve\"}")).isPositive();
    assertThat(web.metric("opml_looks_total{role=\"verify\"}")).isPositive();
    assertThat(web.get("/metrics")).doesNotContain("opml_clock_slack_seconds");
    node.stop().succeeds();
    assertThat(node.out()).contains("stopped").doesNotContain("this is a bug");
    assertThat(node.out()).doesNotContain("[verify] challenged");
  }

  @Test
  void aNodeThatDrainsEntersNothingAndEndsWithZeroAndOneThatWasAskedForLessLeavesItAlone()
      throws IOException {
    Path key = rich("drained");
    Path asking = rich("drained-asker");
    Path file = config("drained", dev.url(), "[budget]\nper-request = \"0.1\"\n");
    request(asking);
    CliRun poor = CliRun.start("node", "--config", file);
    WatchedPage web = WatchedPage.of(poor);
    poor.until("the budget of a request has no room");
    await(() -> web.metric("opml_draining") == 0 && web.metric("opml_exposure_eth") == 0);
    poor.stop().succeeds();
    assertThat(poor.out()).doesNotContain("claimed");

    Path dry =
        Files.writeString(
            file, "dry-run = true\n" + Files.readString(file).replace("\"0.1\"", "\"5\""));
    CliRun would = CliRun.start("node", "--config", dry);
    would.until("[serve] would claim");
    would.stop().succeeds();
    Files.writeString(file, Files.readString(file).replace("dry-run = true\n", ""));

    CliRun node = CliRun.of("node", "--config", file, "--drain").succeeds();
    assertThat(node.out()).contains("draining", "drained").doesNotContain("claimed");
    CliRun.of("node", "--config", dry, "--drain").succeeds();
    assertThat(key).exists();
  }

  @Test
  void aNodeIsNotReadyWhileItsChainIsAwayAndReadyAgainAfterwards() throws IOException {
    rich("away");
    try (Gateway gateway = new Gateway(dev.url())) {
      CliRun node =
          CliRun.start(
              "node",
              "--json",
              "--config",
              config("away", gateway.url(), "[web]\nready-within = 2\n"));
      WatchedPage web = WatchedPage.of(node);
      await(() -> web.status("/health/ready") == 200);
      gateway.away = true;
      await(() -> web.status("/health/ready") == 503);
      assertThat(web.get("/health/ready")).contains("saw the chain");
      assertThat(web.status("/health/live")).isEqualTo(200);
      await(() -> web.metric("opml_looks_failed_total{role=\"serve\"}") > 0);
      assertThat(web.get("/metrics"))
          .containsPattern("opml_node_faults_total\\{node=\"http://127.0.0.1:[0-9]+\"} [1-9]");
      gateway.away = false;
      await(() -> web.status("/health/ready") == 200);
      node.stop().succeeds();
    }
  }

  @Test
  void aNodeThatBelievesHashesAloneNamesALiarAndWorksOn() throws IOException {
    rich("proving");
    Path asker = rich("asker");
    dev.mine(1); // no header has what was given out between two blocks
    try (LyingNode liar = LyingNode.before(dev.url())) {
      Path file = config("proving", liar.url(), "");
      String proof = "trust = \"proof\"\n[account]";
      Files.writeString(file, Files.readString(file).replace("[account]", proof));
      CliRun node = CliRun.start("node", "--config", file);
      WatchedPage web = WatchedPage.of(node);
      await(() -> web.status("/health/ready") == 200);
      liar.say(
          (method, _, truth) ->
              method.startsWith("eth_getBlockBy") && truth instanceof ObjectNode block
                  ? block.put("timestamp", "0x1")
                  : truth);
      node.until("lies about a header");
      String lies = "opml_node_lies_total{kind=\"header\",node=\"%s\"}".formatted(liar.url());
      assertThat(web.metric(lies)).isPositive();
      assertThat(web.metric("opml_live")).isEqualTo(1);
      liar.say(LyingNode.Lie.NONE);
      request(asker);
      node.until("[serve] claimed");
      node.stop().succeeds();
      assertThat(node.out()).doesNotContain("this is a bug").doesNotContain("[verify] challenged");
      assertThat(liar.asked("eth_call") + liar.asked("eth_getLogs")).isZero();
    }
  }

  @Test
  void checkTellsWhatIsWrongByItsExitCode() throws IOException {
    rich("checked");
    Path good = config("checked", dev.url(), "");
    CliRun ok = CliRun.of("node", "check", "--config", good).succeeds();
    assertThat(ok.out()).contains("chain 31337", "account 0x", "int8.onnx", "nothing is wrong");
    assertThat(CliRun.of("node", "check", "--config", good, "--json").succeeds().json())
        .extracting(line -> line.get("check").asText())
        .containsExactly("chain", "account", "store", "model", "ok");

    Path away = config("checked", URI.create("http://127.0.0.1:1"), "");
    CliRun.of("node", "check", "--config", away).failsWith("127.0.0.1:1");

    CliRun files = CliRun.of("node", "check", "--config", config("nobody", dev.url(), ""));
    files.blames("nobody.key");

    Path wrong = Files.writeString(folder.resolve("wrong.toml"), "[chian]\n[web]\nport = -1\n");
    CliRun faults = CliRun.of("node", "check", "--config", wrong);
    faults.blames(wrong + ":1:1: chian", "the nearest is chain", wrong + ":3:1: web.port");
    assertThat(CliRun.of("node", "--config", wrong).err()).isEqualTo(faults.err());

    assertThat(CliRun.of("node", "check", "--config", folder.resolve("none.toml")).code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aStoreThatCannotBeUsedIsNamedAndASecondNodeOfAKeyIsRefused() throws IOException {
    rich("kept");
    Path config = config("kept", dev.url(), "");
    Path store = folder.resolve("kept.db");
    Files.writeString(store, "this is no database, ".repeat(1000));
    CliRun.of("node", "check", "--config", config).blames("[store]: ", "kept.db");
    CliRun.of("node", "--config", config).blames("[store]: ", "kept.db");
    Files.delete(store);
    CliRun node = CliRun.start("node", "--config", config);
    node.until("watched");
    Path other =
        Files.writeString(
            folder.resolve("other.toml"), Files.readString(config).replace("kept.db", "other.db"));
    CliRun.of("node", "--config", other).failsWith("account-31337-");
    CliRun.of("node", "check", "--config", config).failsWith("kept.db");
    node.stop().succeeds();
    CliRun.of("node", "check", "--config", config).succeeds();
  }

  @Test
  void sigtermEndsItWithTheSignalsExitCode() throws IOException, InterruptedException {
    rich("ended");
    Path log = folder.resolve("ended.log");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
                Main.class.getName(),
                "node",
                "--config",
                config("ended", dev.url(), "").toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      await(() -> !process.isAlive() || read(log).contains("watched"));
      assertThat(process.isAlive()).as(read(log)).isTrue();
      process.toHandle().destroy();
      assertThat(process.waitFor(PATIENCE)).as(read(log)).isTrue();
      assertThat(process.exitValue()).as(read(log)).isEqualTo(ExitCode.TERMINATED);
      assertThat(read(log)).contains("stopped").doesNotContain("this is a bug");
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ------------------------------------------------------------------ what tests need

  /// A node of the chain that may be away.
  private static final class Gateway implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean away;

    Gateway(URI node) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              byte[] question = exchange.getRequestBody().readAllBytes();
              if (away) {
                return;
              }
              byte[] answer =
                  HTTP.send(
                          HttpRequest.newBuilder(node)
                              .header("Content-Type", "application/json")
                              .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                              .build(),
                          HttpResponse.BodyHandlers.ofByteArray())
                      .body();
              exchange.getResponseHeaders().set("Content-Type", "application/json");
              exchange.sendResponseHeaders(200, answer.length);
              exchange.getResponseBody().write(answer);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      server.start();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private static Path config(String name, URI rpc, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name + rpc.getPort() + ".toml"),
        """
        [chain]
        rpc = ["%s"]
        [account]
        key-file = "%s.key"
        [store]
        path = "%s.db"
        [[role]]
        kind = "serve"
        models = ["int8.onnx"]
        poll = 0.05
        [[role]]
        kind = "verify"
        models = ["int8.onnx"]
        poll = 0.05
        %s"""
            .formatted(rpc, name, name, more));
  }

  private static void request(Path key) throws IOException {
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
            folder.resolve("deployment.json"),
            "--key-file",
            key)
        .succeeds();
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
