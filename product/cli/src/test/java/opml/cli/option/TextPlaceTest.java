package opml.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import opml.llm.forward.CacheType;
import opml.llm.forward.TextLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextPlaceTest {
  private static final String FILE = "https://example.org/a.gguf?b=1&context=3";

  @ParameterizedTest
  @EnumSource
  void whatIsPublishedIsReadAgain(CacheType type) {
    TextPlace place = new TextPlace(FILE, Optional.of(new TextLimits(2048, 512, type)));
    assertThat(TextPlace.of(place.published())).isEqualTo(place);
    assertThat(place.published()).startsWith(FILE + "#context=2048&answer=512&cache=");
  }

  @Test
  void theOrderDoesNotMatterNorDoesWhatElseAFragmentSays() {
    assertThat(TextPlace.of(FILE + "#top&cache=q8_0&answer=1&x=y&context=9"))
        .isEqualTo(new TextPlace(FILE, Optional.of(new TextLimits(9, 1, CacheType.Q8_0))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#", "#top", "#contexts=3", "##"})
  void aPlaceWithoutNumbersIsOneOfAModelThatComputesItsOutput(String fragment) {
    assertThat(TextPlace.of(FILE + fragment)).isEqualTo(new TextPlace(FILE, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "context=9&answer=1 | expected are context, answer, cache; cache is missing",
        "context | answer is missing",
        "context=9&answer=1&cache=f16&context=9 | context stands twice",
        "context=-1&answer=1&cache=f16 | context is '-1'; expected is a number of tokens",
        "context=9999999999&answer=1&cache=f16 | context is '9999999999'",
        "context=999999999&answer=1&cache=f16 | context: expected 1 to 16,777,216 tokens",
        "context=0&answer=1&cache=f16 | context: expected 1 to 16,777,216 tokens, found 0",
        "context=9&answer=10&cache=f16 | answers: expected 1 to 9 tokens, found 10",
        "context=9&answer=&cache=f16 | answer is ''",
        "context=9&answer=1&cache=F16 | cache is 'F16', which is none of f16, f32, q8_0",
      })
  void numbersThatNoTextCanHaveAreRefused(String fragment, String why) {
    assertThatThrownBy(() -> TextPlace.of(FILE + "#" + fragment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
