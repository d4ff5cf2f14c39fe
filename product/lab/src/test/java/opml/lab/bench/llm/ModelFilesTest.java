package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import opml.engine.plan.Team;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.Hyperparameters;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.twins.Twins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelFilesTest {
  private static final LlamaShape SHAPE = new LlamaShape("small", 256, 512, 2, 8, 2, 300, 64);

  @TempDir Path folder;

  private static int[] written(LanguageModel model, int count, int... prompt) {
    try (Session session =
        TextEngine.of(model, 64, CacheType.F16, 16, Twins.provider(), Team.shared(), _ -> {})
            .open()) {
      int[] tokens = new int[count];
      int next = session.take(prompt);
      for (int i = 0; i < count; i++) {
        tokens[i] = next;
        next = session.take(next);
      }
      return tokens;
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"F32", "Q8_0", "Q4_0", "Q4_K", "Q2_K", "Q3_K", "Q5_K", "Q6_K", "IQ2_XXS", "IQ4_XS"})
  void aRandomModelIsOneThatWritesAndDoesNotEnd(ElementType type) throws IOException {
    Path file = folder.resolve("a.gguf");
    SyntheticModel.write(file, SHAPE, type, 1);
    LanguageModel model = LanguageModels.open(file);
    Hyperparameters numbers = model.hyperparameters();
    assertThat(numbers.width()).isEqualTo(256);
    assertThat(numbers.kvHeads()).isEqualTo(2);
    assertThat(numbers.vocabulary()).isEqualTo(300);
    assertThat(model.tokenizer().orElseThrow().endsOfGeneration()).isEqualTo(Set.of(2));
    int[] tokens = written(model, 48, 1, 270, 280);
    assertThat(tokens).doesNotContain(2);
    // One text may well go round in a circle; other texts must lead elsewhere.
    long others =
        IntStream.range(260, 276).map(id -> written(model, 1, 1, id)[0]).distinct().count();
    assertThat(others).as("tokens behind 16 texts").isGreaterThan(4);
  }

  @Test
  void theSameSeedGivesTheSameFileAndAnotherOneAnother() throws IOException {
    Path one = folder.resolve("one");
    Path same = folder.resolve("same");
    Path other = folder.resolve("other");
    SyntheticModel.write(one, SHAPE, ElementType.Q4_K, 1);
    SyntheticModel.write(same, SHAPE, ElementType.Q4_K, 1);
    SyntheticModel.write(other, SHAPE, ElementType.Q4_K, 2);
    assertThat(Files.mismatch(one, same)).isEqualTo(-1);
    assertThat(Files.mismatch(one, other)).isNotEqualTo(-1);
    assertThat(Files.size(one)).isEqualTo(Files.size(other));
  }

  @Test
  void aConvertedCheckpointSaysTheSame() throws IOException {
    long seed = 1;
    Path checkpoint = Files.write(folder.resolve("model.bin"), SmallCheckpoint.bytes(seed));
    Path tokens = Files.write(folder.resolve("tokenizer.bin"), tokenizer(300));
    Path file = folder.resolve("model.gguf");
    StoriesFile.write(file, "stories", checkpoint, tokens);
    LanguageModel before = LanguageModels.open(checkpoint);
    LanguageModel after = LanguageModels.open(file);
    assertThat(after.name()).isEqualTo("stories");
    assertThat(after.hyperparameters()).isEqualTo(before.hyperparameters());
    assertThat(written(after, 32, 1, 290))
        .as("seed %d", seed)
        .isEqualTo(written(before, 32, 1, 290));
    assertThat(after.tokenizer().orElseThrow().encode("abc d", true, false))
        .isEqualTo(before.tokenizer().orElseThrow().encode("abc d", true, false));
  }

  private static byte[] tokenizer(int vocabulary) {
    ByteBuffer out = ByteBuffer.allocate(16 * vocabulary).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(6);
    for (int id = 0; id < vocabulary; id++) {
      String piece =
          switch (id) {
            case 0 -> "<unk>";
            case 1 -> "<s>";
            case 2 -> "</s>";
            default -> id < 259 ? "<0x%02X>".formatted(id - 3) : Character.toString(id - 259 + 'a');
          };
      byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
      out.putFloat(id < 259 ? 0 : 259 - id).putInt(bytes.length).put(bytes);
    }
    byte[] all = new byte[out.position()];
    out.flip().get(all);
    return all;
  }
}
