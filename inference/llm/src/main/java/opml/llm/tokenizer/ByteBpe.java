package opml.llm.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import opml.core.codec.Names;
import opml.formats.refusal.Reason;

/// Byte-level byte pair encoding, as GPT-2 has it: a text is cut into words, and the bytes of each are joined in the
/// order in which the pairs were learnt. No join reaches over a word's end.
///
/// Vocabulary and merges are texts of a [ByteAlphabet]. Here every text that a merge names has a number of its own, a
/// symbol, so that nothing is concatenated while bytes are joined.
final class ByteBpe implements Scheme {
  private final Vocabulary vocabulary;
  private final PreTokenizer words;

  /// By pair of symbols: the rank in the upper half, the joined symbol in the lower one.
  private final Map<Long, Long> merges;

  /// By byte.
  private final int[] byteSymbols;

  /// By symbol, -1 where there is none.
  private final int[] tokens;

  private final List<String> symbols;

  /// What stands for what cannot be written; -1 for none.
  private final int unknown;

  private ByteBpe(
      Vocabulary vocabulary,
      PreTokenizer words,
      Map<Long, Long> merges,
      Map<String, Integer> symbols,
      OptionalInt unknown) {
    this.vocabulary = vocabulary;
    this.words = words;
    this.merges = merges;
    this.byteSymbols = new int[256];
    for (int b = 0; b < byteSymbols.length; b++) {
      byteSymbols[b] = symbol(String.valueOf(ByteAlphabet.character((byte) b)), symbols);
    }
    this.symbols = new ArrayList<>(symbols.keySet());
    this.tokens = new int[symbols.size()];
    symbols.forEach(
        (text, symbol) -> {
          this.symbols.set(symbol, text);
          tokens[symbol] = vocabulary.piece(text);
        });
    this.unknown = unknown.orElse(-1);
  }

  /// @param merges the pairs in the order in which they were learnt, a space between the two
  static ByteBpe of(
      Vocabulary vocabulary,
      PreTokenizer words,
      List<String> merges,
      OptionalInt unknown,
      List<Reason> problems) {
    Map<String, Integer> symbols = new HashMap<>();
    Map<Long, Long> ranks = new HashMap<>();
    int wrong = 0;
    String first = "";
    for (int rank = 0; rank < merges.size(); rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1) {
        first = wrong++ == 0 ? "%d is '%s'".formatted(rank, Names.shown(merge)) : first;
        continue;
      }
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      long joined = symbol(left + right, symbols);
      ranks.putIfAbsent(
          pair(symbol(left, symbols), symbol(right, symbols)), (long) rank << 32 | joined);
    }
    if (wrong > 0) {
      problems.add(
          new Reason(
              Reason.Kind.TOKENIZER,
              wrong,
              "merge",
              first,
              "merges that are not two texts and a space"));
    }
    return new ByteBpe(vocabulary, words, ranks, symbols, unknown);
  }

  private static int symbol(String text, Map<String, Integer> symbols) {
    Integer symbol = symbols.putIfAbsent(text, symbols.size());
    return symbol == null ? symbols.size() - 1 : symbol;
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  @Override
  public void encode(String text, boolean isFirst, IntStream.Builder ids) {
    words.cut(text, (from, to) -> word(text.substring(from, to), ids));
  }

  private void word(String word, IntStream.Builder ids) {
    if (words.takesWholeWords()) {
      int whole = vocabulary.piece(ByteAlphabet.write(word));
      if (whole >= 0) {
        ids.add(whole);
        return;
      }
    }
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int[] row = new int[bytes.length];
    int[] starts = new int[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      row[i] = byteSymbols[bytes[i] & 0xff];
      starts[i + 1] = i + 1;
    }
    Joins.run(
        row,
        starts,
        bytes.length,
        (_, _, left, right) -> merges.getOrDefault(pair(left, right), Joins.NONE),
        (symbol, _, _) -> append(symbol, ids));
  }

  private void append(int symbol, IntStream.Builder ids) {
    if (tokens[symbol] >= 0) {
      ids.add(tokens[symbol]);
      return;
    }
    for (byte b : ByteAlphabet.read(symbols.get(symbol))) {
      int token = tokens[byteSymbols[b & 0xff]];
      if (token >= 0 || unknown >= 0) {
        ids.add(token >= 0 ? token : unknown);
      }
    }
  }

  @Override
  public byte[] bytes(int id) {
    String text = vocabulary.text(id);
    // A token that no bytes lead to, as files that were extended have them, is its text.
    return !vocabulary.kind(id).isWhole() && ByteAlphabet.isWritten(text)
        ? ByteAlphabet.read(text)
        : text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean addsSpace() {
    return false;
  }
}
