package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
  /// Short, since the model has 64 positions.
  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role[0] ~ m.content ~ '\n' }}{% endfor %}"
          + "{% if messages[-1].content == 'no' %}{{ raise_exception('not that') }}{% endif %}";

  @TempDir Path folder;

  private final long seed = new Random().nextLong();
  private final InputStream input = System.in;
  private Path model;
  private Path template;

  @BeforeEach
  void writeModel() throws IOException {
    model = TinyCheckpoint.write(folder.resolve("tiny.bin"), seed, true);
    template = Files.writeString(folder.resolve("short.jinja"), TEMPLATE);
  }

  @AfterEach
  void giveBack() {
    System.setIn(input);
  }

  private CliRun chat(String lines, Object... more) {
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    Object[] words = {"chat", "-m", model, "--chat-template", template};
    return CliRun.of(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
  }

  private List<JsonNode> answers(String lines, Object... more) {
    return chat(lines, Stream.concat(Stream.of("--json", "-n", 4), Arrays.stream(more)).toArray())
        .succeeds()
        .json();
  }

  @Test
  void anAnswerIsWhatRunSaysOfTheSameText() {
    JsonNode answer = answers("ab c\n").getFirst();
    JsonNode run =
        CliRun.of("run", "-m", model, "-p", "uab c\n", "-n", 4, "--json")
            .succeeds()
            .json()
            .getFirst();
    assertThat(answer.path("tokens")).as("seed %d", seed).isEqualTo(run.path("tokens"));
    assertThat(answer.path("promptTokens")).isEqualTo(run.path("promptTokens"));
    String shown = chat("ab c\n", "-n", 4).succeeds().out();
    assertThat(shown).endsWith("\n").doesNotContain("uab c");
  }

  @Test
  void whatWasSaidIsReadOnceAndAnswersAreThoseOfAConversationThatBeganAnew() {
    List<JsonNode> answers = answers("a\nb\nc\n", "--system", "s");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).path("promptTokensKept").asInt()).isZero();
    assertThat(answers.get(2).path("promptTokensKept").asInt())
        .as("seed %d", seed)
        .isGreaterThanOrEqualTo(answers.get(1).path("promptTokens").asInt() - 1);
    JsonNode again = answers("x\n/clear\na\nb\nc\n", "--system", "s").get(3);
    assertThat(again.path("tokens")).isEqualTo(answers.get(2).path("tokens"));
    assertThat(answers("a\n/clear\na\n").get(1).path("tokens"))
        .isEqualTo(answers("a\n").getFirst().path("tokens"));
  }

  @Test
  void aConversationIsKeptInAFileAndGoesOnFromIt() throws IOException {
    Path kept = folder.resolve("kept.json");
    List<JsonNode> whole = answers("a b\n/save " + kept + "\nc\n/quit\nab\n", "--system", "s");
    assertThat(whole).hasSize(2);
    assertThat(Files.readString(kept))
        .contains("\"messages\"", "\"system\"", "\"user\"", "\"assistant\"", "\"a b\"");
    JsonNode goneOn = answers("/load " + kept + "\nc\n").getFirst();
    assertThat(goneOn.path("tokens")).as("seed %d", seed).isEqualTo(whole.get(1).path("tokens"));
  }

  @Test
  void whatGoesWrongIsSaidAndTheConversationGoesOn() throws IOException {
    Path none = folder.resolve("none.json");
    Path text = Files.writeString(folder.resolve("text.json"), "no JSON");
    CliRun run =
        chat(
            "/load "
                + none
                + "\n/load "
                + text
                + "\n/load\n/what\nno\n"
                + "ab ".repeat(60)
                + "\n\na\n",
            "--json",
            "-n",
            2);
    assertThat(run.succeeds().json()).as(run.err()).hasSize(1);
    assertThat(run.err())
        .contains(
            "none.json: there is no such file",
            "text.json, offset",
            "/load: expected is the name of a file",
            "/what: there are /quit",
            "template for conversations: not that",
            "the context of 64 no room for an answer");
  }

  @Test
  void aLineGoesOnInTheNextAndTheAnswerEndsWithTheContext() {
    JsonNode answer = chat("ab\\\nc\n", "--json", "-n", -1).succeeds().json().getFirst();
    JsonNode run =
        CliRun.of("run", "-m", model, "-p", "uab\nc\n", "-n", -1, "--json")
            .succeeds()
            .json()
            .getFirst();
    assertThat(answer.path("tokens")).as("seed %d", seed).isEqualTo(run.path("tokens"));
    assertThat(answer.path("end")).isEqualTo(run.path("end"));
  }

  @Test
  void whatCannotTalkIsRefusedInOneLine() throws IOException {
    CliRun.of("chat", "-m", model).failsWith("tiny.bin: it has no template", "--chat-template");
    Path wrong = Files.writeString(folder.resolve("wrong.jinja"), "{% if %}");
    CliRun.of("chat", "-m", model, "--chat-template", wrong)
        .failsWith("--chat-template ", "wrong.jinja: line 1: expected is an expression");
    CliRun.of("chat", "-m", model, "--chat-template", folder.resolve("none.jinja"))
        .failsWith("--chat-template", "none.jinja: there is no such file");
    chat("a\n", "-n", -2).failsWith("--n-predict -2");
    chat("a\n", "-t", 0).failsWith("--threads 0");
    assertThat(CliRun.of("chat", "-m", model, "--chat-template", "chatml").code()).isZero();
  }
}
