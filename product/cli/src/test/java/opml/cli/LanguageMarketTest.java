package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import opml.cli.command.market.FileServer;
import opml.core.account.Wei;
import opml.engine.tensor.ElementType;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import opml.lab.bench.llm.TypedFiles;
import opml.llm.forward.CacheType;
import opml.llm.forward.TextLimits;
import opml.llm.tape.TextRequest;
import opml.mnist.DemoModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A prompt's way through a real chain.
class LanguageMarketTest {
  private static final Duration WINDOW = Duration.ofHours(2);

  @TempDir static Path folder;

  private static final long SEED = new Random().nextLong();
  private static DevChain dev;
  private static Path deployment;
  private static Path model;

  @BeforeAll
  static void deploy() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    dev = DevChain.start();
    deployment = folder.resolve("deployment.json");
    model = TinyCheckpoint.write(folder.resolve("tiny.bin"), SEED, true);
    Object[] terms = {"--window", WINDOW.toSeconds(), "--allowance", WINDOW.toSeconds() / 2};
    Object[] place = {"deploy", "--rpc", dev.url(), "--key-file", rich("deployer")};
    CliRun.of(joined(joined(place, "--out", deployment), terms)).succeeds();
  }

  @AfterAll
  static void end() {
    if (dev != null) {
      dev.close();
    }
  }

  @Test
  void aPromptIsAnsweredJudgedAndReadAsText() {
    on("model", "register", model, "--key-file", rich("registrar")).succeeds();
    CliRun serving = agent("serve", "server");
    CliRun verifying = agent("verify", "verifier");
    serving.until("registered true  context 64  answer 64  cacheType f16").until("ready  id 0x");
    verifying.until("registered true");
    CliRun waiting =
        CliRun.start(
            deployed(
                request(
                    "--prompt",
                    "ab c",
                    "-n",
                    12,
                    "--seed",
                    5,
                    "--wait",
                    "--poll",
                    0.05,
                    "--json")));
    waiting.until("provisional");
    verifying.until("computed");
    dev.increaseTime(WINDOW.plusSeconds(10));
    waiting.join().succeeds();
    JsonNode end = waiting.json().getLast();
    JsonNode said =
        CliRun.of("run", "-m", model, "-p", "ab c", "-n", 12, "--seed", 5, "--json")
            .succeeds()
            .json()
            .getFirst();
    assertThat(end.path("event").asText()).isEqualTo("final");
    assertThat(end.path("tokens")).as("seed %d", SEED).isEqualTo(said.path("tokens"));
    assertThat(end.path("end").asText()).isEqualTo(said.path("end").asText());
    String id = end.path("request").asText();
    CliRun read = on("result", id, "--model", model).succeeds();
    assertThat(read.out()).contains("final: answer of", "tokens, ");
    JsonNode again = on("result", id, "--model", model, "--json").succeeds().json().getFirst();
    assertThat(again.path("text").asText()).isEqualTo(end.path("text").asText());
    assertThat(on("result", id).succeeds().out()).contains("--model FILE reads them");
    on("result", id, "--model", model, "--context", 32)
        .failsWith("tiny.bin is model 0x", "are part of it");
    serving.until("withdrew").stop().succeeds();
    verifying.stop().succeeds();
    assertThat(verifying.out()).doesNotContain("challenged");
  }

  @Test
  void aVerifierWithAnEmptyFolderFetchesAModelAndJudgesAClaimWithIt() throws IOException {
    Path types = Files.createDirectories(folder.resolve("types"));
    Path gguf =
        TypedFiles.write(types, model).stream()
            .filter(file -> file.type() == ElementType.Q8_0)
            .map(TypedFiles.TypedFile::file)
            .findFirst()
            .orElseThrow();
    byte[] asked =
        new TextRequest(new int[] {1, 70, 71}, 6).encode(new TextLimits(64, 64, CacheType.F16));
    Path input = Files.write(folder.resolve("asked.bin"), asked);
    try (FileServer files = new FileServer()) {
      files.serve("/model.gguf", Files.readAllBytes(gguf));
      String place = files.uri("/model.gguf");
      assertThat(register(gguf, place).succeeds().out())
          .contains("published at " + place + "#context=64&answer=64&cache=f16");
      register(gguf, place + "#context=64&answer=64&cache=f32")
          .failsWith("published at " + place + "#context=64&answer=64&cache=f16");
      register(gguf, place + "#answer=64&context=64&cache=f16").succeeds();
      CliRun serving =
          CliRun.start(
              deployed("serve", "--model", gguf, "--key-file", rich("server2"), "--poll", 0.05));
      CliRun verifying =
          CliRun.start(
              deployed(
                  "verify",
                  "--key-file",
                  rich("verifier2"),
                  "--poll",
                  0.05,
                  "--fetch-from",
                  "http,local",
                  "--fetch-into",
                  folder.resolve("cache")));
      on(requestOf(gguf, "--input", input)).succeeds();
      serving.until("claimed");
      verifying.until("fetched").until("computed");
      serving.stop().succeeds();
      verifying.stop().succeeds();
      assertThat(verifying.out()).doesNotContain("challenged", "not fetched");
    }
  }

  private static CliRun register(Path file, String place) {
    return on("model", "register", file, "--key-file", rich("publisher"), "--uri", place);
  }

  private static CliRun agent(String role, String key) {
    return CliRun.start(deployed(role, "--model", model, "--key-file", rich(key), "--poll", 0.05));
  }

  @Test
  void whatCannotBeAskedIsRefusedBeforeAnythingIsSent() throws IOException {
    on(request("--prompt", "a", "--input", model)).failsWith("--prompt: expected is none with");
    on(request("--input", model, "--tokens", 3)).failsWith("--tokens 3: expected is none without");
    on(request("--input", model, "--temp", 1)).failsWith("--temp and what else", "none without");
    on(request("--prompt", "a", "--top-p", 2)).failsWith("--top-p: expected is a number, 0 to 1");
    on(request("--prompt", "a", "--tokens", 65)).failsWith("--tokens 65: expected are 1 to 6");
    on(request("--prompt", "a".repeat(200))).failsWith("--prompt: ", "no room for an answer");
    on(request("--prompt", "a", "--answer", 100)).failsWith("--answer 100: expected are 1 to 64");
    on(request()).isMisusedWith("--input", "of a language model '--prompt=TEXT'");
    on(request("--prompt", "a", "--answer", 60))
        .failsWith(
            "is not registered", "--context, --answer, --cache-type and --lora are part of it");
    Path onnx = Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
    on(requestOf(onnx, "--prompt", "a")).failsWith("--prompt: ", "int8.onnx is no language model");
    String id = "0x" + "1".repeat(64);
    on(requestOf(id, "--prompt", "a")).failsWith("--prompt: only the model's file");
    Path bare = TinyCheckpoint.write(folder.resolve("bare.bin"), SEED, false);
    on(requestOf(bare, "--prompt", "a")).failsWith("--prompt: there is no tokenizer");
  }

  private static Object[] request(Object... more) {
    return requestOf(model, more);
  }

  private static Object[] requestOf(Object named, Object... more) {
    Object[] words = {
      "request", "--model", named, "--fee", 1, "--deadline", 3600, "--key-file", rich("requester")
    };
    return joined(words, more);
  }

  private static CliRun on(Object... words) {
    return CliRun.of(deployed(words));
  }

  private static Object[] deployed(Object... words) {
    return joined(words, "--deployment", deployment);
  }

  private static Object[] joined(Object[] words, Object... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }

  /// {@return the key file of an account with money}
  private static Path rich(String name) {
    Path file = folder.resolve(name + ".key");
    if (!Files.exists(file)) {
      dev.setBalance(Wallet.create(file).address(), Wei.ether(100));
    }
    return file;
  }
}
