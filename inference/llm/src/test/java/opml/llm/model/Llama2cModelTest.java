package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import opml.core.codec.MalformedException;
import opml.engine.tensor.Shape;
import opml.llm.SharedFiles;
import opml.llm.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real checkpoint of llama2.c with its tokenizer, if it is there.
class Llama2cModelTest {
  private static final String MODEL = "llm/stories260K.bin";
  private static final String TOKENIZER = "llm/tok512.bin";

  @Test
  void aCheckpointIsAModel() throws IOException {
    Path file = SharedFiles.require(MODEL);
    LanguageModel model = LanguageModels.open(file, SharedFiles.require(TOKENIZER));
    assertThat(model.name()).isEqualTo("stories260K");
    assertThat(model.hyperparameters())
        .isEqualTo(
            new Hyperparameters(
                Architecture.LLAMA,
                64,
                5,
                8,
                4,
                8,
                172,
                512,
                512,
                1e-5f,
                new Rope(8, 10_000, Rope.Style.NORMAL, new Rope.Scaling.None()),
                0));
    Weights weights = model.weights();
    assertThat(weights.isTied()).isTrue();
    assertThat(weights.classifier()).isSameAs(weights.get(Weights.EMBEDDING));
    assertThat(weights.get(4, "attn_k.weight").shape()).isEqualTo(Shape.of(32, 64));
    assertThat(weights.get(0, "ffn_down.weight").shape()).isEqualTo(Shape.of(64, 172));
    // The first and the last float that the file has as weights.
    byte[] bytes = Files.readAllBytes(file);
    assertThat(weights.get(Weights.EMBEDDING).bytes())
        .startsWith(Arrays.copyOfRange(bytes, 28, 32));
    int end = bytes.length - 512 * 8 / 2 * 2 * 4;
    assertThat(weights.get(Weights.LAST_NORM).bytes())
        .isEqualTo(Arrays.copyOfRange(bytes, end - 64 * 4, end));
  }

  @Test
  void itsTokenizerMakesTheLongestPiecesThatItKnows() throws IOException {
    Tokenizer tokenizer = open().tokenizer().orElseThrow();
    int[] ids = tokenizer.encode("Once upon a time", true, false);
    assertThat(ids).startsWith(1);
    assertThat(Arrays.stream(ids).skip(1).mapToObj(tokenizer::text).toList())
        .startsWith("▁Once", "▁upon")
        .endsWith("▁time");
    assertThat(tokenizer.decode(ids, false)).isEqualTo("Once upon a time");
    assertThat(tokenizer.endsOfGeneration()).containsExactly(2);
    assertThat(tokenizer.piece(ids[1])).asString().isEqualTo(" Once");
    assertThat(tokenizer.piece(1)).isEmpty();
    assertThat(tokenizer.piece(3 + 0x0a)).containsExactly('\n');
  }

  @Test
  void aTokenizerMayLieBehindTheModelOrBesideIt(@TempDir Path folder) throws IOException {
    Path model = SharedFiles.require(MODEL);
    Path tokenizer = SharedFiles.require(TOKENIZER);
    Path both = folder.resolve("both.data");
    try (OutputStream out = Files.newOutputStream(both)) {
      Files.copy(model, out);
      Files.copy(tokenizer, out);
    }
    assertThat(LanguageModels.open(both).tokenizer().orElseThrow().size()).isEqualTo(512);
    assertThat(LanguageModels.open(model).tokenizer()).isPresent();
    Path alone = Files.copy(model, folder.resolve("alone.bin"));
    assertThat(LanguageModels.open(alone).tokenizer()).isEmpty();
  }

  @Test
  void whatIsCutOrOfAnotherVocabularyIsRefused(@TempDir Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(SharedFiles.require(MODEL));
    Path cut = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> LanguageModels.open(cut))
        .isInstanceOf(MalformedException.class)
        .hasMessageContainingAll("cut.bin", "which is not whole: the file has 1,056,539 bytes");
    byte[] tokens = Files.readAllBytes(SharedFiles.require(TOKENIZER));
    Path less = Files.write(folder.resolve("less.bin"), Arrays.copyOf(tokens, 6_000));
    Path model = SharedFiles.require(MODEL);
    assertThatThrownBy(() -> LanguageModels.open(model, less))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("less.bin, offset ");
    byte[] more = Arrays.copyOf(tokens, tokens.length + 9);
    Path longer = Files.write(folder.resolve("longer.bin"), more);
    assertThatThrownBy(() -> LanguageModels.open(model, longer))
        .hasMessageContaining("expected the end behind 512 tokens, found 9 bytes more");
  }

  private static LanguageModel open() throws IOException {
    return LanguageModels.open(SharedFiles.require(MODEL), SharedFiles.require(TOKENIZER));
  }
}
