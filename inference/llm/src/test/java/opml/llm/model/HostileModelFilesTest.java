package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.ImportException;
import opml.llm.GgufWriter;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Model files that are cut or changed at random: they open, or are refused, and nothing else.
class HostileModelFilesTest {
  private static final int ROUNDS = 300;

  @TempDir private Path folder;

  @Test
  void changedFilesOpenOrAreRefused() throws IOException {
    long seed = System.nanoTime();
    System.out.println("HostileModelFilesTest: seed " + seed);
    Random random = new Random(seed);
    byte[] whole = TinyLlama.of("qwen3", ElementType.Q8_0, random).bytes();
    int data = whole.length - 30_000;
    Path file = folder.resolve("tiny.gguf");
    assertThat(opens(Files.write(file, whole))).isTrue();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] changed = whole.clone();
      switch (random.nextInt(4)) {
        // counts, lengths, offsets and types: eight bytes that may be anything
        case 0 -> {
          int at = random.nextInt(data);
          for (int i = 0; i < 8; i++) {
            changed[at + i] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
          }
        }
        case 1 -> changed = Arrays.copyOf(whole, random.nextInt(whole.length));
        // two rows of the table get each other's bytes
        case 2 -> {
          int from = random.nextInt(data);
          int to = random.nextInt(data);
          System.arraycopy(
              whole, from, changed, to, Math.min(40, whole.length - Math.max(from, to)));
        }
        default -> changed[random.nextInt(data)] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, changed);
      refused += opens(file) ? 0 : 1;
    }
    assertThat(refused).as("seed %d", seed).isBetween(1, ROUNDS - 1);
  }

  @Test
  void aStrangersFileStandsAloneAndHasNoMoreTokensThanItMay() throws IOException {
    Path file = folder.resolve("tiny.gguf");
    Files.write(file, TinyLlama.of("qwen3", ElementType.Q8_0, new Random(1)).bytes());
    assertThat(LanguageModels.openAlone(file, TinyLlama.VOCABULARY).tokenizer()).isPresent();
    assertThatThrownBy(() -> LanguageModels.openAlone(file, TinyLlama.VOCABULARY - 1))
        .isInstanceOf(MalformedException.class)
        .hasMessage(file + ": 263 tokens, expected at most 262");
    assertThatThrownBy(() -> LanguageModels.openAlone(file, TinyLlama.VOCABULARY / 3))
        .isInstanceOf(MalformedException.class)
        .hasMessage(file + ": 263 strings in tokenizer.ggml.tokens, expected at most 174");
    GgufWriter part = TinyLlama.of("qwen3", ElementType.Q8_0, new Random(1));
    Files.write(file, part.shortNumber("split.no", 0).shortNumber("split.count", 2).bytes());
    assertThatThrownBy(() -> LanguageModels.openAlone(file, TinyLlama.VOCABULARY))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("one of 2 files that a model is split into");
    Files.writeString(file, "<html>");
    assertThatThrownBy(() -> LanguageModels.openAlone(file, TinyLlama.VOCABULARY))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expected a GGUF file or a llama2.c checkpoint; this is ");
  }

  /// {@return whether it is a model, all of whose weights can be read}; all else than a refusal is thrown on
  private static boolean opens(Path file) {
    return Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try {
            LanguageModels.open(file).weights().tensors().values().forEach(Tensor::data);
            return true;
          } catch (MalformedException | ImportException e) {
            assertThat(e.getMessage()).startsWith(file.toString());
            return false;
          }
        });
  }
}
