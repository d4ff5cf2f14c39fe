package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.cli.console.ExitCode;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `opml conformance tokenizer`, with the vocabularies of `shared/` beside the repository where it needs one.
class TokenizerCommandTest {
  private static final String GPT_2 = "ggml-vocab-gpt-2.gguf";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {GPT_2, "ggml-vocab-llama-spm.gguf"})
  void everyTextOfAVocabularyHasItsIds(String name) {
    CliRun run = CliRun.of("conformance", "tokenizer", shared(name));
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).startsWith("46 of 46 texts have their ids; ");
    JsonNode json = CliRun.of("conformance", "tokenizer", shared(name), "--json").json().getFirst();
    assertThat(json.path("passed").asInt()).isEqualTo(46);
    assertThat(json.path("tokens").asInt()).isGreaterThan(30_000);
    assertThat(json.path("differences")).isEmpty();
  }

  @Test
  void aTextWithOtherIdsIsShownWithBoth() throws IOException {
    Path file = copy();
    List<String> ids = new ArrayList<>(Files.readAllLines(shared(GPT_2 + ".out")));
    assertThat(ids.get(11)).isEqualTo(" 15496 995");
    ids.set(11, " 15496 996");
    Files.write(folder.resolve(GPT_2 + ".out"), ids);
    CliRun run = CliRun.of("conformance", "tokenizer", file);
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .containsSubsequence(
            "text 12, 'Hello world':",
            "got      15496 995",
            "expected 15496 996",
            "45 of 46 texts");
    JsonNode json = CliRun.of("conformance", "tokenizer", file, "--json").json().getFirst();
    assertThat(json.path("differences").get(0).path("expected").get(1).asInt()).isEqualTo(996);
  }

  @Test
  void whatLiesBesideAFileMustFitIt() throws IOException {
    Path file = copy();
    CliRun.of("conformance", "tokenizer", file).blames(GPT_2 + ".out: there is no such file");
    Path ids = Files.writeString(folder.resolve(GPT_2 + ".out"), " 1 2\n");
    CliRun.of("conformance", "tokenizer", file).blames("has 46 texts", "1 lines");
    Files.writeString(ids, " 1\n 1 x\n");
    CliRun.of("conformance", "tokenizer", file)
        .blames(GPT_2 + ".out, line 2: expected numbers, found ' 1 x'");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("a.gguf"), "no model at all");
    CliRun.of("conformance", "tokenizer", text).blames("a.gguf, offset 0: not a GGUF file");
    CliRun.of("conformance", "tokenizer", folder.resolve("none")).blames("none: there is no");
    CliRun.of("conformance", "tokenizer", folder).blames("this is a folder");
  }

  /// {@return a vocabulary with its texts, and without their ids}
  private Path copy() throws IOException {
    Files.copy(shared(GPT_2 + ".inp"), folder.resolve(GPT_2 + ".inp"));
    return Files.copy(shared(GPT_2), folder.resolve(GPT_2));
  }

  private static Path shared(String name) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve(Path.of("shared", "data", "tokenizers", name));
      if (Files.exists(file)) {
        return file;
      }
    }
    System.err.println("SKIPPED: shared/data/tokenizers is absent");
    return Assumptions.abort("shared/data/tokenizers is absent");
  }
}
