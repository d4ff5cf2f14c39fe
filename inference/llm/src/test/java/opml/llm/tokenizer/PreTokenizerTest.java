package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PreTokenizerTest {
  /// Texts that make careless expressions recurse or look over everything anew: one character, and what it ends with.
  private static final List<String> HOSTILE =
      List.of(" ", "\n", "a", "A", "1", "!", "'", "\u0301", "a\ud835\udc00", "\u4e00", " \n", "a ");

  @ParameterizedTest
  @CsvSource(
      delimiter = '/',
      value = {
        "gpt-2 / I'll go 2day,  ok? / I|'ll| go| 2|day|,| | ok|?",
        "gpt-2 / I'LL 12345 / I|'|LL| 12345",
        "gpt-2 / (a)  + b / (|a|)| | +| b",
        "starcoder / a 123 / a| |1|2|3",
        "default / ab$$ 12345x / ab|$$| |123|45|x",
        "falcon / `a` 12345 / `|a|`| |123|45",
        "llama-bpe / I'LL 12345 / I|'LL| |123|45",
        "llama-bpe / (ab) x+=1 / (ab|)| x|+=|1",
        "dbrx / (ab) x+=1 / (ab|)| x|+=|1",
        "qwen2 / v12 it's / v|1|2| it|'s",
        "deepseek-llm / ä 12, 中文x / ä| |12|,| |中文|x",
        "deepseek-llm / Aä Ab:c / A|ä| Ab|:|c",
        "deepseek-coder / Aé 12, / Aé| |1|2|,",
        "deepseek-v3 / a 1234 .ab中文 / a| |123|4| .|ab|中文",
        "deepseek-v3 / x.ab / x|.ab",
        "bloom / a, b|c d / a|,| b|||c| d",
        "viking / a1 23 / a|1| |2|3",
        "tekken / HelloWorld ABCdef 12 / Hello|World| ABCdef| |1|2",
        "gpt-4o / HelloWorld's 1234 / Hello|World's| |123|4",
        "bailingmoe / It'S 12 / It|'S| |1|2",
        "seed-coder / It'S 12!? / It|'S| |1|2|!?",
        "superbpe / a b 1234567 c / a b |1|234|567| c",
        "superbpe / 123 / 123",
        "qwen35 / का 12 / का| |1|2",
        "minicpm5 / It's 1234 / It|'s| |123|4",
        "jais-2 / I'LL 1234 (ab) / I|'LL| |123|4| (|ab|)",
        "exaone-moe / It's one of two, or 12 / It|'s| one of two|,| or| |1|2",
        "exaone-moe / x  yz क् का / x| | yz क् का",
        "afmoe / a 1234567 .ab中文ไทย / a| |1|234|567| .|ab|中文ไ|ทย",
        "tiny_aya / HelloWorld's 1234567 / Hello|World's| |1|234|567",
        "tiny_aya / 12345ab 1234_ / 12|345|ab| |1|234|_",
        "youtu / HelloWorld's 12한국어，中文 / Hello|World's| |1|2|한국어|，|中文",
        "k2-horizon / का 1234 / का| |123|4",
        "laguna / a 12 / a| |1|2",
        "ufakzeka / it's 12 / it|'s| |1|2",
        "kimi-k2 / HelloWorld中文abc 1234 / Hello|World|中文|abc| |123|4",
      })
  void wordsAreCutAsTheModelsDefinitionSays(String name, String text, String words) {
    String cut = String.join("|", words(PreTokenizer.named(name).orElseThrow(), text));
    assertThat(cut).isEqualTo(words);
  }

  @Test
  void lineEndsGoWithWhatTheDefinitionPutsThemTo() {
    assertThat(words(PreTokenizer.LLAMA_3, "a!\n\n  b\n \n  c"))
        .containsExactly("a", "!\n\n", " ", " b", "\n \n", " ", " c");
    assertThat(words(PreTokenizer.GPT_2, "a!\n\n  b")).containsExactly("a", "!", "\n\n ", " b");
    assertThat(words(PreTokenizer.DEEPSEEK_LLM, "a\n\nb  "))
        .containsExactly("a", "\n", "\n", "b", "  ");
    assertThat(words(PreTokenizer.GPT_4O, "a/\n//\nb")).containsExactly("a", "/\n//\n", "b");
    assertThat(words(PreTokenizer.LAGUNA, "a!\n\nb")).containsExactly("a", "!", "\n\n", "b");
    assertThat(words(PreTokenizer.BAILING, "a \n\nb")).containsExactly("a", " \n\n", "b");
  }

  @Test
  void whiteSpaceComesInPowersOfTwoWhereTheDefinitionSaysSo() {
    assertThat(words(PreTokenizer.JAIS_2, "a" + " ".repeat(22) + "b"))
        .containsExactly("a", " ".repeat(16), " ".repeat(4), " ", " b");
    assertThat(words(PreTokenizer.JAIS_2, "a  \n   \n  b"))
        .containsExactly("a", "  \n   \n", " ", " b");
    assertThat(words(PreTokenizer.JAIS_2, "!\n \n   ")).containsExactly("!\n", " \n", "  ", " ");
  }

  @Test
  void anEndingWithALongSIsOneToo() {
    assertThat(words(PreTokenizer.LLAMA_3, "x'\u017f")).containsExactly("x", "'\u017f");
  }

  @ParameterizedTest
  @EnumSource
  void wordsAreTheTextWithoutGaps(PreTokenizer words) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      String text = RandomTexts.next(random, 60);
      List<String> cut = words(words, text);
      assertThat(cut).as("seed %d", seed).doesNotContain("");
      assertThat(String.join("", cut)).as("seed %d", seed).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noTextTakesMoreThanTimeInProportion(PreTokenizer words) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (String unit : HOSTILE) {
            String text = unit.repeat(300_000 / unit.length()) + "x";
            int[] end = {0};
            words.cut(text, (from, to) -> end[0] = from == end[0] ? to : -1);
            assertThat(end[0]).as("'%s'", unit).isEqualTo(text.length());
          }
        });
  }

  @Test
  void aNameMeansOneDefinition() {
    Set<String> names = new HashSet<>();
    for (PreTokenizer words : PreTokenizer.values()) {
      for (String name : words.names()) {
        assertThat(names.add(name)).as(name).isTrue();
        assertThat(PreTokenizer.named(name)).contains(words);
      }
    }
  }

  @Test
  void anUnknownOneIsRefusedByNameAndAMissingOneIsNotGuessed() {
    GgufMaker unknown = GgufMaker.of("gpt2").text("pre", "mine").texts("merges", List.of());
    assertThatThrownBy(() -> unknown.token("a").tokenizer())
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "pre-tokenizer mine, which we do not have; expected is one of a.x-4.0");
    GgufMaker missing = GgufMaker.of("gpt2").texts("merges", List.of());
    assertThatThrownBy(() -> missing.token("a").tokenizer())
        .hasMessage("tiny.gguf: no key tokenizer.ggml.pre; expected is a string");
  }

  private static List<String> words(PreTokenizer words, String text) {
    List<String> cut = new ArrayList<>();
    words.cut(text, (from, to) -> cut.add(text.substring(from, to)));
    return cut;
  }
}
