package opml.llm.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import opml.core.codec.Names;
import opml.formats.gguf.GgufFile;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;

/// Text to tokens and back, as a model's file defines it.
///
/// ```java
/// Tokenizer tokenizer = Tokenizer.of(GgufReader.read(file));
/// int[] ids = tokenizer.encode("Hello world", true, false);
/// String text = tokenizer.decode(ids, false);
/// ```
///
/// For many threads.
public final class Tokenizer {
  private static final String KEYS = "tokenizer.ggml.";

  /// What SentencePiece and BERT call these tokens by number where a file does not say.
  private static final int SENTENCE_PIECE_UNKNOWN = 0;

  private static final int SENTENCE_PIECE_BEGIN = 1;
  private static final int SENTENCE_PIECE_END = 2;
  private static final int BERT_UNKNOWN = 100;
  private static final int BERT_BEGIN = 101;
  private static final int BERT_SEPARATOR = 102;

  private final Vocabulary vocabulary;
  private final Scheme scheme;
  private final SpecialTokens special;

  /// Whether letters and their marks are composed (Unicode's form C) before a text is cut; not in texts of tokens.
  private final boolean composes;

  private final OptionalInt begin;
  private final OptionalInt end;
  private final Set<Integer> endsOfGeneration;

  /// What every text begins and ends with.
  private final List<Integer> before;

  private final List<Integer> after;

  /// The parts of a tokenizer that is being made.
  private record Parts(
      Scheme scheme,
      boolean composes,
      OptionalInt begin,
      OptionalInt end,
      List<Integer> before,
      List<Integer> after) {}

  private Tokenizer(
      Vocabulary vocabulary, Parts parts, SpecialTokens special, Set<Integer> endsOfGeneration) {
    this.vocabulary = vocabulary;
    this.special = special;
    this.scheme = parts.scheme();
    this.composes = parts.composes();
    this.begin = parts.begin();
    this.end = parts.end();
    this.before = List.copyOf(parts.before());
    this.after = List.copyOf(parts.after());
    this.endsOfGeneration = Collections.unmodifiableSet(new TreeSet<>(endsOfGeneration));
  }

  /// {@return the tokenizer that a file describes}
  ///
  /// @throws opml.core.codec.MalformedException if a key is missing or has another type
  /// @throws ImportException if we do not have this tokenizer, or its vocabulary disagrees with itself; it tells every
  ///     reason
  public static Tokenizer of(GgufFile file) {
    return new Making(file).tokenizer();
  }

  /// {@return what files call the rule for words that has these expressions, if we have it}
  ///
  /// @param takesWholeWords whether a word that is a token is taken as it is
  public static Optional<String> wordRule(List<String> expressions, boolean takesWholeWords) {
    return PreTokenizer.of(expressions, takesWholeWords).map(rule -> rule.names().getFirst());
  }

