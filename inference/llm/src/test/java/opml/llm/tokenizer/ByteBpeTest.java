package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteBpeTest {
  /// The first token behind those of the bytes.
  private static final int MERGED = 256;

  @Test
  void pairsAreJoinedInTheOrderInWhichTheyWereLearnt() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2", "b c", "a b", "a bc", "Ġ a").tokenizer();
    assertThat(tokenizer.encode("abc", false, false)).containsExactly(MERGED + 2);
    assertThat(tokenizer.encode("ab", false, false)).containsExactly(MERGED + 1);
    assertThat(tokenizer.encode("ab a", false, false)).containsExactly(MERGED + 1, MERGED + 3);
  }

  @Test
  void noJoinReachesOverAWordsEnd() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2", "a 1").tokenizer();
    assertThat(tokenizer.encode("a1", false, false)).containsExactly('a', '1');
  }

  @Test
  void aMergeOfASpaceIsReadAsOne() {
    // A text of a merge is never empty, so the space between the two is not the first character.
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2", "Ġ Ġ").tokenizer();
    assertThat(tokenizer.encode("   x", false, false)).containsExactly(MERGED, ' ', 'x');
  }

  @Test
  void llama3TakesAWholeWordThatNoMergeLeadsTo() {
    GgufMaker whole = GgufMaker.byteBpe("llama-bpe", "a b").token("abc").token("<begin>");
    whole.number("bos_token_id", MERGED + 2);
    assertThat(whole.tokenizer().encode("abc", true, false))
        .containsExactly(MERGED + 2, MERGED + 1);
    GgufMaker joined = GgufMaker.byteBpe("dbrx", "a b").token("abc");
    assertThat(joined.tokenizer().encode("abc", true, false)).containsExactly(MERGED, 'c');
  }

  @Test
  void aJoinedTextWithoutATokenIsItsBytes() {
    GgufMaker maker = GgufMaker.of("gpt2").text("pre", "gpt-2").texts("merges", List.of("a b"));
    maker.token("a").token("b").token("?");
    assertThat(maker.tokenizer().encode("ab", false, false)).containsExactly(0, 1);
  }

  @Test
  void aByteWithoutATokenIsUnknownOrLeftOut() {
    GgufMaker maker = GgufMaker.of("gpt2").text("pre", "gpt-2").texts("merges", List.of());
    assertThat(maker.token("a").tokenizer().encode("ab", false, false)).containsExactly(0);
    GgufMaker unknown = GgufMaker.of("gpt2").text("pre", "gpt-2").texts("merges", List.of());
    unknown.token("a").token("<unk>", TokenKind.UNKNOWN, 0).number("unknown_token_id", 1);
    assertThat(unknown.tokenizer().encode("ab", false, false)).containsExactly(0, 1);
  }

  @Test
  void aTokenThatNoBytesLeadToIsItsText() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2").token("ä b").token("Ġä").tokenizer();
    assertThat(tokenizer.decode(new int[] {256, 'x', 257}, false)).isEqualTo("ä bx \ufffd");
  }

  @Test
  void theAlphabetIsThePublishedOne() {
    assertThat(ByteAlphabet.write(" a\n\té­\u007f")).isEqualTo("ĠaĊĉÃ©ÂŃġ");
    assertThat(ByteAlphabet.character((byte) 0)).isEqualTo('Ā');
    assertThat(ByteAlphabet.isWritten("Ġa")).isTrue();
    assertThat(ByteAlphabet.isWritten("a b")).isFalse();
    for (int b = 0; b < 256; b++) {
      String written = String.valueOf(ByteAlphabet.character((byte) b));
      assertThat(ByteAlphabet.read(written)).containsExactly((byte) b);
    }
  }

  @Test
  void everyTextComesBack() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (PreTokenizer words : PreTokenizer.values()) {
      Tokenizer tokenizer =
          GgufMaker.byteBpe(words.names().getFirst(), "a b", "Ġ a", "l o", "e l", "el lo", "Ã ©")
              .flag("add_bos_token", false)
              .token("<ud>", TokenKind.USER_DEFINED, 0)
              .tokenizer();
      for (int round = 0; round < 300; round++) {
        String text = RandomTexts.next(random, 40).replace("le", "<ud>");
        int[] ids = tokenizer.encode(text, true, false);
        assertThat(tokenizer.decode(ids, false)).as("seed %d, %s", seed, words).isEqualTo(text);
      }
    }
  }
}
