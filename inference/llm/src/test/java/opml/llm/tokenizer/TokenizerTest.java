package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final int PIECES = 3 + 256;
  private static final int MEGABYTE = 1_000_000;

  @Test
  void controlTokensAreTextUnlessTheCallerSaysOtherwise() {
    Tokenizer tokenizer = GgufMaker.sentencePiece("▁", "a", "▁a").tokenizer();
    int[] typed = tokenizer.encode("a</s>a", false, false);
    assertThat(typed).doesNotContain(2);
    assertThat(tokenizer.decode(typed, false)).isEqualTo("a</s>a");
    int[] parsed = tokenizer.encode("a</s>a", false, true);
    assertThat(parsed).containsExactly(PIECES + 2, 2, PIECES + 2);
    assertThat(tokenizer.decode(parsed, false)).isEqualTo("aa");
    assertThat(tokenizer.decode(parsed, true)).isEqualTo("a</s>a");
  }

  @Test
  void noTextLeadsToAControlTokenByJoiningItsParts() {
    Tokenizer pieces = GgufMaker.sentencePiece("▁", "s>", "<", "s", ">", "/", "<0x0A").tokenizer();
    assertThat(pieces.encode("<s>", false, false)).doesNotContain(1);
    assertThat(pieces.encode("<0x0A>", false, false)).doesNotContain(3 + 0x0a);
    GgufMaker maker = GgufMaker.byteBpe("llama-bpe").flag("add_bos_token", false);
    Tokenizer bytes = maker.token("end", TokenKind.CONTROL, 0).tokenizer();
    assertThat(bytes.encode("end", false, false)).containsExactly('e', 'n', 'd');
    assertThat(bytes.encode("end", false, true)).containsExactly(256);
  }

  @Test
  void userDefinedTokensAreFoundAnywhereAndTheLongestFirst() {
    Tokenizer tokenizer =
        GgufMaker.byteBpe("gpt-2")
            .token("ab", TokenKind.USER_DEFINED, 0)
            .token("xabc", TokenKind.USER_DEFINED, 0)
            .tokenizer();
    assertThat(tokenizer.encode("abxabcab", false, false)).containsExactly(256, 257, 256);
    assertThat(tokenizer.encode("aab", false, false)).containsExactly('a', 256);
  }

  @Test
  void knownModelsTakeWhiteSpaceAway() {
    GgufMaker phi = GgufMaker.sentencePiece("▁", "a").text("general.name", "Phi-3 mini");
    phi.token("<|end|>", TokenKind.CONTROL, 0);
    assertThat(phi.tokenizer().encode("<|end|> \n<s> ", false, true))
        .containsExactly(PIECES + 2, 1, PIECES, PIECES);
    GgufMaker mask = GgufMaker.byteBpe("jina-v2-de").token("<mask>", TokenKind.CONTROL, 0);
    assertThat(mask.tokenizer().encode("a  <mask> b", false, true))
        .containsExactly('a', 256, ' ', 'b');
  }

  @Test
  void aDecoderKeepsWhatIsUnfinished() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2").tokenizer();
    StreamDecoder decoder = tokenizer.decoder(false);
    assertThat(decoder.next(0xf0)).isEmpty();
    assertThat(decoder.next(0x9f)).isEmpty();
    assertThat(decoder.next(0x98)).isEmpty();
    assertThat(decoder.next(0x80)).isEqualTo("😀");
    assertThat(decoder.next(0xc3)).isEmpty();
    assertThat(decoder.next('a')).isEqualTo("\ufffda");
    assertThat(decoder.next(0xe4)).isEmpty();
    assertThat(decoder.end()).isEqualTo("\ufffd");
    assertThat(decoder.end()).isEmpty();
    assertThat(decoder.next('b')).isEqualTo("b");
  }

  @Test
  void tokensOneByOneAreTheTextOfAll() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Tokenizer bytes = GgufMaker.byteBpe("gpt-2", "Ã ©").tokenizer();
    Tokenizer pieces = GgufMaker.sentencePiece("▁", "▁a", "é").tokenizer();
    for (int round = 0; round < 2_000; round++) {
      Tokenizer tokenizer = round % 2 == 0 ? bytes : pieces;
      int[] ids = random.ints(random.nextInt(20), 0, tokenizer.size()).toArray();
      StreamDecoder decoder = tokenizer.decoder(false);
      StringBuilder text = new StringBuilder();
      for (int id : ids) {
        text.append(decoder.next(id));
      }
      text.append(decoder.end());
      assertThat(text).as("seed %d", seed).hasToString(tokenizer.decode(ids, false));
    }
  }

  @Test
  void textsOfAMegabyteTakeSeconds() {
    Tokenizer bytes = GgufMaker.byteBpe("gpt-2", "a a", "aa aa", "aaaa aaaa").tokenizer();
    Tokenizer pieces = GgufMaker.sentencePiece("▁", "a", "aa", "aaaa", "aaaaaaaa").tokenizer();
    Tokenizer words =
        GgufMaker.of("bert")
            .token("a")
            .token("▁a")
            .token("?")
            .number("unknown_token_id", 2)
            .flag("add_bos_token", false)
            .flag("add_sep_token", false)
            .tokenizer();
    for (String unit : List.of("a", " ", "\n", "a ", "<s>", "é", "\ud835\udc00")) {
      String text = unit.repeat(MEGABYTE / unit.length());
      for (Tokenizer tokenizer : List.of(bytes, pieces, words)) {
        int[] ids =
            Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> tokenizer.encode(text, true, true));
        if (tokenizer != words) {
          assertThat(tokenizer.decode(ids, true).endsWith(text)).as("'%s'", unit).isTrue();
        }
      }
    }
  }

  @Test
  void theEndsOfWhatAModelSaysAreKnownByKeyAndByName() {
    GgufMaker maker = GgufMaker.sentencePiece("▁", "a", "<|im_end|>", "stop");
    maker.token("<|eot_id|>", TokenKind.CONTROL, 0).token("<end_of_turn>", TokenKind.NORMAL, 0);
    maker.number("eom_token_id", PIECES + 3);
    // </s> by its number and name, a key's token, one by its name; what is a piece of texts is no
    // end.
    assertThat(maker.tokenizer().endsOfGeneration()).containsExactly(2, PIECES + 3, PIECES + 4);
    assertThatThrownBy(GgufMaker.sentencePiece("▁").number("eot_token_id", 900)::tokenizer)
        .hasMessageContaining("tokenizer.ggml.eot_token_id is 900 of 260 tokens");
  }

  @Test
  void aPieceIsWhatATokenAddsToARunningText() {
    Tokenizer pieces = GgufMaker.sentencePiece("▁", "▁a").tokenizer();
    assertThat(pieces.piece(PIECES + 1)).containsExactly(' ', 'a');
    assertThat(pieces.piece(3 + 0xe2)).containsExactly(0xe2);
    assertThat(pieces.piece(1)).isEmpty();
    assertThat(pieces.piece(0)).isEmpty();
    assertThatThrownBy(() -> pieces.piece(PIECES + 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token 261: there are 0 to 260");
  }

  @Test
  void halfAPairOfSurrogatesIsReplaced() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2").tokenizer();
    assertThat(tokenizer.decode(tokenizer.encode("a\ud835b\udc00", false, false), false))
        .isEqualTo("a\ufffdb\ufffd");
  }

  @Test
  void aTokenThatThereIsNotIsToldByItsNumber() {
    Tokenizer tokenizer = GgufMaker.byteBpe("gpt-2").tokenizer();
    assertThatThrownBy(() -> tokenizer.decode(new int[] {256}, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token 256: there are 0 to 255");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aVocabularyThatDisagreesWithItselfIsRefusedWithEveryReason() {
    GgufMaker maker = GgufMaker.sentencePiece("▁", "a", "a").token("b").lastType(9);
    maker.token("x", TokenKind.BYTE, Float.NaN).dropLastScore();
    maker.number("bos_token_id", 900);
    assertThatThrownBy(maker::tokenizer)
        .isInstanceOf(ImportException.class)
        .hasMessageStartingWith("tiny.gguf cannot be run here, for 6 reasons:")
        .hasMessageContainingAll(
            "tokens that stand twice (1 token: 260 and 261 are both a)",
            "types of tokens that are not 1 to 6 (1 token: 262 has 9)",
            "264 tokens, but the scores of 263",
            "tokenizer.ggml.bos_token_id is 900 of 264 tokens",
            "token 263 is a byte; expected is a text like <0x0A>, found x",
            "texts have a begin token (tokenizer.ggml.add_bos_token), but there is none");
    GgufMaker types = GgufMaker.sentencePiece("▁").dropLastType();
    assertThatThrownBy(types::tokenizer).hasMessageContaining("260 tokens, but the types of 259");
    GgufMaker nan = GgufMaker.sentencePiece().token("n", TokenKind.NORMAL, Float.NaN);
    assertThatThrownBy(nan::tokenizer).hasMessageContaining("score of token 259 is no number");
    GgufMaker merges = GgufMaker.byteBpe("gpt-2").texts("merges2", List.of());
    assertThat(merges.tokenizer().size()).isEqualTo(256);
    GgufMaker wrong = GgufMaker.of("gpt2").text("pre", "gpt-2");
    wrong.texts("merges", List.of("a b", "ab", " b", "a ")).token("a");
    assertThatThrownBy(wrong::tokenizer)
        .hasMessageContaining(
            "merges that are not two texts and a space (3 merges, first: 1 is 'ab')");
  }

  @Test
  void otherTokenizersAreRefusedByName() {
    for (String model : List.of("t5", "rwkv", "plamo2", "gemma4", "none")) {
      assertThatThrownBy(GgufMaker.of(model).token("a")::tokenizer)
          .isInstanceOf(ImportException.class)
          .hasMessageContaining("tokenizer %s, which we do not have".formatted(model));
    }
    assertThatThrownBy(new GgufMaker().token("a")::tokenizer)
        .isInstanceOf(MalformedException.class)
        .hasMessage("tiny.gguf: no key tokenizer.ggml.model; expected is a string");
    assertThatThrownBy(GgufMaker.of("bert")::tokenizer).hasMessageContaining("vocabulary is empty");
  }
}
