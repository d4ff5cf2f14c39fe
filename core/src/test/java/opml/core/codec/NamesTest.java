package opml.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void ordinaryNamesStayAsTheyAre() {
    for (String name : List.of("", "/encoder/layers.0/MatMul", "größe 1", "重み", "n".repeat(100))) {
      assertThat(Names.shown(name)).isEqualTo(name);
    }
  }

  @Test
  void whatIsNotPrintableStandsAsItsCode() {
    assertThat(Names.shown("a\nb\r\u001b[31m\u0007\u0085\u009b"))
        .isEqualTo("a\\u000Ab\\u000D\\u001B[31m\\u0007\\u0085\\u009B");
    String marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\u200b\ufeff";
    assertThat(Names.shown(marks)).matches("(\\\\u[0-9A-F]{4}){13}");
    assertThat(Names.shown("\ud800x\udb40\udc41")).isEqualTo("\\uD800x\\uDB40\\uDC41");
  }

  @Test
  void longNamesKeepBeginAndEnd() {
    String shown = Names.shown("begin" + "x".repeat(65_000) + "end");
    assertThat(shown).hasSizeLessThanOrEqualTo(100).startsWith("beginx").endsWith("xend");
    assertThat(shown).contains("…");
    assertThat(Names.shown("\n".repeat(90))).hasSizeLessThanOrEqualTo(100).contains("…");
    assertThat(Names.shown("😀".repeat(90))).hasSizeLessThanOrEqualTo(100).doesNotContain("\\u");
    assertThat(Names.shown(shown)).isEqualTo(shown);
  }

  @Test
  void listsTellHowManyMoreThereAre() {
    assertThat(Names.list(List.of("a", "b\n"))).isEqualTo("a, b\\u000A");
    assertThat(Names.list(Collections.nCopies(23, "n")))
        .startsWith("n, n")
        .endsWith("n and 3 more");
    assertThat(Names.list(Collections.nCopies(20, "n"))).endsWith("n, n");
  }
}
