package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufReader;
import opml.formats.gguf.GgufValue;
import org.junit.jupiter.api.Test;

/// Every rule for words against llama.cpp (as node-llama-cpp 3.22.1 has it): the ids that it gave to texts of chance
/// with GPT-2's vocabulary, whose file was changed to name that rule. `words.tsv` has the texts, and then, for each
/// rule, a line of ids a text.
class OtherWordsTest {
  private static final String TEXT = "text";
  private static final Pattern ESCAPED = Pattern.compile("\\\\u([0-9a-f]{4})");

  @Test
  void everyRuleGivesTheIdsOfAnotherImplementation() throws IOException {
    GgufFile file = GgufReader.read(SharedVocabulariesTest.vocabulary("ggml-vocab-gpt-2.gguf"));
    Map<String, List<String>> lines = lines();
    List<String> texts = Objects.requireNonNull(lines.remove(TEXT));
    Set<PreTokenizer> compared = EnumSet.noneOf(PreTokenizer.class);
    lines.forEach(
        (name, ids) -> {
          Tokenizer tokenizer = Tokenizer.of(named(file, name));
          assertThat(ids).hasSameSizeAs(texts);
          for (int i = 0; i < ids.size(); i++) {
            String got =
                Arrays.stream(tokenizer.encode(texts.get(i), false, false))
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(" "));
            assertThat(got).as("%s: '%s'", name, texts.get(i)).isEqualTo(ids.get(i));
          }
          compared.add(PreTokenizer.named(name).orElseThrow());
        });
    // K2 Horizon came later than that version
    assertThat(compared).isEqualTo(EnumSet.complementOf(EnumSet.of(PreTokenizer.K2_HORIZON)));
  }

  private static GgufFile named(GgufFile file, String name) {
    Map<String, GgufValue> metadata = new LinkedHashMap<>(file.metadata());
    metadata.put("tokenizer.ggml.pre", new GgufValue.Text(name));
    metadata.put("tokenizer.ggml.bos_token_id", metadata.get("tokenizer.ggml.eos_token_id"));
    return new GgufFile(file.name(), file.version(), metadata, file.tensors());
  }

  private static Map<String, List<String>> lines() throws IOException {
    Map<String, List<String>> lines = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(OtherWordsTest.class.getResourceAsStream("words.tsv"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int tab = line.indexOf('\t');
        lines
            .computeIfAbsent(line.substring(0, tab), _ -> new ArrayList<>())
            .add(unescaped(line.substring(tab + 1)));
      }
    }
    return lines;
  }

  private static String unescaped(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(
            escape -> {
              String unit = String.valueOf((char) Integer.parseInt(escape.group(1), 16));
              return Matcher.quoteReplacement(unit);
            });
  }
}
