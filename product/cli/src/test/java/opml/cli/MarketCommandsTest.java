package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.cli.command.market.FileServer;
import opml.cli.command.market.StrangeModels;
import opml.cli.console.ExitCode;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Revert;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.Sender;
import opml.formats.ModelLoader;
import opml.formats.image.Pgm;
import opml.game.claim.RequestId;
import opml.game.work.Work;
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

/// The commands of all roles against a real chain.
class MarketCommandsTest {
  private static final Duration WINDOW = Duration.ofHours(2);

  @TempDir static Path folder;

  private static DevChain dev;
  private static Path deployment;
  private static Path model;
  private static Path floats;
  private static Path seven;

  @BeforeAll
  static void deploy() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    dev = DevChain.start();
    deployment = folder.resolve("deployment.json");
    model = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    floats = Files.write(folder.resolve("float.onnx"), DemoModel.FLOAT.onnx());
    seven =
        Files.write(
            folder.resolve("seven.pgm"),
            Pgm.write(SampleDigit.ALL.get(7).digit().image(), "seven"));
    CliRun.of(
            "deploy",
            "--rpc",
            dev.url(),
            "--key-file",
            rich("deployer"),
            "--out",
            deployment,
            "--window",
            WINDOW.toSeconds(),
            "--allowance",
            WINDOW.toSeconds() / 2)
        .succeeds();
  }

  @AfterAll
  static void end() {
    if (dev != null) {
      dev.close();
    }
  }

  @Test
  void aRequestIsServedFinalAndPaid() throws IOException {
    Path requester = rich("requester");
    Path server = rich("server");
    CliRun registered =
        on("model", "register", model, "--key-file", server, "--uri", "https://example.org/m")
            .succeeds();
    assertThat(registered.out()).contains("registered");
    assertThat(on("model", "register", model, "--key-file", server).succeeds().out())
        .contains("was registered already");

    CliRun serving =
        onStart(
            "serve",
            "--model",
            model,
            "--key-file",
            server,
            "--poll",
            0.05,
            "--summary-every",
            0.1);
    CliRun verifying =
        onStart(
            "verify", "--model", model, "--key-file", rich("verifier"), "--poll", 0.05, "--json");
    serving.until("registered true");
    verifying.until("\"registered\":true");
    CliRun waiting =
        onStart(
            "request",
            "--model",
            model,
            "--input",
            seven,
            "--fee",
            "0.01",
            "--deadline",
            3600,
            "--key-file",
            requester,
            "--wait",
            "--poll",
            0.05);
    waiting.until("provisional output");
    assertThat(waiting.isRunning()).isTrue();
    CliRun live = on("status").succeeds();
    assertThat(live.out()).contains("1 can be challenged", "claimed", "0.01 ETH", "in ");
    String id = waiting.out().lines().findFirst().orElseThrow().replace("request ", "");
    assertThat(on("result", id).succeeds().out())
        .contains(
            "provisional: output 40 bytes 0x", "nothing of value may depend on it", "--model");
    JsonNode early = on("result", id, "--json").succeeds().json().getFirst();
    assertThat(early.path("status").asText()).isEqualTo("provisional");
    Path unwritten = folder.resolve("early.bin");
    CliRun unready = on("result", id, "--output", unwritten);
    assertThat(unready.code()).isEqualTo(ExitCode.FAILED);
    assertThat(unready.err()).contains("no final result", "--wait");
    assertThat(unwritten).doesNotExist();
    Path waited = folder.resolve("waited.json");
    CliRun reading =
        onStart("result", id, "--model", model, "--wait", "--poll", 0.05, "--output", waited);
    reading.until("provisional output");

    // Soon enough for the server to be the one who settles.
    dev.increaseTime(WINDOW.plusSeconds(10));
    waiting.join().succeeds();
    assertThat(waiting.out())
        .contains(
            "final output", "top class 7", "transaction 0x", "cost 0.01", "the fee of 0.01 ETH");
    assertThat(waiting.err()).contains("costs the fee of 0.01 ETH, and about", "gas", "in all");
    reading.join().succeeds();
    serving.until("withdrew");
    serving.until("earned 0.01 ETH");
    assertThat(serving.out()).contains("at stake 0.24 ETH", "own 1");
    assertThat(serving.out()).contains("computed", "claimed", "resolved");
    serving.stop().succeeds();
    verifying.stop().succeeds();
    assertThat(verifying.json())
        .anyMatch(line -> line.path("event").asText().equals("computed"))
        .noneMatch(line -> line.path("event").asText().equals("challenged"));

    resultsAreReadAgain(id, waited);
    JsonNode status = on("status", id.substring(0, 12), "--json").succeeds().json().getFirst();
    assertThat(status.at("/requests/0/id").asText()).isEqualTo(id);
    assertThat(status.at("/requests/0/status").asText()).isEqualTo("FINAL");
    assertThat(status.at("/claims/0/status").asText()).isEqualTo("FINAL");
    assertThat(status.path("credits").size()).isZero();
    assertThat(on("status", id.substring(0, 10) + "…").succeeds().out())
        .contains("request " + id, "final", "claims until", "final state", "output          0x");
    assertThat(status.at("/claims/0/finalState").asText()).matches("0x[0-9a-f]{64}");
    assertThat(status.path("attention").size()).isZero();
    on("status", "0xg").isMisusedWith("hexadecimal");
    on("status", "0xffffffffff").failsWith("no request, claim or game begins with 0xffffffffff");
    assertThat(on("withdraw", "--key-file", server).succeeds().out()).contains("nothing");
  }

  private static void resultsAreReadAgain(String id, Path waited) throws IOException {
    JsonNode json = on("result", id, "--model", model, "--json").succeeds().json().getFirst();
    assertThat(json.path("status").asText()).isEqualTo("final");
    assertThat(json.path("outputType").asText()).isEqualTo("f32");
    assertThat(json.path("outputShape").toString()).isEqualTo("[1,10]");
    assertThat(json.path("top").asInt()).isEqualTo(7);
    Path bytes = folder.resolve("result.bin");
    assertThat(on("result", id.substring(0, 12) + "…", "--output", bytes).succeeds().out())
        .contains("final: output 40 bytes", "written to");
    assertThat(json.path("outputHex").asText())
        .isEqualTo("0x" + HexFormat.of().formatHex(Files.readAllBytes(bytes)));
    assertThat(new ObjectMapper().readTree(Files.readString(waited)).get(0).get(7).floatValue())
        .isEqualTo(json.path("output").get(7).floatValue());
    on("result", id, "--output", folder.resolve("result.npy"))
        .failsWith("only the model's file tells", "--model");
    on("result", id, "--model", floats).failsWith("float.onnx is model 0x", "is for model 0x");
    on("result", "0xffffffffff").failsWith("no request begins with 0xffffffffff");
    on("result", "digit").isMisusedWith("ID digit: expected is 0x");
  }

  @Test
  void aDryRunSaysWhatItWouldChallengeAndDoesNothing() throws IOException {
    on("model", "register", model, "--key-file", rich("registrar3")).succeeds();
    JsonNode asked = request(rich("asker2"), "--json").succeeds().json().getFirst();
    assertThat(asked.path("cost").asText())
        .isEqualTo(
            new BigInteger(asked.path("fee").asText())
                .add(new BigInteger(asked.path("gasFee").asText()))
                .toString());
    RequestId id = new RequestId(Bytes32.ofHex(asked.path("request").asText()));
    // The true run of another digit is a wrong answer.
    Model known = ModelLoader.load(model);
    Work work =
        new GraphWorkshop(List.of(known)).graphWork(known, SampleDigit.ALL.get(1).digit().pixels());
    Hub liar =
        new Hub(
            DeploymentFile.read(deployment).open(dev.chain()),
            new Sender(dev.chain(), Wallet.load(rich("liar"))));
    assertThat(liar.claim(id, work, Wei.ether(1))).isPresent();
    CliRun dry =
        onStart("verify", "--model", model, "--dry-run", "--poll", 0.05, "--summary-every", 0.1);
    dry.until("would challenge").until("live claims");
    assertThat(dry.out()).contains("why our run ends in state 0x");
    dry.stop().succeeds();
    CliRun counted =
        onStart(
            "verify",
            "--model",
            model,
            "--dry-run",
            "--key-file",
            rich("onlooker"),
            "--poll",
            0.05,
            "--summary-every",
            0.1,
            "--json");
    // A summary before the first look says that nothing was read yet.
    counted.until("\"event\":\"would challenge\"").until("\"claimsLive\"");
    counted.stop().succeeds();
    assertThat(counted.json())
        .filteredOn(line -> line.path("event").asText().equals("summary"))
        .last()
        .satisfies(
            summary -> {
              assertThat(summary.path("gamesOpen").asInt()).isZero();
              assertThat(summary.path("claimsLive").asInt()).isPositive();
              assertThat(summary.path("transactions").asInt()).isZero();
              assertThat(summary.path("bonded").asText()).isEqualTo("0");
            });
    assertThat(on("verify", "--model", model).code()).isEqualTo(ExitCode.USAGE);
    on("verify", "--model", model, "--dry-run", "--summary-every", -1)
        .failsWith("--summary-every -1");
    // What a real one then does, so that the other tests find no wrong claim.
    CliRun verifying =
        onStart(
            "verify",
            "--model",
            model,
            "--key-file",
            rich("judge"),
            "--poll",
            0.05,
            "--summary-every",
            0.1);
    verifying.until("challenged");
    assertThat(on("status").succeeds().out())
        .contains("1 disputed", "1 server is on turn", "nodes from 0", " min");
    dev.increaseTime(WINDOW.plusMinutes(1));
    verifying.until("timed-out");
    verifying.until("earned 0.06 ETH");
    // The claim died behind the deadline, so that others have a window to claim.
    assertThat(on("status").succeeds().out()).contains("nobody has claimed a result yet");
    dev.increaseTime(WINDOW.plusMinutes(1));
    assertThat(on("status").succeeds().out())
        .contains(
            "needs attention", "nobody answered: 'opml withdraw' gives the fee back", "1 refuted");
    JsonNode game = on("status", "--json").succeeds().json().getFirst().at("/games/0");
    assertThat(game.path("status").asText()).isEqualTo("CHALLENGER_WON");
    assertThat(on("status", game.path("id").asText().substring(0, 12)).succeeds().out())
        .contains("game " + game.path("id").asText(), "challenger won", "move 1")
        .doesNotContain("requester");
    verifying.stop().succeeds();
  }

  @Test
  void aModelThatIsMissingIsFetchedFromWhereItWasPublished() throws IOException {
    Path cache = folder.resolve("cache");
    Path requester = rich("asker3");
    try (FileServer files = new FileServer()) {
      files.serve("/wrong", DemoModel.INT8.onnx());
      files.serve("/right", DemoModel.FLOAT.onnx());
      for (String path : List.of("/wrong", "/right")) {
        on("model", "register", floats, "--key-file", requester, "--uri", files.uri(path))
            .succeeds();
      }
      CliRun serving =
          onStart(
              "serve",
              "--key-file",
              rich("fetcher"),
              "--poll",
              0.05,
              "--fetch-from",
              "http,local",
              "--fetch-into",
              cache);
      on(
              "request",
              "--model",
              floats,
              "--input",
              seven,
              "--fee",
              1,
              "--deadline",
              3600,
              "--key-file",
              requester)
          .succeeds();
      serving.until("claimed");
      serving.stop().succeeds();
      assertThat(serving.out()).contains("not fetched", "the file there is model 0x");
      assertThat(serving.out().indexOf("claimed")).isGreaterThan(serving.out().indexOf("fetched"));
    }
    // What was fetched once is there, also for a verifier.
    CliRun verifying =
        onStart("verify", "--dry-run", "--fetch", "--poll", 0.05, "--fetch-into", cache, "--json");
    verifying.until("\"event\":\"fetched\"").until("\"event\":\"computed\"");
    verifying.stop().succeeds();
    Path fat = Files.write(folder.resolve("fat.onnx"), StrangeModels.fat(40));
    on("verify", "--dry-run", "--model", fat)
        .failsWith("fat.onnx: a run takes at least 2,684 MB, Java has", "JAVA_TOOL_OPTIONS=-Xmx");
    on("verify", "--dry-run", "--fetch-max", 0, "--poll", 0)
        .failsWith("--fetch-max 0", "--poll 0.0");
    dev.increaseTime(WINDOW.plusMinutes(1));
  }

  @Test
  void anUnansweredRequestExpiresAndItsFeeIsWithdrawn() {
    on("model", "register", model, "--key-file", rich("registrar")).succeeds();
    Path requester = rich("lonely");
    CliRun waiting =
        onStart(
            "request",
            "--model",
            model,
            "--input",
            seven,
            "--fee",
            "0.25",
            "--deadline",
            60,
            "--server",
            "0x00000000000000000000000000000000000000aa",
            "--key-file",
            requester,
            "--wait",
            "--poll",
            0.05);
    waiting.until("request 0x");
    dev.increaseTime(Duration.ofMinutes(2));
    waiting.join();
    assertThat(waiting.code()).isEqualTo(ExitCode.FAILED);
    assertThat(waiting.err()).contains("expired: no claim on it stood in time", "opml withdraw");
    assertThat(on("status").succeeds().out()).contains("credit of", "0.25 ETH");
    Address other = Address.ofHex("0x0000000000000000000000000000000000000abc");
    CliRun withdrawn = on("withdraw", "--key-file", requester, "--to", other, "--json").succeeds();
    assertThat(withdrawn.json().getFirst().path("amount").asText()).isEqualTo("250000000000000000");
    assertThat(dev.chain().balance(other, dev.chain().latest()))
        .isEqualTo(Wei.of(250_000_000_000_000_000L));
  }

  @Test
  void whoDoesNotWaitGetsTheFeeBackByWithdrawing() {
    on("model", "register", model, "--key-file", rich("registrar4")).succeeds();
    Path key = rich("absent");
    JsonNode asked =
        request(key, "--json", "--server", "0x00000000000000000000000000000000000000aa")
            .succeeds()
            .json()
            .getFirst();
    String id = asked.path("request").asText();
    assertThat(on("result", id).succeeds().out()).contains("waiting: nobody has claimed");
    dev.increaseTime(Duration.ofHours(2));
    assertThat(on("result", id).succeeds().out()).contains("unanswered", "opml withdraw");
    on("result", id, "--wait").failsWith("nobody answered in time", "opml withdraw");
    assertThat(on("withdraw", "--key-file", key).succeeds().out())
        .contains("expired", "0.01 ETH to");
    assertThat(on("result", id).succeeds().out()).contains("expired: no claim stood in time");
  }

  @Test
  void keysThatOthersCanReadAreRefusedAndNeverShown() throws IOException {
    Path key = rich("loose");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    String secret = Files.readString(key).strip();
    for (CliRun run :
        new CliRun[] {
          on("serve", "--model", model, "--key-file", key),
          on("withdraw", "--key-file", key),
          on("model", "register", model, "--key-file", key)
        }) {
      run.blames("loose.key is open to others", "chmod 600");
      assertThat(run.err() + run.out()).doesNotContain(secret.substring(2));
    }
    on("withdraw", "--key-file", folder.resolve("none.key")).blames("no key file");
    Path empty = rich("empty");
    Files.writeString(empty, "");
    on("withdraw", "--key-file", empty).blames("not a private key");
  }

  @Test
  void agentsRefuseToStartWhereTheyCannotWork() throws IOException {
    Path key = rich("starter");
    on("serve", "--model", folder.resolve("none.onnx"), "--key-file", key)
        .blames("none.onnx: there is no such file");
    on("serve", "--model", model, "--key-file", key, "--poll", 0).failsWith("--poll 0.0");
    on("verify", "--model", seven, "--key-file", key).blames("seven.pgm");
    CliRun.of(
            "serve", "--model", model, "--key-file", key, "--deployment", folder.resolve("no.json"))
        .blames("no.json: there is no such file", "opml deploy");
    String text = Files.readString(deployment);
    elsewhere(
        "chain.json",
        text.replace("31337", "31338"),
        key,
        "serves chain 31337, expected chain 31338");
    String hub = text.replaceAll("(?s).*\"hub\" : \"(0x[0-9a-f]{40})\".*", "$1");
    elsewhere(
        "hub.json",
        text.replace(hub, "0x00000000000000000000000000000000000000ee"),
        key,
        "no contract Hub at 0x00000000000000000000000000000000000000ee");
    elsewhere("other.json", text.replace("7200", "7201"), key, "has other parameters");
    at("half.json", text.substring(0, 40), key).blames("half.json, line ");
    elsewhere(
        "down.json",
        text.replaceAll("\"rpc\" : \"[^\"]*\"", "\"rpc\" : \"http://127.0.0.1:1\""),
        key,
        "is the chain up");
    CliRun.of(
            "verify",
            "--model",
            model,
            "--key-file",
            key,
            "--deployment",
            deployment,
            "--rpc",
            "ftp://secret")
        .failsWith("--rpc: not an http or https URL");
  }

  private static void elsewhere(String name, String text, Path key, String why) throws IOException {
    at(name, text, key).failsWith(why);
  }

  private static CliRun at(String name, String text, Path key) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return CliRun.of("verify", "--model", model, "--key-file", key, "--deployment", file);
  }

  @Test
  void whatADeliveryNeedsIsEstimated() throws IOException {
    on("model", "register", model, "--key-file", rich("registrar6")).succeeds();
    Path key = rich("listener");
    assertThat(request(key, "--callback", callback("00")).succeeds().err())
        .containsPattern("deliveries pass on [0-9,]+ gas");
    assertThat(requestOf(seven, key, "0.000001", 1).succeeds().err())
        .contains("does not pay for the gas of an answer");
    Address deaf = callback("60006000fd");
    request(key, "--callback", deaf)
        .failsWith("--callback " + deaf + " refuses to hear a result", "IResultReceiver");
    assertThat(
            request(key, "--callback", callback("00"), "--callback-gas", 5_000_000)
                .succeeds()
                .err())
        .doesNotContain("--callback");
    assertThat(request(key, "--callback", callback("00"), "--callback-gas", 1).succeeds().err())
        .contains("--callback-gas 1: ", " now to hear a result, so deliveries would fail");
    assertThat(request(key, "--callback", deaf, "--callback-gas", 9).succeeds().err())
        .contains("refuses to hear a result");
    request(key, "--callback", "0x" + "12".repeat(20)).failsWith("there is no contract");
    request(key, "--callback", "0x" + "0".repeat(39) + "4", "--callback-gas", 9)
        .failsWith("there is no contract");
    request(key, "--callback-gas", 5).isMisusedWith("none without --callback");
  }

  /// {@return the address of a contract with this code}
  private static Address callback(String code) {
    // PUSH1 length, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN: what follows is the contract.
    Data creation = Data.ofHex("0x60%02x8060095f395ff3%s".formatted(code.length() / 2, code));
    return new Sender(dev.chain(), dev.account(9))
        .send(new Call(Optional.empty(), creation, Wei.ZERO, "new callback", Revert::unnamed))
        .created()
        .orElseThrow();
  }

  @Test
  void requestsThatCannotSucceedAreNotSent() throws IOException {
    on("model", "register", model, "--key-file", rich("registrar2")).succeeds();
    Path key = rich("asker");
    Path small = Files.write(folder.resolve("small.bin"), new byte[7]);
    requestOf(small, key, 1, 60).blames("7 bytes, the model takes exactly 784");
    requestOf(seven, key, 1, 0).failsWith("--deadline 0");
    requestOf(seven, key, 100_000, 60).failsWith("not enough for the fee of 100000 ETH");
    on(
            "request",
            "--model",
            "0x" + "12".repeat(32),
            "--input",
            seven,
            "--fee",
            1,
            "--deadline",
            60,
            "--key-file",
            key)
        .failsWith("is not registered", "opml model register");
  }

  @Test
  void severalNodesStandInForEachOtherOrMustAgree() throws IOException {
    URI same = URI.create(dev.url().toString().replace("127.0.0.1", "localhost"));
    URI away;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      away = URI.create("http://127.0.0.1:" + closed.getLocalPort());
    }
    CliRun stoodIn = on("status", "--rpc", away, "--rpc", dev.url()).succeeds();
    assertThat(stoodIn.out()).contains("block");
    assertThat(stoodIn.err())
        .contains("node " + away + ": no node answers", "left alone for 5 s")
        .hasLineCount(1);
    CliRun agreed =
        on("status", "--rpc", away, "--rpc", dev.url(), "--rpc", same, "--quorum", 2).succeeds();
    String age = ", (just now|.* ago)";
    assertThat(agreed.out().replaceFirst(age, "")).isEqualTo(stoodIn.out().replaceFirst(age, ""));
    CliRun few = on("status", "--rpc", away, "--rpc", dev.url(), "--quorum", 2);
    assertThat(few.err()).contains("1 of 2 nodes that are needed answered about");
    assertThat(few.code()).isEqualTo(1);
    CliRun proven =
        on("status", "--rpc", dev.url(), "--rpc", same, "--trust", "proof", "--quorum", 2)
            .succeeds();
    assertThat(proven.out().replaceFirst(age, "")).isEqualTo(stoodIn.out().replaceFirst(age, ""));
    on("status", "--rpc", dev.url(), "--trust", "prof")
        .failsWith("--trust prof: expected is single, quorum, proof");
    on("status", "--rpc", dev.url(), "--trust", "quorum")
        .failsWith("--trust quorum: expected is --quorum 2 or more with it, found is 1");
    on("status", "--rpc", dev.url(), "--quorum", 2)
        .failsWith("--quorum 2: expected is 1 to 1, the number of nodes");
    on("status", "--rpc", dev.url(), "--rpc", dev.url(), "--quorum", 2)
        .failsWith("--rpc: a node is named twice");
    on("status", "--rpc", dev.url(), "--rpc", dev.url() + "/", "--quorum", 2)
        .failsWith("--rpc: a node is named twice");
  }

  @Test
  void aModelWithStringsIsKeptFromTheChain() throws IOException {
    Path words = Files.write(folder.resolve("words.onnx"), StringCommandsTest.words());
    Path text = Files.writeString(folder.resolve("words.json"), "[\"a-b\"]");
    Path key = rich("strings");
    String why = "node parts (StringSplit) has strings";
    on("model", "register", words, "--key-file", key).blamesAny(why);
    on("serve", "--model", words, "--key-file", key).blamesAny(why);
    on("verify", "--model", words, "--key-file", key).blamesAny(why);
    on(
            "request",
            "--model",
            words,
            "--input",
            text,
            "--fee",
            "0.01",
            "--deadline",
            3600,
            "--key-file",
            key)
        .blamesAny(why);
  }

  @Test
  void anAgentOutlivesAChainThatGoesAway() throws IOException {
    Path key = rich("patient");
    CliRun serving;
    try (DevChain other = DevChain.start()) {
      other.setBalance(Wallet.load(key).address(), Wei.ether(10));
      Path file = folder.resolve("short-lived.json");
      CliRun.of("deploy", "--rpc", other.url(), "--key-file", key, "--out", file).succeeds();
      serving =
          CliRun.start(
              "serve", "--model", model, "--key-file", key, "--deployment", file, "--poll", 0.05);
      serving.until("registered false");
    }
    serving.until("trouble");
    assertThat(serving.isRunning()).isTrue();
    serving.stop().succeeds();
    assertThat(serving.out()).contains("is the chain up", "stopped");
  }

  private static CliRun request(Path key, Object... more) {
    return requestOf(seven, key, "0.01", 3600, more);
  }

  private static CliRun requestOf(Path input, Path key, Object fee, long deadline, Object... more) {
    Object[] words = {
      "request",
      "--model",
      model,
      "--input",
      input,
      "--fee",
      fee,
      "--deadline",
      deadline,
      "--key-file",
      key
    };
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return on(all);
  }

  /// 120,000 bytes in, more than a transaction carries, and as many out, more than a claim does.
  @Test
  void aLongOutputIsFetchedOrComputed() throws IOException {
    Path wide = Files.write(folder.resolve("long.onnx"), StrangeModels.longer(30_000));
    Path input = Files.write(folder.resolve("long.bin"), floats(0.5f));
    byte[] expected = floats(1.5f);
    Path published = folder.resolve("published");
    Path key = rich("lengthy");
    on("model", "register", wide, "--key-file", key).succeeds();
    CliRun serving =
        onStart(
            "serve",
            "--model",
            wide,
            "--key-file",
            rich("publisher"),
            "--outputs",
            published,
            "--poll",
            0.05);
    Path waited = folder.resolve("waited.bin");
    CliRun waiting =
        onStart(
            "request",
            "--model",
            wide,
            "--input",
            input,
            "--fee",
            1,
            "--deadline",
            3600,
            "--key-file",
            key,
            "--wait",
            "--poll",
            0.05,
            "--outputs",
            published,
            "--output",
            waited);
    waiting.until("provisional output 120,000 bytes with the root 0x");
    dev.increaseTime(WINDOW.plusSeconds(10));
    waiting.join().succeeds();
    serving.stop().succeeds();
    assertThat(waiting.err()).contains("in parts before the request").doesNotContain("is run");
    assertThat(Files.readAllBytes(waited)).isEqualTo(expected);

    // The parts' gas is among what it has cost: the request alone takes less than 200,000.
    Matcher gas = Pattern.compile("for ([0-9,]+) gas").matcher(waiting.out());
    assertThat(gas.find()).isTrue();
    assertThat(Long.parseLong(gas.group(1).replace(",", ""))).isGreaterThan(1_000_000);
    String id = waiting.out().lines().findFirst().orElseThrow().replace("request ", "");
    assertThat(on("status", id).succeeds().out())
        .contains("uploaded in parts", "120,000 bytes with the root 0x");
    String root =
        on("result", id, "--json").succeeds().json().getFirst().path("outputRoot").asText();
    assertThat(published.resolve(root)).exists();
    Path read = folder.resolve("read.bin");
    on("result", id, "--output", read).failsWith("the chain has the output's root alone", root);
    assertThat(on("result", id, "--model", wide, "--output", read).succeeds().err())
        .contains("the model's file is run");
    assertThat(Files.readAllBytes(read)).isEqualTo(expected);
    Files.delete(read);
    try (FileServer files = new FileServer()) {
      byte[] forged = expected.clone();
      forged[77] ^= 1;
      files.serve("/forged/" + root, forged);
      CliRun refused = on("result", id, "--outputs", files.uri("/forged"), "--output", read);
      assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
      assertThat(refused.err()).contains("what is there is not what was claimed");
      assertThat(read).doesNotExist();
      files.serve("/right/" + root, expected);
      on("result", id, "--outputs", files.uri("/right/"), "--output", read).succeeds();
    }
    assertThat(Files.readAllBytes(read)).isEqualTo(expected);
  }

  private static byte[] floats(float first) {
    ByteBuffer bytes = ByteBuffer.allocate(120_000).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 30_000; i++) {
      bytes.putFloat(first + i);
    }
    return bytes.array();
  }

  private static CliRun on(Object... words) {
    return CliRun.of(deployed(words));
  }

  private static CliRun onStart(Object... words) {
    return CliRun.start(deployed(words));
  }

  private static Object[] deployed(Object... words) {
    Object[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--deployment";
    all[words.length + 1] = deployment;
    return all;
  }

  /// {@return the key file of a new account with money}
  private static Path rich(String name) {
    Path file = folder.resolve(name + ".key");
    dev.setBalance(Wallet.create(file).address(), Wei.ether(100));
    return file;
  }
}
