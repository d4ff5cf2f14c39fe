package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.formats.gguf.GgufReader;
import opml.formats.refusal.ImportException;
import opml.llm.SharedFiles;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real vocabularies with llama.cpp's ids, if they are there: `shared/` beside the repository.
class SharedVocabulariesTest {
  private static final int ROUNDS = 60;

  @ParameterizedTest
  @ValueSource(strings = {"ggml-vocab-llama-spm.gguf", "ggml-vocab-gpt-2.gguf"})
  void everyTextHasItsIdsAndComesBack(String name) throws IOException {
    Tokenizer tokenizer = Tokenizer.of(GgufReader.read(vocabulary(name)));
    List<String> texts =
        List.of(Files.readString(vocabulary(name + ".inp")).split("\n__ggml_vocab_test__\n", 0));
    List<String> ids = Files.readAllLines(vocabulary(name + ".out"));
    assertThat(texts).hasSize(46).hasSameSizeAs(ids);
    for (int i = 0; i < texts.size(); i++) {
      int[] expected =
          Arrays.stream(ids.get(i).split(" ", -1))
              .filter(id -> !id.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      int[] encoded = tokenizer.encode(texts.get(i), false, false);
      assertThat(encoded).as("'%s'", texts.get(i)).containsExactly(expected);
      assertThat(tokenizer.decode(encoded, false)).isEqualTo(texts.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ggml-vocab-llama-spm.gguf", "ggml-vocab-gpt-2.gguf"})
  void aVocabularyThatIsChangedAtRandomWorksOrIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(vocabulary(name));
    long seed = System.nanoTime();
    System.out.println("SharedVocabulariesTest: seed " + seed);
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] changed = whole.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      // Of files with one change a quarter is good, of those with two a fifteenth.
      if (round % 2 == 0) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        Tokenizer tokenizer = Tokenizer.of(GgufReader.read("changed.gguf", changed));
        String text = RandomTexts.next(random, 200);
        tokenizer.decode(tokenizer.encode(text, true, true), true);
      } catch (MalformedException | ImportException e) {
        assertThat(e).hasMessageStartingWith("changed.gguf");
        refused++;
      }
    }
    assertThat(refused).isBetween(1, ROUNDS - 1);
  }

  static Path vocabulary(String name) {
    return SharedFiles.require("tokenizers/" + name);
  }
}
