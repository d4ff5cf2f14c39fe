package opml.llm.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import opml.core.codec.Names;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufType;
import opml.formats.gguf.GgufValue;
import opml.formats.json.JsonValue;
import opml.llm.tokenizer.Tokenizer;

/// A `tokenizer.json`, described with the keys that GGUF files have, of which a [Tokenizer] is made.
///
/// Such a file is a program: normalisers, cutters, a model, and what is put around a text. Known here are the two
/// programs that LLaMA's family has: byte-level byte pair encoding, and SentencePiece's with bytes for what it does not
/// know. What is not known is refused. Composing letters and their marks (NFC), which Qwen's files ask for, gets a key
/// that no converter to GGUF writes: with GGUF files it is left to whoever writes a text.
final class HuggingFaceTokenizer {
  private static final String KEYS = "tokenizer.ggml.";

  /// Types of tokens as GGUF files have them.
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  private static final String SPACE = "▁";

  /// Tokens that a model has and its tokenizer does not: some hundred, where sizes are rounded up. Each gets a text
  /// here, and a file of a few bytes must not ask for millions.
  private static final int MOST_UNNAMED = 1 << 16;

  private final Path file;
  private final JsonValue json;
  private final JsonValue config;
  private final JsonValue model;
  private final int size;
  private final String[] texts;
  private final int[] types;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<String, GgufValue> keys = new LinkedHashMap<>();

  /// @param config of the model, which says where a text ends
  /// @param size tokens of the model; it may have more than its tokenizer
  HuggingFaceTokenizer(Path file, JsonValue json, JsonValue config, int size) {
    this.file = file;
    this.json = json;
    this.config = config;
    this.size = size;
    this.model = json.get("model");
    requireNamed();
    this.texts = new String[size];
    this.types = new int[size];
  }

  GgufFile described() {
    String type = model.find("type").map(JsonValue::text).orElse("BPE");
    if (!type.equals("BPE")) {
      throw model.malformed(
          "tokenizer %s, which we do not have; expected is BPE".formatted(Names.shown(type)));
    }
    tokens();
    if (parts(json.find("pre_tokenizer"), "pretokenizers").stream()
        .anyMatch(part -> kind(part).equals("ByteLevel"))) {
      byteLevel();
    } else {
      sentencePiece();
    }
    around();
    ends();
    keys.put(KEYS + "tokens", new GgufValue.Texts(List.of(texts)));
    keys.put(KEYS + "token_type", GgufValue.Scalars.ints(types));
    return new GgufFile(file.toString(), 3, keys, Map.of());
  }

  private void requireNamed() {
    int named = model.get("vocab").entries().size() + addedTokens().size();
    if (size - named > MOST_UNNAMED) {
      throw model.malformed(
          "%,d tokens, and the model has %,d; expected at most %,d more"
              .formatted(named, size, MOST_UNNAMED));
    }
  }

  private List<JsonValue> addedTokens() {
    return json.find("added_tokens").map(JsonValue::list).orElse(List.of());
  }

  private void tokens() {
    model.get("vocab").entries().forEach((text, id) -> put(id, id.whole(), text, NORMAL));
    for (JsonValue added : addedTokens()) {
      boolean isSpecial = added.find("special").map(JsonValue::flag).orElse(false);
      JsonValue id = added.get("id");
      put(id, id.whole(), added.get("content").text(), isSpecial ? CONTROL : USER_DEFINED);
    }
    for (int id = 0; id < size; id++) {
      if (texts[id] == null) {
        texts[id] = "[PAD%d]".formatted(id);
        types[id] = UNUSED;
      }
    }
  }

  private void put(JsonValue place, long id, String text, int type) {
    if (id < 0 || id >= size) {
      throw place.malformed("expected a token of %,d, found %d".formatted(size, id));
    }
    int at = (int) id;
    if (texts[at] != null && !texts[at].equals(text)) {
      throw place.malformed(
          "token %d is both %s and %s".formatted(id, Names.shown(texts[at]), Names.shown(text)));
    }
    texts[at] = text;
    types[at] = type;
    ids.put(text, at);
  }

