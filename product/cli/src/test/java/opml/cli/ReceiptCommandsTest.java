package opml.cli;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import opml.core.account.Wei;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// An answer's way from a server of OpenAI's API to whoever checks it, and to a chain.
class ReceiptCommandsTest {
  private static final Duration WINDOW = Duration.ofHours(2);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  private final long seed = new Random().nextLong();
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = TinyCheckpoint.write(folder.resolve("tiny.bin"), seed, true);
  }

  /// {@return the file of an answer to a request of a server that was started so}
  private Path answer(String name, String body, Object... options)
      throws IOException, InterruptedException {
    CliRun server =
        CliRun.start(joined(words("api", "-m", model, "--port", 0, "--json"), options))
            .until("\"url\"");
    String url = server.json().getFirst().path("url").asText();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest ask =
          HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
              .build();
      HttpResponse<String> answer = client.send(ask, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Files.writeString(folder.resolve(name), answer.body());
    } finally {
      server.stop();
    }
  }

  private static Object[] words(Object... words) {
    return words;
  }

  private static Object[] joined(Object[] words, Object... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }

  private Path altered(String name, ObjectNode answer) throws IOException {
    return Files.writeString(folder.resolve(name), answer.toString());
  }

  @Test
  void anAnswerIsComputedAgainByWhoeverHasTheModel() throws IOException, InterruptedException {
    Path file =
        answer(
            "answer.json",
            "{'prompt':'ab c','max_tokens':9,'temperature':1,'seed':4,'logit_bias':{'2':-100}}");
    CliRun right = CliRun.of("receipt", "check", file, "-m", model).succeeds();
    assertThat(right.out())
        .as("seed %d", seed)
        .contains("right: the model gives this answer", "for no chain", "context 64", "answer of")
        .contains("prompt, with control tokens:", "ab c", "chosen with temperature 1.0");
    JsonNode told =
        CliRun.of("receipt", "check", file, "-m", model, "--json").succeeds().json().getFirst();
    JsonNode answer = MAPPER.readTree(file.toFile());
    assertThat(told.path("right").asBoolean()).isTrue();
    assertThat(told.path("receipts").path(0).path("server").asText())
        .isEqualTo(answer.path("receipt").path("server").asText());
    assertThat(CliRun.of("receipt", "check", file).succeeds().out())
        .contains("well signed; neither the answer nor the text");

    Path other = TinyCheckpoint.write(folder.resolve("other.bin"), seed + 1, true);
    CliRun.of("receipt", "check", file, "-m", other).failsWith("it is about model 0x");

    ObjectNode shown = answer.deepCopy();
    ((ObjectNode) shown.path("choices").path(0)).put("text", "something else");
    CliRun.of("receipt", "check", altered("shown.json", shown), "-m", model)
        .failsWith("the text of choice 0 is not the one that was signed");

    CliRun cut =
        CliRun.of("receipt", "check", altered("cut.json", cut(answer)), "-m", model).succeeds();
    assertThat(cut.out()).as("seed %d", seed).contains("only the begin of the signed one");

    ObjectNode later = answer.deepCopy();
    later.withObject("/receipt/message").put("deadline", 99_999_999_999L);
    Path changed = altered("later.json", later);
    CliRun.of("receipt", "check", changed).failsWith("wrong: the signature is of 0x");
    assertThat(CliRun.of("receipt", "check", changed, "--json").json().getFirst().path("right"))
        .hasToString("false");

    later.withObject("/receipt").put("more", 1).remove("request");
    CliRun.of("receipt", "check", altered("malformed.json", later))
        .isMisusedWith("nobody knows more; also request is missing");
    CliRun.of("receipt", "check", folder.resolve("none.json"))
        .isMisusedWith("there is no such file");
    CliRun.of("receipt", "check", model).isMisusedWith("not JSON");
    Path bare = answer("bare.json", "{'prompt':'a','max_tokens':2}", "--no-receipts");
    CliRun.of("receipt", "check", bare, "-m", model).isMisusedWith("no receipt: expected is");
  }

  @Test
  void whatTakesTheChoiceFromTheModelIsTold() throws IOException, InterruptedException {
    Path file =
        answer(
            "asked.json",
            "{'prompt':'ab c','max_tokens':9,'temperature':0.5,'top_k':7,'top_p':1,'min_p':0,"
                + "'presence_penalty':1,'seed':-1,'logit_bias':{'2':-100},'grammar':'root ::= [a-c]*'}");
    String[] told = {
      "note: what the model would choose is not all that counts: the request has a bias: token 2 -100.0",
      "note: the model could write nothing else than texts of the request's grammar, which has ",
      "asked for at most 9 tokens behind ",
      "chosen with temperature 0.5, top-k 7, repeat-last-n ",
      "presence-penalty 1.0",
      "seed 18446744073709551615",
    };
    String out = CliRun.of("receipt", "check", file, "-m", model).succeeds().out();
    assertThat(out).contains(told).contains("prompt, with control tokens:\n<s>");
    assertThat(CliRun.of("receipt", "check", file).succeeds().out()).contains(told);
    JsonNode json =
        CliRun.of("receipt", "check", file, "-m", model, "--json").succeeds().json().getFirst();
    JsonNode asked = json.path("receipts").path(0).path("asked");
    assertThat(json.path("notes")).hasSize(2);
    assertThat(asked.path("limit").asInt()).isEqualTo(9);
    assertThat(asked.path("seed").asText()).isEqualTo("18446744073709551615");
    assertThat(asked.path("sampling").path("top-k").asInt()).isEqualTo(7);
    assertThat(asked.path("sampling").has("top-p")).isFalse();
    assertThat(asked.path("biases").path("2").asInt()).isEqualTo(-100);
    assertThat(asked.path("grammar").path("integers").asInt()).isPositive();
    assertThat(asked.path("grammar").path("keccak256").asText()).matches("0x[0-9a-f]{64}");
    assertThat(asked.path("promptTokens").path(0).asInt()).isEqualTo(1);
  }

  @Test
  void onlyAWrongAnswerEndsWith1() throws IOException, InterruptedException {
    Path file = answer("answer.json", "{'prompt':'ab c','max_tokens':3}");
    Path none = folder.resolve("none");
    Path text = Files.writeString(folder.resolve("a.txt"), "no model at all, but a text");
    Path half =
        Files.write(folder.resolve("half.bin"), Arrays.copyOf(Files.readAllBytes(model), 5_000));
    Path bare = TinyCheckpoint.write(folder.resolve("bare.bin"), seed, false);
    for (Object[] more :
        new Object[][] {
          {"-m", none},
          {"-m", text},
          {"-m", half},
          {"-m", bare},
          {"-m", folder},
          {"--deployment", none},
          {"--deployment", text},
          {"--server", "0x12"},
          {"--request", file},
          {"-m", model, "--chat-template", "chatml"},
          {"-m", model, "--request", none},
          {"-m", model, "--request", text},
          {"-m", model, "--request", file},
          {"-m", model, "--request", file, "--chat-template", none}
        }) {
      CliRun.of(joined(words("receipt", "check", file), more)).isMisusedWith();
    }
    Path other = TinyCheckpoint.write(folder.resolve("other.bin"), seed + 1, true);
    assertThat(CliRun.of("receipt", "check", file, "-m", other).code()).isEqualTo(1);
    assertThat(endsWhereNobodyReads("receipt", "check", file.toString())).isEqualTo(2);
    assertThat(endsWhereNobodyReads("--version")).isEqualTo(1);
  }

  private static int endsWhereNobodyReads(String... words) {
    Writer full =
        new Writer() {
          @Override
          public void write(char[] letters, int from, int count) throws IOException {
            throw new IOException("no space left");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    return Cli.run(new PrintWriter(full), new PrintWriter(new StringWriter()), words);
  }

  @Test
  void aReceiptOfSomebodyElseIsWrong() throws IOException, InterruptedException {
    Path file = answer("answer.json", "{'prompt':'ab c','max_tokens':3}");
    String server = MAPPER.readTree(file.toFile()).path("receipt").path("server").asText();
    CliRun.of("receipt", "check", file, "-m", model, "--server", server).succeeds();
    CliRun.of("receipt", "check", file, "--server", "0x" + server.substring(2).toUpperCase(ROOT))
        .succeeds();
    String other = "0x" + "11".repeat(20);
    CliRun.of("receipt", "check", file, "--server", other)
        .failsWith("it is signed by " + server + ", not by " + other);
  }

  @Test
  void anAnswerIsToWhatWasAskedOrWrong() throws IOException, InterruptedException {
    String asked = "{'prompt':'ab c','max_tokens':9,'seed':7}";
    Path file = answer("answer.json", asked);
    Path body = Files.writeString(folder.resolve("body.json"), asked.replace('\'', '"'));
    Object[] check = words("receipt", "check", file, "-m", model, "--request");
    assertThat(CliRun.of(joined(check, body)).succeeds().out()).contains("asked: what ");
    assertThat(
            CliRun.of(joined(check, body, "--json"))
                .succeeds()
                .json()
                .getFirst()
                .path("requestCompared")
                .asBoolean())
        .isTrue();
    Path other =
        Files.writeString(folder.resolve("other.json"), asked.replace('\'', '"').replace("7", "8"));
    CliRun.of(joined(check, other))
        .failsWith("wrong: it is to another request: seed 7 in place of 8");
    Path chat =
        Files.writeString(
            folder.resolve("chat.json"), "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");
    CliRun.of(joined(check, chat)).isMisusedWith("--request ", "has no template");
    CliRun.of(joined(check, chat, "--chat-template", "chatml"))
        .failsWith("wrong: it is to another request: its prompt differs");
    // What 'run' says with the same seed is the same.
    JsonNode run =
        CliRun.of("run", "-m", model, "-p", "ab c", "-n", 9, "-s", 7, "--json")
            .succeeds()
            .json()
            .getFirst();
    assertThat(run.path("text").asText())
        .as("seed %d", seed)
        .isEqualTo(MAPPER.readTree(file.toFile()).path("choices").path(0).path("text").asText());
  }

  /// {@return an answer of which only the first letter is shown}
  private static ObjectNode cut(JsonNode answer) {
    ObjectNode cut = answer.deepCopy();
    ObjectNode choice = (ObjectNode) cut.path("choices").path(0);
    String text = choice.path("text").asText();
    choice.put("text", text.substring(0, text.offsetByCodePoints(0, 1)));
    choice.put("finish_reason", "stop");
    return cut;
  }

  @Test
  void whatCannotBeSignedIsRefused() {
    Object[] api = words("api", "-m", model, "--port", 0);
    CliRun.of(joined(api, "--no-receipts", "--answer", 3)).failsWith("--no-receipts: expected are");
    CliRun.of(joined(api, "--vouch", 0)).failsWith("--vouch 0: expected are seconds");
    CliRun.of(joined(api, "--answer", 65)).failsWith("--answer 65: expected are 1 to 64");
    CliRun.of(joined(api, "--key-file", folder.resolve("no.key"))).failsWith("no key file");
    CliRun.of(joined(api, "--deployment", folder.resolve("no.json")))
        .failsWith("--deployment ", "no.json: there is no such file");
  }

  @Test
  @EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
  void aReceiptIsClaimedAndSettled() throws IOException, InterruptedException {
    try (DevChain dev = DevChain.start()) {
      Path deployment = folder.resolve("deployment.json");
      Path key = rich(dev, "server");
      CliRun.of(
              joined(
                  words("deploy", "--rpc", dev.url(), "--key-file", rich(dev, "deployer")),
                  "--out",
                  deployment,
                  "--window",
                  WINDOW.toSeconds(),
                  "--allowance",
                  WINDOW.toSeconds() / 2))
          .succeeds();
      Object[] on = words("--deployment", deployment);
      CliRun.of(joined(words("model", "register", model, "--key-file", key), on)).succeeds();
      Path file =
          answer(
              "claimed.json",
              "{'prompt':'ab c','max_tokens':12,'temperature':1,'seed':5}",
              "--key-file",
              key,
              "--deployment",
              deployment,
              "--vouch",
              1_000_000);
      assertThat(
              CliRun.of(joined(words("receipt", "check", file, "-m", model), on)).succeeds().out())
          .as("seed %d", seed)
          .contains("for chain 31337, contract 0x");
      Object[] claim = joined(words("receipt", "claim", file, "-m", model, "--key-file"), key);
      CliRun.of(joined(claim, on)).failsWith("no open request for it", "--request puts one");
      CliRun.of(
              joined(
                  words("receipt", "claim", file, "-m", model, "--key-file", rich(dev, "other")),
                  on))
          .failsWith("--key-file: it is the key of 0x", "and the receipt is of 0x");
      JsonNode claimed =
          CliRun.of(joined(claim, joined(on, "--request", "--fee", 1, "--json")))
              .succeeds()
              .json()
              .getFirst();
      CliRun.of(joined(claim, on)).failsWith("no open request");
      CliRun verifying =
          CliRun.start(
                  joined(
                      words("verify", "--model", model, "--key-file", rich(dev, "verifier")),
                      joined(on, "--poll", 0.05)))
              .until("computed");
      dev.increaseTime(WINDOW.plusSeconds(10));
      CliRun serving =
          CliRun.start(
                  joined(
                      words("serve", "--model", model, "--key-file", key),
                      joined(on, "--poll", 0.05)))
              .until("withdrew");
      serving.stop().succeeds();
      verifying.stop().succeeds();
      assertThat(verifying.out()).doesNotContain("challenged");
      String id = claimed.path("request").asText();
      JsonNode end =
          CliRun.of(joined(words("result", id, "--model", model, "--json"), on))
              .succeeds()
              .json()
              .getFirst();
      assertThat(end.path("status").asText()).isEqualTo("final");
      JsonNode told =
          CliRun.of("receipt", "check", file, "-m", model, "--json").succeeds().json().getFirst();
      assertThat(end.path("tokens")).isEqualTo(told.path("receipts").path(0).path("tokens"));

      // The same on another hub is another promise, which nobody has made.
      ObjectNode moved = (ObjectNode) MAPPER.readTree(file.toFile());
      moved.withObject("/receipt/domain").put("chainId", 1);
      CliRun.of(
              joined(
                  words("receipt", "claim", altered("moved.json", moved), "-m", model),
                  joined(on, "--key-file", key)))
          .failsWith("it is for chain 1, contract 0x");
      dev.increaseTime(Duration.ofDays(30));
      CliRun.of(joined(claim, on)).failsWith("which is over");
    }
  }

  private Path rich(DevChain dev, String name) {
    Path file = folder.resolve(name + ".key");
    if (!Files.exists(file)) {
      dev.setBalance(Wallet.create(file).address(), Wei.ether(100));
    }
    return file;
  }
}
