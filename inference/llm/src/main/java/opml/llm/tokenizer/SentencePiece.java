package opml.llm.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import opml.core.codec.Names;
import opml.formats.refusal.Reason;

/// SentencePiece's byte pair encoding, as LLaMA has it: characters are joined to pieces of the vocabulary, the piece of
/// the highest score first. A space is written `▁`, and one is put before a text. A character without a piece becomes
/// the tokens of its bytes (`<0xE2>`).
final class SentencePiece implements Scheme {
  private static final char SPACE = '▁';

  private final Vocabulary vocabulary;
  private final boolean addsSpace;

  /// By byte, -1 where there is none.
  private final int[] byteTokens;

  /// By token, the place of its score among all scores, the highest first.
  private final int[] ranks;

  /// What stands for what cannot be written; -1 for none.
  private final int unknown;

  private SentencePiece(Vocabulary vocabulary, boolean addsSpace, int unknown) {
    this.vocabulary = vocabulary;
    this.addsSpace = addsSpace;
    this.unknown = unknown;
    this.byteTokens = byteTokens(vocabulary);
    this.ranks = ranks(vocabulary);
  }

  static SentencePiece of(
      Vocabulary vocabulary, boolean addsSpace, OptionalInt unknown, List<Reason> problems) {
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.kind(id) == TokenKind.BYTE && !isByte(vocabulary.text(id))) {
        problems.add(
            Vocabulary.problem(
                "token %d is a byte; expected is a text like <0x0A>, found %s"
                    .formatted(id, Names.shown(vocabulary.text(id)))));
        break;
      }
    }
    return new SentencePiece(vocabulary, addsSpace, unknown.orElse(-1));
  }

  @Override
  public void encode(String text, boolean isFirst, IntStream.Builder ids) {
    String escaped = (addsSpace && isFirst ? " " + text : text).replace(' ', SPACE);
    int[] symbols = new int[escaped.length()];
    int[] starts = new int[escaped.length() + 1];
    int count = 0;
    for (int at = 0; at < escaped.length(); ) {
      int end = at + Character.charCount(escaped.codePointAt(at));
      symbols[count] = piece(escaped.substring(at, end));
      count++;
      starts[count] = end;
      at = end;
    }
    Joins.run(
        symbols,
        starts,
        count,
        (from, to, _, _) -> join(escaped, from, to),
        (id, from, to) -> append(id, escaped.substring(from, to), ids));
  }

  private long join(String text, int from, int to) {
    if (to - from > vocabulary.longest()) {
      return Joins.NONE;
    }
    int id = piece(text.substring(from, to));
    return id < 0 ? Joins.NONE : (long) ranks[id] << 32 | id;
  }

  private int piece(String text) {
    int id = vocabulary.piece(text);
    return id < 0 || vocabulary.kind(id) == TokenKind.BYTE ? -1 : id;
  }

  private void append(int id, String text, IntStream.Builder ids) {
    if (id >= 0) {
      ids.add(id);
      return;
    }
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int token = byteTokens[b & 0xff];
      if (token >= 0 || unknown >= 0) {
        ids.add(token >= 0 ? token : unknown);
      }
    }
  }

  @Override
  public byte[] bytes(int id) {
    String text = vocabulary.text(id);
    return switch (vocabulary.kind(id)) {
      case BYTE -> new byte[] {(byte) HexFormat.fromHexDigits(text, 3, 5)};
      case NORMAL, UNUSED -> text.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
      case USER_DEFINED, CONTROL, UNKNOWN -> text.getBytes(StandardCharsets.UTF_8);
    };
  }

  @Override
  public boolean addsSpace() {
    return addsSpace;
  }

  private static boolean isByte(String text) {
    return text.length() == 6
        && text.startsWith("<0x")
        && text.endsWith(">")
        && HexFormat.isHexDigit(text.charAt(3))
        && HexFormat.isHexDigit(text.charAt(4));
  }

  private static int[] byteTokens(Vocabulary vocabulary) {
    int[] tokens = new int[256];
    for (int b = 0; b < tokens.length; b++) {
      tokens[b] = vocabulary.find("<0x%02X>".formatted(b));
    }
    return tokens;
  }

  private static int[] ranks(Vocabulary vocabulary) {
    float[] scores = new float[vocabulary.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = -vocabulary.score(id) + 0f; // no negative zero, which sorts before zero
    }
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    int[] ranks = new int[scores.length];
    int different = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[different++] = sorted[i];
      }
    }
    for (int id = 0; id < ranks.length; id++) {
      ranks[id] = Arrays.binarySearch(sorted, 0, different, scores[id]);
    }
    return ranks;
  }
}