  /// {@return the tokens of a text; half a pair of surrogates in it is U+FFFD}
  ///
  /// @param addSpecial whether it is a whole text, which the model may want to begin and end with certain tokens
  /// @param parseSpecial whether texts of control tokens, such as `</s>`, are those tokens
  public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
    IntStream.Builder ids = IntStream.builder();
    if (addSpecial) {
      before.forEach(ids::add);
    }
    boolean isFirst = true;
    for (SpecialTokens.Part part : special.cut(wellFormed(text), parseSpecial)) {
      switch (part) {
        case SpecialTokens.Part.Whole(int id) -> ids.add(id);
        case SpecialTokens.Part.Between(String between) ->
            scheme.encode(
                composes ? Normalizer.normalize(between, Normalizer.Form.NFC) : between,
                isFirst,
                ids);
      }
      isFirst = part instanceof SpecialTokens.Part.Whole;
    }
    if (addSpecial) {
      after.forEach(ids::add);
    }
    return ids.build().toArray();
  }

  /// {@return the text of tokens; bytes that are no UTF-8 are U+FFFD}
  ///
  /// @param showSpecial whether control tokens are shown
  /// @throws IllegalArgumentException if there is no such token
  public String decode(int[] ids, boolean showSpecial) {
    return new String(decodeBytes(ids, showSpecial), StandardCharsets.UTF_8);
  }

  /// {@return the bytes of tokens, which may end within a character}
  public byte[] decodeBytes(int[] ids, boolean showSpecial) {
    StreamDecoder decoder = decoder(showSpecial);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(decoder.bytes(id));
    }
    return bytes.toByteArray();
  }

  /// {@return a decoder for tokens that come one by one}
  public StreamDecoder decoder(boolean showSpecial) {
    return new StreamDecoder(this, showSpecial);
  }

  /// {@return the number of tokens}
  public int size() {
    return vocabulary.size();
  }

  /// {@return what a file calls a token}
  ///
  /// @throws IllegalArgumentException if there is no such token
  public String text(int id) {
    return vocabulary.text(requireToken(id));
  }

  /// {@return the token that a text begins with, if the model has one}
  public OptionalInt begin() {
    return begin;
  }

  /// {@return the token that a text ends with, if the model has one}
  public OptionalInt end() {
    return end;
  }

  /// {@return the tokens after which a model has nothing more to say, in their order}
  public Set<Integer> endsOfGeneration() {
    return endsOfGeneration;
  }

  /// {@return the bytes that a token adds to a running text: all of a piece, its space too; of a control token none}
  ///
  /// @throws IllegalArgumentException if there is no such token
  public byte[] piece(int id) {
    return bytes(id, false);
  }

  /// {@return whether a token is of the model's protocol, and no part of a text}
  ///
  /// @throws IllegalArgumentException if there is no such token
  public boolean isControl(int id) {
    return vocabulary.kind(requireToken(id)).isHidden();
  }

  boolean isSpecial(int id) {
    return vocabulary.kind(requireToken(id)).isWhole();
  }

  boolean addsSpace() {
    return scheme.addsSpace();
  }

  byte[] bytes(int id, boolean showSpecial) {
    boolean hidden = vocabulary.kind(requireToken(id)).isHidden() && !showSpecial;
    return hidden ? new byte[0] : scheme.bytes(id);
  }

  private int requireToken(int id) {
    if (id < 0 || id >= size()) {
      throw new IllegalArgumentException("token %d: there are 0 to %d".formatted(id, size() - 1));
    }
    return id;
  }

  private static String wellFormed(String text) {
    if (text.codePoints().noneMatch(Tokenizer::isSurrogate)) {
      return text;
    }
    StringBuilder well = new StringBuilder(text.length());
    text.codePoints().forEach(c -> well.appendCodePoint(isSurrogate(c) ? 0xfffd : c));
    return well.toString();
  }

  private static boolean isSurrogate(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }

  /// Makes a tokenizer of a file's metadata.
  private static final class Making {
    private final GgufFile file;
    private final List<Reason> problems = new ArrayList<>();

    Making(GgufFile file) {
      this.file = file;
    }

    Tokenizer tokenizer() {
      String model = file.text(KEYS + "model");
      Vocabulary vocabulary = Vocabulary.read(file, problems);
      Optional<Parts> parts =
          switch (model) {
            case "llama" -> Optional.of(sentencePiece(vocabulary));
            case "gpt2" -> byteBpe(vocabulary);
            case "bert" -> Optional.of(wordPiece(vocabulary));
            default -> {
              problems.add(
                  Vocabulary.problem(
                      "tokenizer %s, which we do not have; expected is llama, gpt2 or bert"
                          .formatted(Names.shown(model))));
              yield Optional.empty();
            }
          };
      Set<Integer> ends = new TreeSet<>(vocabulary.ends());
      for (String key : List.of("eot_token_id", "eom_token_id")) {
        special(vocabulary, key, -1).ifPresent(ends::add);
      }
      parts.ifPresent(known -> known.end().ifPresent(ends::add));
      if (parts.isEmpty() || !problems.isEmpty()) {
        throw new ImportException(file.name(), problems);
      }
      return new Tokenizer(vocabulary, parts.get(), special(vocabulary), ends);
    }

    private Parts sentencePiece(Vocabulary vocabulary) {
      if (!file.metadata().containsKey(KEYS + "scores")) {
        problems.add(Vocabulary.problem("no key " + KEYS + "scores, by which pieces are joined"));
      }
      OptionalInt unknown = special(vocabulary, "unknown_token_id", SENTENCE_PIECE_UNKNOWN);
      OptionalInt begin = special(vocabulary, "bos_token_id", SENTENCE_PIECE_BEGIN);
      OptionalInt end = special(vocabulary, "eos_token_id", SENTENCE_PIECE_END);
      boolean addsSpace = flag("add_space_prefix", true);
      return new Parts(
          SentencePiece.of(vocabulary, addsSpace, unknown, problems),
          false,
          begin,
          end,
          added("add_bos_token", true, begin, "begin"),
          added("add_eos_token", false, end, "end"));
    }

    private Optional<Parts> byteBpe(Vocabulary vocabulary) {
      OptionalInt unknown = special(vocabulary, "unknown_token_id", -1);
      OptionalInt begin = special(vocabulary, "bos_token_id", -1);
      OptionalInt end = special(vocabulary, "eos_token_id", -1);
      List<String> merges = file.texts(KEYS + "merges");
      String name = file.text(KEYS + "pre");
      Optional<PreTokenizer> words = PreTokenizer.named(name);
      if (words.isEmpty()) {
        problems.add(
            Vocabulary.problem(
                "pre-tokenizer %s, which we do not have; expected is one of %s"
                    .formatted(Names.shown(name), PreTokenizer.allNames())));
      }
      return words.map(
          rules ->
              new Parts(
                  ByteBpe.of(vocabulary, rules, merges, unknown, problems),
                  flag("normalizer.nfc", false),
                  begin,
                  end,
                  added("add_bos_token", rules.addsBegin(), begin, "begin"),
                  added("add_eos_token", false, end, "end")));
    }

    private Parts wordPiece(Vocabulary vocabulary) {
      OptionalInt unknown = special(vocabulary, "unknown_token_id", BERT_UNKNOWN);
      OptionalInt begin = special(vocabulary, "cls_token_id", BERT_BEGIN);
      begin = special(vocabulary, "bos_token_id", begin.orElse(-1));
      // The first is how the format spells it.
      OptionalInt separator = special(vocabulary, "seperator_token_id", BERT_SEPARATOR);
      separator = special(vocabulary, "separator_token_id", separator.orElse(-1));
      boolean lowercase = flag("normalizer.lowercase", true);
      boolean stripAccents = flag("normalizer.strip_accents", lowercase);
      return new Parts(
          new WordPiece(vocabulary, new WordPiece.Cleaning(lowercase, stripAccents), unknown),
          false,
          begin,
          separator,
          added("add_bos_token", true, begin, "begin"),
          added("add_sep_token", true, separator, "separator"));
    }

    private boolean flag(String key, boolean otherwise) {
      return file.findFlag(KEYS + key).orElse(otherwise);
    }

    private OptionalInt special(Vocabulary vocabulary, String key, int otherwise) {
      return vocabulary.special(file, key, otherwise, problems);
    }

    private List<Integer> added(String key, boolean otherwise, OptionalInt token, String what) {
      if (!flag(key, otherwise)) {
        return List.of();
      }
      if (token.isEmpty()) {
        problems.add(
            Vocabulary.problem(
                "texts have a %s token (%s%s), but there is none".formatted(what, KEYS, key)));
        return List.of();
      }
      return List.of(token.getAsInt());
    }

    /// White space around a token is a property of models that their files do not have.
    private SpecialTokens special(Vocabulary vocabulary) {
      String name = file.findText("general.name").orElse("").toLowerCase(Locale.ROOT);
      String pre = file.findText(KEYS + "pre").orElse("");
      Set<Integer> takesLeft = new HashSet<>();
      Set<Integer> takesRight = new HashSet<>();
      if (Set.of("jina-v2-de", "jina-v2-es", "jina-v2-code").contains(pre)) {
        takesLeft.add(vocabulary.find("<mask>"));
      } else if (name.contains("phi-3") || name.contains("phi3")) {
        takesRight.addAll(SpecialTokens.all(vocabulary));
        List.of("<unk>", "<s>", "<|endoftext|>")
            .forEach(text -> takesRight.remove(vocabulary.find(text)));
      } else if (name.contains("modern-bert")) {
        takesLeft.add(vocabulary.find("[MASK]"));
      }
      return new SpecialTokens(vocabulary, takesLeft, takesRight);
    }
  }
}