  private void byteLevel() {
    List<JsonValue> normalizers = parts(json.find("normalizer"), "normalizers");
    refuseOthers(normalizers, "NFC");
    keys.put(KEYS + "normalizer.nfc", flag(!normalizers.isEmpty()));
    List<String> expressions = new ArrayList<>();
    boolean ownExpression = false;
    for (JsonValue part : parts(json.find("pre_tokenizer"), "pretokenizers")) {
      switch (kind(part)) {
        case "Split" -> expressions.add(expression(part));
        case "ByteLevel" -> {
          ownExpression = part.find("use_regex").map(JsonValue::flag).orElse(true);
          if (part.find("add_prefix_space").map(JsonValue::flag).orElse(false)) {
            throw part.malformed("add_prefix_space, which we do not have");
          }
        }
        default -> throw unknown(part);
      }
    }
    boolean wholeWords = model.find("ignore_merges").map(JsonValue::flag).orElse(false);
    String rule =
        (ownExpression && expressions.isEmpty()
                ? Optional.of("gpt-2")
                : ownExpression
                    ? Optional.<String>empty()
                    : Tokenizer.wordRule(expressions, wholeWords))
            .orElseThrow(
                () ->
                    json.get("pre_tokenizer")
                        .malformed(
                            "a rule for words that we do not have: " + Names.list(expressions)));
    keys.put(KEYS + "model", new GgufValue.Text("gpt2"));
    keys.put(KEYS + "pre", new GgufValue.Text(rule));
    keys.put(KEYS + "merges", new GgufValue.Texts(merges().stream().map(Merge::line).toList()));
  }

  /// {@return the expression of a rule that cuts a text at what it finds, and keeps that}
  private static String expression(JsonValue part) {
    boolean inverted = part.find("invert").map(JsonValue::flag).orElse(false);
    if (inverted || !part.get("behavior").text().equals("Isolated")) {
      throw part.malformed("expected the behavior Isolated, not inverted");
    }
    return part.get("pattern").get("Regex").text();
  }

  private void sentencePiece() {
    if (!model.find("byte_fallback").map(JsonValue::flag).orElse(false)) {
      throw model.malformed("neither byte-level nor with byte_fallback, and others we do not have");
    }
    refuseOthers(parts(json.find("normalizer"), "normalizers"), "Prepend", "Replace");
    refuseOthers(parts(json.find("pre_tokenizer"), "pretokenizers"), "Metaspace");
    boolean addsSpace =
        parts(json.find("normalizer"), "normalizers").stream().anyMatch(this::prepends)
            || parts(json.find("pre_tokenizer"), "pretokenizers").stream().anyMatch(this::prepends);
    String unknown = model.find("unk_token").map(JsonValue::text).orElse("");
    for (int id = 0; id < size; id++) {
      if (texts[id].equals(unknown)) {
        types[id] = UNKNOWN;
        keys.put(KEYS + "unknown_token_id", number(id));
      } else if (texts[id].matches("<0x[0-9A-F]{2}>")) {
        types[id] = BYTE;
      }
    }
    keys.put(KEYS + "model", new GgufValue.Text("llama"));
    keys.put(KEYS + "add_space_prefix", flag(addsSpace));
    keys.put(KEYS + "scores", GgufValue.Scalars.floats(scores()));
  }

  private boolean prepends(JsonValue part) {
    return switch (kind(part)) {
      case "Prepend" -> part.get("prepend").text().equals(SPACE);
      case "Metaspace" ->
          !part.find("prepend_scheme").map(JsonValue::text).orElse("always").equals("never");
      default -> false;
    };
  }

