package opml.llm.tokenizer;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// WordPiece, as BERT has it: white space and punctuation end a word, and of a word the longest piece of the vocabulary
/// is taken from left to right. A word that is not all pieces is unknown as a whole.
///
/// GGUF files write `▁` before the pieces that begin a word, and drop the `##` from the others.
final class WordPiece implements Scheme {
  private static final char WORD = '▁';

  private final Vocabulary vocabulary;
  private final Cleaning cleaning;

  /// What stands for a word that cannot be written; -1 for none.
  private final int unknown;

  /// What becomes of a text before it is cut.
  record Cleaning(boolean lowercase, boolean stripAccents) {}

  WordPiece(Vocabulary vocabulary, Cleaning cleaning, OptionalInt unknown) {
    this.vocabulary = vocabulary;
    this.cleaning = cleaning;
    this.unknown = unknown.orElse(-1);
  }

  @Override
  public void encode(String text, boolean isFirst, IntStream.Builder ids) {
    for (String word : words(text)) {
      List<Integer> pieces = pieces(WORD + word);
      pieces.forEach(ids::add);
      if (pieces.isEmpty() && unknown >= 0) {
        ids.add(unknown);
      }
    }
  }

  /// {@return the pieces of a word; none if it has a part that is no piece}
  private List<Integer> pieces(String word) {
    List<Integer> pieces = new ArrayList<>();
    for (int at = 0; at < word.length(); ) {
      int end = Math.min(word.length(), at + vocabulary.longest());
      while (end > at && vocabulary.piece(word.substring(at, end)) < 0) {
        end--;
      }
      if (end == at) {
        return List.of();
      }
      pieces.add(vocabulary.piece(word.substring(at, end)));
      at = end;
    }
    return pieces;
  }

  private List<String> words(String text) {
    String plain = cleaning.stripAccents() ? Normalizer.normalize(text, Normalizer.Form.NFD) : text;
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int at = 0; at < plain.length(); ) {
      int c = plain.codePointAt(at);
      at += Character.charCount(c);
      if (isSpace(c)) {
        finish(word, words);
      } else if (isAlone(c)) {
        finish(word, words);
        words.add(Character.toString(c));
      } else if (!isDropped(c)) {
        word.appendCodePoint(cleaning.lowercase() ? Character.toLowerCase(c) : c);
      }
    }
    finish(word, words);
    return words;
  }

  private static void finish(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  private static boolean isSpace(int c) {
    return switch (Character.getType(c)) {
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> c == '\t' || c == '\n' || c == '\r';
    };
  }

  private boolean isDropped(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT -> true;
      case Character.NON_SPACING_MARK -> cleaning.stripAccents();
      default -> c == 0xfffd;
    };
  }

  /// {@return whether a character is a word}
  private static boolean isAlone(int c) {
    boolean punctuation =
        switch (Character.getType(c)) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.OTHER_PUNCTUATION ->
              true;
          default -> false;
        };
    boolean ascii = c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
    return punctuation || ascii || isChinese(c);
  }

  /// The blocks of ideographs that BERT's authors list: Japanese and Korean scripts are written with words.
  private static boolean isChinese(int c) {
    return c >= 0x4e00 && c <= 0x9fff
        || c >= 0x3400 && c <= 0x4dbf
        || c >= 0x20000 && c <= 0x2a6df
        || c >= 0x2a700 && c <= 0x2b73f
        || c >= 0x2b740 && c <= 0x2b81f
        || c >= 0x2b820 && c <= 0x2ceaf
        || c >= 0xf900 && c <= 0xfaff
        || c >= 0x2f800 && c <= 0x2fa1f;
  }

  @Override
  public byte[] bytes(int id) {
    String text = vocabulary.text(id);
    return (vocabulary.kind(id).isWhole() ? text : text.replace(WORD, ' '))
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean addsSpace() {
    return true;
  }
}
