package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SentencePieceTest {
  /// Unknown, begin, end, bytes; the first piece behind them.
  private static final int PIECES = 3 + 256;

  @Test
  void thePairOfTheBestScoreIsJoinedFirst() {
    Tokenizer tokenizer =
        GgufMaker.sentencePiece("ab", "bc", "abc", "a", "b", "c", "▁").tokenizer();
    assertThat(pieces(tokenizer, "abc")).isEqualTo("6 2");
    // With the scores the other way round, b and c are first, and a is left.
    Tokenizer other = GgufMaker.sentencePiece("bc", "ab", "a", "b", "c", "▁").tokenizer();
    assertThat(pieces(other, "abc")).isEqualTo("5 2 0");
  }

  @Test
  void ofEqualScoresTheLeftmostPairIsJoinedFirst() {
    GgufMaker maker = GgufMaker.sentencePiece("▁");
    for (String piece : new String[] {"a", "aa"}) {
      maker.token(piece, TokenKind.NORMAL, -5);
    }
    assertThat(pieces(maker.tokenizer(), "aaa")).isEqualTo("0 2 1");
  }

  @Test
  void aSpaceIsPutBeforeATextUnlessTheFileForbidsIt() {
    String[] pieces = {"▁a", "a", "▁"};
    assertThat(pieces(GgufMaker.sentencePiece(pieces).tokenizer(), "a a")).isEqualTo("0 0");
    Tokenizer none = GgufMaker.sentencePiece(pieces).flag("add_space_prefix", false).tokenizer();
    assertThat(pieces(none, "a a")).isEqualTo("1 0");
    assertThat(none.decode(none.encode(" a", false, false), false)).isEqualTo(" a");
  }

  @Test
  void aCharacterWithoutAPieceBecomesItsBytes() {
    Tokenizer tokenizer = GgufMaker.sentencePiece("▁").tokenizer();
    int[] ids = tokenizer.encode("é", false, false);
    assertThat(ids).containsExactly(PIECES, 3 + 0xc3, 3 + 0xa9);
    assertThat(tokenizer.decode(ids, false)).isEqualTo("é");
  }

  @Test
  void withoutBytesItIsUnknown() {
    GgufMaker maker = GgufMaker.of("llama").token("<unk>", TokenKind.UNKNOWN, 0);
    maker.token("<s>", TokenKind.CONTROL, 0).token("</s>", TokenKind.CONTROL, 0).token("▁");
    assertThat(maker.tokenizer().encode("é", false, false)).containsExactly(3, 0, 0);
  }

  @Test
  void aTextBeginsAndEndsAsTheFileSays() {
    GgufMaker maker = GgufMaker.sentencePiece("▁a").flag("add_eos_token", true);
    assertThat(maker.tokenizer().encode("a", true, false)).containsExactly(1, PIECES, 2);
    assertThat(GgufMaker.sentencePiece("▁a").tokenizer().encode("", true, false))
        .containsExactly(1);
    Tokenizer neither = GgufMaker.sentencePiece("▁a").flag("add_bos_token", false).tokenizer();
    assertThat(neither.encode("a", true, false)).containsExactly(PIECES);
    assertThat(neither.encode("", true, false)).isEmpty();
  }

  @Test
  void everyTextComesBack() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Tokenizer tokenizer =
        GgufMaker.sentencePiece("▁", "a", "b", "▁a", "ab", "▁▁", "el", "lo", "ello", "é")
            .token("<ud>", TokenKind.USER_DEFINED, 0)
            .tokenizer();
    for (int round = 0; round < 3_000; round++) {
      String text = RandomTexts.next(random, 40).replace("le", "<ud>");
      int[] ids = tokenizer.encode(text, round % 2 == 0, false);
      assertThat(tokenizer.decode(ids, false)).as("seed %d", seed).isEqualTo(text);
    }
  }

  private static String pieces(Tokenizer tokenizer, String text) {
    StringBuilder pieces = new StringBuilder();
    Arrays.stream(tokenizer.encode(text, false, false))
        .forEach(id -> pieces.append(id - PIECES).append(' '));
    return pieces.toString().strip();
  }
}
