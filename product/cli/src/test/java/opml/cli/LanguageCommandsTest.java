package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageCommandsTest {
  private static final String PROMPT = "abc cab a bac abba cc";

  @TempDir Path folder;

  private final long seed = new Random().nextLong();
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = TinyCheckpoint.write(folder.resolve("tiny.bin"), seed, true);
  }

  @Test
  void theBitsDependNeitherOnThreadsNorOnBatchesNorOnKeptPrompts() throws IOException {
    for (String type : List.of("f16", "f32", "q8_0")) {
      Path kept = folder.resolve(type + ".kv");
      List<String> hashes = hashes("--cache-type", type);
      assertThat(hashes).as("seed %d", seed).isNotEmpty();
      assertThat(hashes("--cache-type", type, "-t", 1, "-b", 1)).isEqualTo(hashes);
      assertThat(hashes("--cache-type", type, "-t", 3, "-b", 7)).isEqualTo(hashes);
      assertThat(hashes("--cache-type", type, "--prompt-cache", kept)).isEqualTo(hashes);
      byte[] written = Files.readAllBytes(kept);
      assertThat(hashes("--cache-type", type, "--prompt-cache", kept, "-c", 50)).isEqualTo(hashes);
      assertThat(Files.readAllBytes(kept)).as("all of it was known").isEqualTo(written);
    }
    assertThat(hashes("--cache-type", "f32")).isNotEqualTo(hashes("--cache-type", "q8_0"));
  }

  /// {@return the lines that a run of 20 tokens writes of its logits}
  private List<String> hashes(Object... more) {
    Object[] words = {"run", "-m", model, "-p", PROMPT, "-n", 20, "--logits-hash"};
    CliRun run = CliRun.of(joined(words, more)).succeeds();
    return run.err().lines().filter(LanguageCommandsTest::isHash).toList();
  }

  private static boolean isHash(String line) {
    return line.matches("[0-9]+ [0-9]+ 0x[0-9a-f]{64}");
  }

  @Test
  void whatIsKeptOfAPromptServesTheNextThatBeginsSo() throws IOException {
    Path kept = folder.resolve("prompt.kv");
    JsonNode first = json(run("-p", "abc abc", "--json", "--prompt-cache", kept));
    assertThat(first.path("promptTokensKept").asInt()).isZero();
    JsonNode longer = json(run("-p", "abc abc cc", "--json", "--prompt-cache", kept));
    assertThat(longer.path("promptTokensKept").asInt())
        .isEqualTo(first.path("promptTokens").asInt());
    assertThat(longer.path("tokens"))
        .isEqualTo(json(run("-p", "abc abc cc", "--json")).path("tokens"));
    JsonNode other = json(run("-p", "abc b", "--json", "--prompt-cache", kept));
    assertThat(other.path("promptTokensKept").asInt()).isBetween(2, 5);
    assertThat(other.path("tokens")).isEqualTo(json(run("-p", "abc b", "--json")).path("tokens"));
  }

  @Test
  void aKeptPromptThatIsOfNoUseIsSaidAndMadeAnew() throws IOException {
    Path kept = folder.resolve("prompt.kv");
    JsonNode right = json(run("-p", PROMPT, "--json", "--prompt-cache", kept));
    byte[] whole = Files.readAllBytes(kept);
    Random random = new Random(seed);
    for (int i = 0; i < 10; i++) {
      byte[] damaged = whole.clone();
      damaged[8 + random.nextInt(damaged.length - 8)] ^= (byte) (1 << random.nextInt(8));
      requireRefused(kept, damaged, right);
      requireRefused(kept, Arrays.copyOf(whole, 8 + random.nextInt(whole.length - 8)), right);
      assertThat(Files.readAllBytes(kept)).isEqualTo(whole);
    }
    Path twin = TinyCheckpoint.write(folder.resolve("twin.bin"), seed + 1, true);
    CliRun foreign = CliRun.of("run", "-m", twin, "-p", PROMPT, "--prompt-cache", kept).succeeds();
    assertThat(foreign.err()).contains("prompt.kv: it is another model's; it is made anew");
    run("-p", PROMPT, "--prompt-cache", kept).succeeds();
    CliRun other = run("-p", PROMPT, "--cache-type", "f32", "--prompt-cache", kept).succeeds();
    assertThat(other.err()).contains("keys and values of another type than f32");
  }

  private void requireRefused(Path kept, byte[] damaged, JsonNode right) throws IOException {
    Files.write(kept, damaged);
    CliRun run = run("-p", PROMPT, "--json", "--prompt-cache", kept);
    assertThat(json(run).path("tokens")).as("seed %d", seed).isEqualTo(right.path("tokens"));
    assertThat(run.err()).as("seed %d", seed).contains("--prompt-cache", "it is made anew");
  }

  @Test
  void aFileThatKeepsNoPromptsIsLeftAlone() throws IOException {
    byte[] before = Files.readAllBytes(model);
    run("-p", PROMPT, "--prompt-cache", model).failsWith("--prompt-cache", "opml-kv");
    assertThat(Files.readAllBytes(model)).isEqualTo(before);
    run("-p", PROMPT, "--prompt-cache", folder).failsWith("--prompt-cache", "this is a folder");
    Path empty = Files.createFile(folder.resolve("empty.kv"));
    run("-p", PROMPT, "--prompt-cache", empty).succeeds();
    assertThat(empty).isNotEmptyFile();
    CliRun full = run("-p", PROMPT, "-n", 2, "--prompt-cache", "/dev/full").succeeds();
    assertThat(
            full.err().lines().filter(line -> !line.contains("making ready")).toList().getFirst())
        .startsWith("--prompt-cache /dev/full: ");
  }

  @Test
  void aTextEndsWithItsLastTokenTheNumberThatWasAskedForOrTheContext() throws IOException {
    JsonNode few = json(run("-p", "ab", "-n", 3, "--json"));
    assertThat(few.path("tokens")).hasSize(3);
    assertThat(few.path("end").asText()).isEqualTo("limit");
    JsonNode all = json(run("-p", "ab", "-n", -1, "-c", 20, "--json"));
    assertThat(all.path("end").asText()).as("seed %d", seed).isIn("context", "token");
    if (all.path("end").asText().equals("context")) {
      assertThat(all.path("tokens").size() + all.path("promptTokens").asInt()).isEqualTo(20);
    }
    assertThat(json(run("-p", "ab", "-n", 0, "--json")).path("tokens")).isEmpty();
    JsonNode empty = json(run("-p", "", "-n", 1, "--json"));
    assertThat(empty.path("promptTokens").asInt()).isEqualTo(1);
  }

  @Test
  void whatIsWrittenIsThePromptAndWhatTheModelSays() throws IOException {
    JsonNode said = json(run("-p", "ab", "-n", 8, "--json"));
    CliRun run = run("-p", "ab", "-n", 8).succeeds();
    assertThat(run.out()).startsWith("ab").doesNotContainPattern("[\\p{Cntrl}&&[^\n\t]]");
    assertThat(run.err()).contains("load ", "prompt ", "answer ", " 8 tokens", "end: --n-predict");
    String alone = run("-p", "ab", "-n", 8, "--no-display-prompt").succeeds().out();
    assertThat("ab" + alone).isEqualTo(run.out());
    assertThat(alone.stripTrailing().codePointCount(0, alone.stripTrailing().length()))
        .isLessThanOrEqualTo(said.path("text").asText().length());
    Path prompt = Files.writeString(folder.resolve("prompt.txt"), "ab\n");
    assertThat(run("-f", prompt, "-n", 8).succeeds().out()).isEqualTo(run.out());
  }

  @Test
  void aCommandLineOfLlamaCppIsTakenAsItIs() {
    String plain = run("-p", "ab\nb", "-n", 4).succeeds().out();
    assertThat(
            run("-no-cnv", "-st", "--temp", 0, "-e", "-p", "ab\\nb", "-n", 4, "-c", 0)
                .succeeds()
                .out())
        .isEqualTo(plain);
    assertThat(run("-p", "a\\q\\\\", "-e", "-n", 1).succeeds().out()).startsWith("a\\q\\");
    assertThat(run("-p", "ab", "-n", 1, "-c", 65).succeeds().err())
        .contains("--ctx-size 65: the model was trained for 64 tokens");
    assertThat(run("-p", "ab", "-n", 1, "-c", 64).succeeds().err()).doesNotContain("trained");
  }

  @Test
  void theSameSeedSaysTheSame() throws IOException {
    String plain = run("-p", "ab", "-n", 20).succeeds().out();
    String seven = run("-p", "ab", "-n", 20, "--seed", 7).succeeds().out();
    assertThat(seven).isNotEqualTo(plain);
    assertThat(
            run("-p", "ab", "-n", 20, "-s", 7, "--temp", 0.8, "--top-k", 40, "-b", 1, "-t", 2)
                .succeeds()
                .out())
        .as("defaults are llama.cpp's")
        .isEqualTo(seven);
    assertThat(run("-p", "ab", "-n", 20, "-s", 8).succeeds().out()).isNotEqualTo(seven);
    JsonNode told = json(run("-p", "ab", "-n", 20, "--temp", 0.9, "--min-p", 0, "--json"));
    long seed = told.path("seed").asLong();
    CliRun again = run("-p", "ab", "-n", 20, "--temp", 0.9, "--min-p", 0, "-s", seed, "--json");
    assertThat(json(again).path("tokens")).isEqualTo(told.path("tokens"));
    assertThat(again.err()).contains("seed    " + seed);
    assertThat(run("-p", "ab", "-n", 20, "--temp", 0, "-s", 7, "--top-p", 0.5).succeeds().out())
        .isEqualTo(plain);
    assertThat(run("-p", "ab", "-n", 20, "--repeat-penalty", 5).succeeds().out())
        .as("penalties need no chance")
        .isNotEqualTo(plain);
  }

  @Test
  void sequencesAreNotRepeatedWhereThatIsAskedFor() {
    String plain = run("-p", "ab", "-n", 40).succeeds().out();
    String dry =
        run("-p", "ab", "-n", 40, "--dry-multiplier", 50, "--dry-allowed-length", 1)
            .succeeds()
            .out();
    assertThat(dry).as("it needs no chance").isNotEqualTo(plain);
    assertThat(
            run(
                    "-p",
                    "ab",
                    "-n",
                    40,
                    "--dry-multiplier",
                    50,
                    "--dry-allowed-length",
                    1,
                    "--dry-base",
                    1.75,
                    "--dry-penalty-last-n",
                    -1,
                    "--dry-sequence-breaker",
                    "\n",
                    "--dry-sequence-breaker",
                    ":",
                    "--dry-sequence-breaker",
                    "\"",
                    "--dry-sequence-breaker",
                    "*")
                .succeeds()
                .out())
        .as("defaults are llama.cpp's")
        .isEqualTo(dry);
    assertThat(run("-p", "ab", "-n", 40, "--dry-multiplier", 0, "--dry-base", 2).succeeds().out())
        .as("nothing is taken off")
        .isEqualTo(plain);
    for (Object[] vain :
        new Object[][] {
          {"--dry-base", 2},
          {"--dry-allowed-length", 1},
          {"--dry-penalty-last-n", 9},
          {"--dry-sequence-breaker", "a"}
        }) {
      run("-p", "ab", vain[0], vain[1]).failsWith("--dry-multiplier: without it");
    }
  }

  @Test
  void allThatChoseTheTokensIsTold() throws IOException {
    JsonNode greedy = json(run("-p", "ab", "-n", 1, "--json"));
    assertThat(greedy.path("sampling").isObject()).isTrue();
    assertThat(greedy.path("sampling")).isEmpty();
    assertThat(greedy.path("grammar").isNull()).isTrue();
    JsonNode told =
        json(
            run(
                "-p",
                "ab",
                "-n",
                1,
                "-s",
                7,
                "--dry-multiplier",
                0.5,
                "-l",
                "5+1",
                "--grammar",
                "root ::= [a-c]*",
                "--top-k",
                -1,
                "--repeat-penalty",
                2,
                "--json"));
    JsonNode sampling = told.path("sampling");
    assertThat(told.path("seed").asLong()).isEqualTo(7);
    assertThat(sampling.path("temperature").asDouble()).isEqualTo(0.8);
    assertThat(sampling.has("top-k")).as("all").isFalse();
    assertThat(sampling.path("top-p").asDouble()).isEqualTo(0.95);
    assertThat(sampling.path("min-p").asDouble()).isEqualTo(0.05);
    assertThat(sampling.path("repeat-penalty").asInt()).isEqualTo(2);
    assertThat(sampling.path("dry-multiplier").asDouble()).isEqualTo(0.5);
    assertThat(sampling.path("dry-allowed-length").asInt()).isEqualTo(2);
    assertThat(told.path("biases").path("5").asInt()).isEqualTo(1);
    assertThat(told.path("grammar").path("integers").asInt()).isPositive();
    assertThat(told.path("grammar").path("keccak256").asText()).matches("0x[0-9a-f]{64}");
  }

  @Test
  void aBiasMakesATokenLikelyOrNot() throws IOException {
    int first = json(run("-p", "ab", "-n", 1, "--json")).path("tokens").get(0).asInt();
    JsonNode without = json(run("-p", "ab", "-n", 9, "-l", first + "-1000", "--json"));
    assertThat(without.path("tokens")).noneMatch(token -> token.asInt() == first);
    int other = without.path("tokens").get(0).asInt();
    JsonNode alone = json(run("-p", "ab", "-n", 9, "-l", other + "+1000.5", "--json"));
    assertThat(alone.path("tokens")).allMatch(token -> token.asInt() == other);
  }

  @Test
  void hashesAndTextDoNotStandInOneLine() {
    String[] words = {"run", "-m", model.toString(), "-p", "ab", "-n", "4", "--logits-hash"};
    StringWriter terminal = new StringWriter();
    assertThat(Cli.run(new PrintWriter(terminal), new PrintWriter(terminal), words)).isZero();
    String text = run("-p", "ab", "-n", 4).succeeds().out();
    assertThat(terminal.toString().lines().filter(LanguageCommandsTest::isHash)).hasSize(4);
    assertThat(terminal.toString()).contains("\n" + text);
  }

  @Test
  void bothWaysToNameATokenizerAreKnown() throws IOException {
    byte[] whole = Files.readAllBytes(model);
    Path bare = TinyCheckpoint.write(folder.resolve("bare.bin"), seed, false);
    int weights = (int) Files.size(bare);
    Path tokenizer =
        Files.write(
            folder.resolve("letters.bin"), Arrays.copyOfRange(whole, weights, whole.length));
    CliRun.of("run", "-m", bare, "-p", "a")
        .failsWith("bare.bin: there is no tokenizer", "--tokenizer FILE");
    CliRun named = CliRun.of("run", "-m", bare, "-p", "ab", "--tokenizer", tokenizer).succeeds();
    assertThat(named.out()).isEqualTo(run("-p", "ab").succeeds().out());
  }

  @Test
  void whatCannotBeRunIsRefusedInOneLine() throws IOException {
    run("-p", PROMPT, "-c", 5)
        .failsWith("--prompt: ", "tokens, and the context of 5 has no room", "--ctx-size");
    run("-p", "a", "-n", -2).failsWith("--n-predict -2");
    run("-p", "a", "-t", 0).failsWith("--threads 0");
    run("-p", "a", "-b", 0).failsWith("--batch-size 0");
    run("-p", "a", "-c", -1).failsWith("--ctx-size -1");
    run("-p", "a", "--temp", -1).failsWith("--temp: expected is a number, 0 on; found -1.0");
    run("-p", "a", "--top-p", 1.5).failsWith("--top-p: expected is a number, 0 to 1; found 1.5");
    run("-p", "a", "--repeat-penalty", "NaN").failsWith("--repeat-penalty: ", "found NaN");
    run("-p", "a", "--dry-multiplier", -1)
        .failsWith("--dry-multiplier: expected is a number, 0 on");
    run("-p", "a", "--dry-multiplier", 1, "--dry-base", 0.5)
        .failsWith("--dry-base: expected is a number, 1 on; found 0.5");
    run("-p", "a", "--dry-multiplier", 1, "--dry-sequence-breaker", "ab".repeat(31))
        .failsWith("--dry-sequence-breaker: expected are texts of at most 60 bytes", "found 62");
    run("-p", "a", "-l", "7").failsWith("--logit-bias 7: expected is a token's number");
    run("-p", "a", "-l", "999999+1").failsWith("--logit-bias: there is no token 999999");
    run("-p", "a", "--seed", "x").isMisusedWith("'--seed'", "'x' is not a whole number");
    run("-p", "a", "-s", "x").isMisusedWith("'-s'", "'x' is not a whole number");
    run("-p", "a", "--temp", "x").isMisusedWith("'--temp'", "'x' is not a number");
    run("-p", "a", "--temp=x").isMisusedWith("'--temp'", "'x' is not a number");
    run("-p", "a", "--temperature", "x").isMisusedWith("'--temperature'", "'x' is not a number");
    run("-p", "a", "-n", "many")
        .isMisusedWith("'many' is not a whole number from -2^31 to 2^31 - 1");
    run().failsWith("--prompt: expected is a text");
    run("-p", "a", "-f", model).failsWith("--prompt: expected is a text");
    run("-f", folder.resolve("none")).failsWith("--file", "none: there is no such file");
    run("-f", model).failsWith("--file", "a text in UTF-8");
    Path lengthy = Files.writeString(folder.resolve("lengthy.txt"), "a b ".repeat(50));
    run("-f", lengthy).failsWith("--file ", "lengthy.txt: ", "the context of 64 has no room");
    run("-p", "a", "--cache-type", "q4_0").isMisusedWith("--cache-type", "f16, f32, q8_0");
    CliRun.of("run", "-m", folder.resolve("none.gguf"), "-p", "a")
        .failsWith("--model ", "none.gguf: there is no such file");
    Path text = Files.writeString(folder.resolve("a.txt"), "no model at all, but a text");
    CliRun.of("run", "-m", text, "-p", "a")
        .failsWith("--model ", "a.txt: expected a language model");
    CliRun.of("api", "-m", text, "--port", 0)
        .failsWith("--model ", "a.txt: expected a language model");
    run("-p", "a", "--lora", folder.resolve("none.gguf"))
        .failsWith("--lora ", "none.gguf: there is no such file");
    run("-p", "a", "--lora", text).failsWith("--lora ", "a.txt");
    byte[] half = Arrays.copyOf(Files.readAllBytes(model), 5_000);
    CliRun.of("run", "-m", Files.write(folder.resolve("half.bin"), half), "-p", "a")
        .failsWith("--model ", "half.bin", "not whole");
    Path begun = Files.write(folder.resolve("begun.bin"), Arrays.copyOf(half, 10));
    CliRun.of("run", "-m", begun, "-p", "a")
        .failsWith("this is none of them, perhaps an ONNX file");
  }

  @Test
  void theIdFollowsFromFileContextAnswerAndCacheType() throws IOException {
    CliRun shown = CliRun.of("model", "inspect", model).succeeds();
    JsonNode facts = json(CliRun.of("model", "inspect", model, "--json"));
    assertThat(shown.out())
        .contains("on chain", facts.path("model").asText(), "64 tokens", "f16", "</s>");
    assertThat(facts.path("context").asInt()).isEqualTo(64);
    assertThat(facts.path("answer").asInt()).isEqualTo(64);
    assertThat(facts.path("nodes").asInt()).isGreaterThan(20);
    assertThat(id("--context", 64, "--answer", 64, "--cache-type", "f16"))
        .isEqualTo(facts.path("model").asText());
    assertThat(CliRun.of("model", "import", model).succeeds().out())
        .contains(facts.path("model").asText(), "request u8", "answer u8");
    CliRun.of("model", "run", model, "--input", model).blames("./opml run -m");
    assertThat(id("-c", 32)).isNotEqualTo(id("-c", 33));
    assertThat(id("-c", 0)).as("as long as it was trained for").isEqualTo(id("-c", 64));
    assertThat(id("--answer", 32)).isNotEqualTo(id("--answer", 33));
    assertThat(id("--cache-type", "f32")).isNotEqualTo(facts.path("model").asText());
    CliRun.of("model", "inspect", model, "--answer", 65).failsWith("--answer 65", "1 to 64");
    CliRun.of("model", "inspect", model, "--context", -1).failsWith("--ctx-size -1");
  }

  private String id(Object... more) {
    Object[] words = {"model", "inspect", model, "--json"};
    return json(CliRun.of(joined(words, more))).path("model").asText();
  }

  @Test
  void aRealModelTellsItsStory() throws IOException {
    Path stories = shared("stories260K.bin");
    String expected = Files.readString(shared("stories260K.bin.greedy256.txt")).strip();
    CliRun told =
        CliRun.of("run", "-m", stories, "-p", "Once upon a time", "-n", 200, "--cache-type", "f32")
            .succeeds();
    assertThat(told.out().strip()).hasSizeGreaterThan(400);
    assertThat(expected).startsWith(told.out().strip());
  }

  private static Path shared(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve(Path.of("shared", "data", "llm", name));
      if (Files.exists(file)) {
        return file;
      }
    }
    System.err.println("SKIPPED: shared/data/llm is absent");
    return Assumptions.abort("shared/data/llm is absent");
  }

  private CliRun run(Object... more) {
    return CliRun.of(joined(new Object[] {"run", "-m", model}, more));
  }

  private static Object[] joined(Object[] words, Object... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray();
  }

  private static JsonNode json(CliRun run) {
    return run.succeeds().json().getFirst();
  }
}