  /// The earlier a piece is made by a merge, the better it is. SentencePiece joins by the piece, so that the merges of
  /// one must stand together, as converters write them.
  private float[] scores() {
    float[] scores = new float[size];
    List<Merge> merges = merges();
    Arrays.fill(scores, -(float) merges.size());
    boolean[] known = new boolean[size];
    int last = -1;
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      int id = ids.getOrDefault(merge.left() + merge.right(), -1);
      if (id < 0 || known[id] && id != last) {
        throw model.malformed(
            "merge %d, %s: expected one that makes a token, beside all others that make it"
                .formatted(rank, Names.shown(merge.line())));
      }
      if (!known[id]) {
        scores[id] = -rank;
      }
      known[id] = true;
      last = id;
    }
    return scores;
  }

  private record Merge(String left, String right) {
    String line() {
      return left + " " + right;
    }
  }

  private List<Merge> merges() {
    return model.get("merges").list().stream().map(HuggingFaceTokenizer::merge).toList();
  }

  /// Older files write a merge as one text, newer ones as two.
  private static Merge merge(JsonValue merge) {
    if (merge.isArray()) {
      List<JsonValue> both = merge.list();
      if (both.size() != 2) {
        throw merge.malformed("expected two texts");
      }
      return new Merge(both.getFirst().text(), both.getLast().text());
    }
    String line = merge.text();
    int space = line.indexOf(' ', 1);
    if (space < 0) {
      throw merge.malformed("expected two texts with a space between, found " + Names.shown(line));
    }
    return new Merge(line.substring(0, space), line.substring(space + 1));
  }

  /// What a whole text begins and ends with.
  private void around() {
    List<String> before = new ArrayList<>();
    List<String> after = new ArrayList<>();
    for (JsonValue part : parts(json.find("post_processor"), "processors")) {
      switch (kind(part)) {
        case "TemplateProcessing" -> template(part, before, after);
        case "ByteLevel" -> {}
        default -> throw unknown(part);
      }
    }
    if (before.size() > 1 || after.size() > 1) {
      throw json.malformed("texts begin or end with several tokens, which we do not have");
    }
    before.forEach(text -> keys.put(KEYS + "bos_token_id", number(id(text))));
    after.forEach(text -> keys.put(KEYS + "eos_token_id", number(id(text))));
    keys.put(KEYS + "add_bos_token", flag(!before.isEmpty()));
    keys.put(KEYS + "add_eos_token", flag(!after.isEmpty()));
  }

  private static void template(JsonValue part, List<String> before, List<String> after) {
    List<String> into = before;
    for (JsonValue piece : part.get("single").list()) {
      if (piece.find("Sequence").isPresent()) {
        into = after;
      } else {
        into.add(piece.get("SpecialToken").get("id").text());
      }
    }
  }

  private int id(String text) {
    Integer id = ids.get(text);
    if (id == null) {
      throw json.malformed("texts begin or end with %s, no token".formatted(Names.shown(text)));
    }
    return id;
  }

  /// A model may say several ends; GGUF files have a key for each of three.
  private void ends() {
    List<JsonValue> ends =
        config
            .find("eos_token_id")
            .map(value -> value.isArray() ? value.list() : List.of(value))
            .orElse(List.of());
    List<String> names = List.of("eos_token_id", "eot_token_id", "eom_token_id");
    if (ends.size() > names.size()) {
      throw config.malformed("eos_token_id: expected at most %d".formatted(names.size()));
    }
    for (int i = 0; i < ends.size(); i++) {
      keys.putIfAbsent(KEYS + names.get(i), number(ends.get(i).whole()));
    }
    config
        .find("bos_token_id")
        .ifPresent(begin -> keys.putIfAbsent(KEYS + "bos_token_id", number(begin.whole())));
  }

  /// {@return the steps that a file has for a purpose: none, one, or a sequence of them}
  private static List<JsonValue> parts(Optional<JsonValue> value, String sequence) {
    return value
        .map(
            known ->
                kind(known).equals("Sequence")
                    ? known.get(sequence).list()
                    : Collections.singletonList(known))
        .orElse(List.of());
  }

  private static void refuseOthers(List<JsonValue> parts, String... known) {
    for (JsonValue part : parts) {
      if (Stream.of(known).noneMatch(kind(part)::equals)) {
        throw unknown(part);
      }
    }
  }

  private static RuntimeException unknown(JsonValue part) {
    return part.malformed("a step %s, which we do not have".formatted(Names.shown(kind(part))));
  }

  private static String kind(JsonValue part) {
    return part.get("type").text();
  }

  private static GgufValue number(long value) {
    return new GgufValue.Scalars(GgufType.I64, false, bytes(value));
  }

  private static GgufValue flag(boolean value) {
    return new GgufValue.Scalars(GgufType.BOOL, false, new byte[] {(byte) (value ? 1 : 0)});
  }

  private static byte[] bytes(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }
}
