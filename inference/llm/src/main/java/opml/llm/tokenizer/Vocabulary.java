package opml.llm.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import opml.core.codec.Names;
import opml.formats.gguf.GgufFile;
import opml.formats.refusal.Reason;

/// The tokens of a model, by number and by text.
final class Vocabulary {
  private static final String KEYS = "tokenizer.ggml.";

  /// What the models that we know of call a token with which they end what they say, or hand over to somebody else.
  private static final List<String> ENDS =
      List.of(
          "</s>",
          "<eos>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<|end|>",
          "<|im_end|>",
          "<|eot_id|>",
          "<|eom_id|>",
          "<end_of_turn>",
          "<EOT>",
          "<|return|>",
          "<|call|>");

  private final List<String> texts;
  private final List<TokenKind> kinds;
  private final float[] scores;
  private final Map<String, Integer> ids;
  private final int longest;

  private Vocabulary(
      List<String> texts, List<TokenKind> kinds, float[] scores, Map<String, Integer> ids) {
    this.texts = texts;
    this.kinds = kinds;
    this.scores = scores;
    this.ids = ids;
    this.longest = texts.stream().mapToInt(String::length).max().orElse(0);
  }

  /// Reads the tokens of a file.
  ///
  /// @param problems takes what is wrong with them; then the vocabulary is good for finding more, and nothing else
  static Vocabulary read(GgufFile file, List<Reason> problems) {
    List<String> texts = file.texts(KEYS + "tokens");
    if (texts.isEmpty()) {
      problems.add(problem("the vocabulary is empty"));
    }
    Map<String, Integer> ids = new HashMap<>();
    int twice = 0;
    String first = "";
    for (int id = 0; id < texts.size(); id++) {
      String text = texts.get(id);
      Integer other = text.isEmpty() ? null : ids.putIfAbsent(text, id);
      if (other != null && twice++ == 0) {
        first = "%d and %d are both %s".formatted(other, id, Names.shown(text));
      }
    }
    if (twice > 0) {
      problems.add(
          new Reason(Reason.Kind.TOKENIZER, twice, "token", first, "tokens that stand twice"));
    }
    return new Vocabulary(texts, kinds(file, texts, problems), scores(file, texts, problems), ids);
  }

  private static List<TokenKind> kinds(GgufFile file, List<String> texts, List<Reason> problems) {
    int[] codes = file.findInts(KEYS + "token_type").orElse(new int[0]);
    boolean known = file.metadata().containsKey(KEYS + "token_type");
    if (known && codes.length != texts.size()) {
      problems.add(
          problem("%,d tokens, but the types of %,d".formatted(texts.size(), codes.length)));
    }
    List<TokenKind> kinds = new ArrayList<>();
    int wrong = 0;
    String first = "";
    for (int id = 0; id < texts.size(); id++) {
      TokenKind kind = TokenKind.NORMAL;
      if (id < codes.length) {
        kind = TokenKind.of(codes[id]).orElse(null);
        if (kind == null) {
          kind = TokenKind.NORMAL;
          if (wrong++ == 0) {
            first = "%d has %d".formatted(id, codes[id]);
          }
        }
      }
      kinds.add(kind);
    }
    if (wrong > 0) {
      problems.add(
          new Reason(
              Reason.Kind.TOKENIZER, wrong, "token", first, "types of tokens that are not 1 to 6"));
    }
    return kinds;
  }

  private static float[] scores(GgufFile file, List<String> texts, List<Reason> problems) {
    float[] scores = file.findFloats(KEYS + "scores").orElse(new float[texts.size()]);
    if (scores.length != texts.size()) {
      problems.add(
          problem("%,d tokens, but the scores of %,d".formatted(texts.size(), scores.length)));
      return new float[texts.size()];
    }
    for (int id = 0; id < scores.length; id++) {
      if (Float.isNaN(scores[id])) {
        problems.add(problem("the score of token %d is no number".formatted(id)));
        break;
      }
    }
    return scores;
  }

  /// {@return the token that a key names}
  ///
  /// @param fallback the one that files of this scheme mean without the key; negative for none
  OptionalInt special(GgufFile file, String key, int fallback, List<Reason> problems) {
    OptionalLong named = file.findWhole(KEYS + key);
    if (named.isPresent() && (named.getAsLong() < 0 || named.getAsLong() >= size())) {
      problems.add(
          problem("%s%s is %d of %,d tokens".formatted(KEYS, key, named.getAsLong(), size())));
      return OptionalInt.empty();
    }
    int id = (int) named.orElse(fallback);
    return id >= 0 && id < size() ? OptionalInt.of(id) : OptionalInt.empty();
  }

  static Reason problem(String text) {
    return new Reason(Reason.Kind.TOKENIZER, 1, "", "", text);
  }

  int size() {
    return texts.size();
  }

  String text(int id) {
    return texts.get(id);
  }

  TokenKind kind(int id) {
    return kinds.get(id);
  }

  float score(int id) {
    return scores[id];
  }

  /// {@return the token of a text, -1 if it has none}
  int find(String text) {
    return ids.getOrDefault(text, -1);
  }

  /// {@return the token of a part of a text, -1 if it has none}; tokens of the model's protocol are no part of a text,
  /// however somebody writes it
  int piece(String text) {
    int id = find(text);
    return id < 0 || kind(id).isHidden() ? -1 : id;
  }

  /// {@return the tokens that stand for themselves and are called as ends are}
  List<Integer> ends() {
    return ENDS.stream().map(this::find).filter(id -> id >= 0 && kind(id).isWhole()).toList();
  }

  /// {@return the most UTF-16 units that a token has}
  int longest() {
    return longest;
  }
}
