package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordPieceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '/',
      value = {
        "unaffable / ▁un aff able",
        "UNAFFABLE / ▁un aff able",
        "ünäffable / ▁un aff able",
        "un,able / ▁un ▁, ▁able",
        "un $ able / ▁un ▁$ ▁able",
        "unxyz un / [UNK] ▁un",
        "中文 / ▁中 ▁文",
        "un\u00ad\u0007\ufffdaff / ▁un aff",
        "un\u00a0\u2028\tun / ▁un ▁un",
        "able / ▁able"
      })
  void aWordIsItsLongestPieces(String text, String pieces) {
    assertThat(pieces(vocabulary().tokenizer(), text)).isEqualTo(pieces);
  }

  @Test
  void theFileSaysWhetherCaseAndAccentsCount() {
    Tokenizer cased = vocabulary().flag("normalizer.lowercase", false).tokenizer();
    assertThat(pieces(cased, "Un un ün")).isEqualTo("[UNK] ▁un [UNK]");
    Tokenizer accents = vocabulary().flag("normalizer.strip_accents", false).tokenizer();
    assertThat(pieces(accents, "Un ün")).isEqualTo("▁un [UNK]");
  }

  @Test
  void aTextStandsBetweenTwoTokensAndComesBackAsFarAsItCan() {
    Tokenizer tokenizer = vocabulary().tokenizer();
    int[] ids = tokenizer.encode("Unaffable, un", true, false);
    assertThat(pieces(tokenizer, ids)).isEqualTo("[CLS] ▁un aff able ▁, ▁un [SEP]");
    assertThat(tokenizer.decode(ids, false)).isEqualTo("unaffable , un");
  }

  private static GgufMaker vocabulary() {
    GgufMaker maker = GgufMaker.of("bert");
    maker.token("[UNK]", TokenKind.UNKNOWN, 0);
    maker.token("[CLS]", TokenKind.CONTROL, 0).token("[SEP]", TokenKind.CONTROL, 0);
    for (String piece : List.of("▁un", "aff", "able", "▁able", "▁,", "▁$", "▁中", "▁文")) {
      maker.token(piece);
    }
    return maker
        .number("unknown_token_id", 0)
        .number("bos_token_id", 1)
        .number("seperator_token_id", 2);
  }

  private static String pieces(Tokenizer tokenizer, String text) {
    return pieces(tokenizer, tokenizer.encode(text, false, false));
  }

  private static String pieces(Tokenizer tokenizer, int[] ids) {
    return Arrays.stream(ids).mapToObj(tokenizer::text).collect(Collectors.joining(" "));
  }
}
