package opml.llm.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How byte-level tokenizers cut a text into words: the published definitions of the models' authors, by the names that
/// GGUF files call them in `tokenizer.ggml.pre`. Rules follow each other, each within the parts of the one before.
@SuppressWarnings("ImmutableEnumChecker") // unmodifiable lists of immutable values
enum PreTokenizer {
  GPT_2(
      "gpt-2 phi-2 mpt olmo jais jina-es jina-de jina-v2-es jina-v2-de jina-v1-en "
          + "jina-v2-code roberta-bpe modern-bert gigachat exaone4 a.x-4.0 mellum trillion "
          + "granite-docling",
      Words.GPT_2),

  /// As GPT-2, with the digits alone.
  STARCODER(
      "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2",
      Words.DIGIT,
      Words.GPT_2),

  DEFAULT("default", Words.PUNCTUATION, Words.GPT_2, "\\p{N}+", Words.THREE_DIGITS),

  FALCON("falcon", Words.PUNCTUATION_AND_BACKTICK, Words.GPT_2, Words.THREE_DIGITS),

  LLAMA_3(
      "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
      Words.LLAMA_3),

  /// The words of Llama 3, but joined as all others are.
  DBRX("dbrx smaug-bpe chatglm-bpe glm4 glm5", Words.LLAMA_3),

  QWEN_2(
      "qwen2 stablelm2 deepseek-r1-qwen megrez hunyuan kormo f2llmv2 grok-2 solar-open",
      Words.QWEN_2),

  /// The words of Qwen 2 within lines.
  LAGUNA("laguna", "[^\n]+|\n+", Words.QWEN_2),

  /// As Qwen 2, without endings.
  UFAKZEKA("ufakzeka", "[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + Words.REST),

  /// Marks belong to words.
  QWEN_35(
      "qwen35",
      Words.ENDING
          + "|[^\r\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\r\n]*"
          + "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"),

  /// Joiners and marks belong to words.
  K2_HORIZON(
      "k2-horizon",
      Words.ENDING
          + "|[^\r\n\\p{L}\\p{N}]?[\\p{L}\\p{M}\\x{200C}\\x{200D}]+|\\p{N}{1,3}"
          + Words.REST),

  /// The words of Llama 3, but white space comes in powers of two. That lines end in it is asked where it begins, as
  /// all of it is looked over then.
  JAIS_2(
      "jais-2",
      Words.ENDING
          + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\r\n]*"
          + "|(?<![\\s&&[^\r\n]])\\s*[\r\n]+"
          + IntStream.iterate(512, length -> length > 2, length -> length / 2)
              .mapToObj(length -> "|\\s{" + length + "}(?!\\S)")
              .collect(Collectors.joining())
          + "|\\s{1,2}(?!\\S)|\\s"),

  /// Letters that single spaces part are one word, so that a token may be several of what others call words.
  EXAONE_MOE(
      "exaone-moe",
      new WordRule.Phrases(
          Words.ENDING
              + "|(?<phrase>[^\r\n\\p{L}\\p{N}]?\\p{L}[\\p{L}\\p{M}]*)|\\p{N}"
              + "| ?[^\\s\\p{L}\\p{N}]+[\r\n/]?|\\s*[\r\n]|\\s+(?!\\S)|\\s+",
          " \\p{L}[\\p{L}\\p{M}]*")),

  /// The words of Llama 3, within which numbers have been cut before.
  MINICPM_5(
      "minicpm5",
      "\\p{N}{1,3}",
      Words.ENDING + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}+" + Words.REST),

  DEEPSEEK_LLM(
      "deepseek-llm",
      "[\r\n]",
      "\\s?" + Words.CASED_LETTERS,
      "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3000}-\\x{3002}]+",
      "\\s+\\z",
      Words.CJK,
      "\\p{N}+"),

  DEEPSEEK_CODER("deepseek-coder", "[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", Words.CJK, Words.DIGIT),

  DEEPSEEK_3(
      "deepseek-v3 hunyuan-dense joyai-llm hy_v4",
      "\\p{N}{1,3}",
      Words.CJK_AND_KANA,
      Words.DEEPSEEK_3),

  /// The words of DeepSeek, but numbers are cut from their ends, and more scripts are written without spaces.
  AFMOE(
      "afmoe",
      WordRule.Found.of("\\p{N}+"),
      new WordRule.Thousands("\\p{N}"),
      WordRule.Found.of(
          "[\\x{4E00}-\\x{9FFF}\\x{3400}-\\x{4DBF}\\x{F900}-\\x{FAFF}\\x{3040}-\\x{309F}"
              + "\\x{30A0}-\\x{30FF}\\x{FF65}-\\x{FF9F}\\x{2F00}-\\x{2FDF}\\x{E40}-\\x{E7F}"
              + "\\x{E80}-\\x{EFF}\\x{1780}-\\x{17FF}\\x{1000}-\\x{109F}\\x{AA60}-\\x{AA7F}"
              + "\\x{A9E0}-\\x{A9FF}\\x{AC00}-\\x{D7AF}\\x{1100}-\\x{11FF}]+"),
      WordRule.Found.of(Words.DEEPSEEK_3)),

  BLOOM("bloom poro-chat gpt3-finnish", Words.BLOOM),

  VIKING("viking", Words.BLOOM, Words.DIGIT),

  TEKKEN("tekken", Words.CAPITALISED + "|" + Words.CAPITALS + "|\\p{N}" + Words.REST_WITH_SLASH),

  GPT_4O(
      "gpt-4o llama4 kanana2 talkie minimax-m2",
      Words.CAPITALISED
          + Words.ENDING
          + "?|"
          + Words.CAPITALS
          + Words.ENDING
          + "?|\\p{N}{1,3}"
          + Words.REST_WITH_SLASH),

  /// The words of GPT-4o, with digits alone and Chinese, Japanese and Korean cut before.
  YOUTU(
      "youtu",
      "[\\x{AC00}-\\x{D7A3}\\x{3131}-\\x{318E}]+"
          + "|[\\x{FF01}\\x{2026}\\x{201C}\\x{201D}\\x{2018}\\x{2019}\\x{2014}\\x{FF1A}\\x{FF1B}"
          + "\\x{FF0C}\\x{3001}-\\x{303F}\\x{FE30}-\\x{FE4F}]+"
          + "|[\\x{3105}-\\x{312F}]+|"
          + Words.CJK_AND_KANA,
      Words.CAPITALISED
          + Words.ENDING
          + "?|"
          + Words.CAPITALS
          + Words.ENDING
          + "?|\\p{N}"
          + Words.REST_WITH_SLASH),

  /// The words of GPT-4o, but numbers are cut from their ends; as in llama.cpp also where a letter follows, where the
  /// author's expression cuts them from their beginnings.
  TINY_AYA(
      "tiny_aya cohere2moe",
      WordRule.Found.of("\\d+"),
      new WordRule.Thousands("\\d"),
      WordRule.Found.of(
          Words.CAPITALISED
              + Words.ENDING
              + "?|"
              + Words.CAPITALS
              + Words.ENDING
              + "?|\\p{N}{1,3}"
              + Words.REST_WITH_SLASH)),

  /// The words of GPT-4o, but ideographs are words of their own.
  KIMI_K2(
      "kimi-k2",
      "\\p{IsHan}+|"
          + Words.CAPITALISED.replace("\\p{M}]", "\\p{M}&&[^\\p{IsHan}]]")
          + Words.ENDING
          + "?|"
          + Words.CAPITALS.replace("\\p{M}]", "\\p{M}&&[^\\p{IsHan}]]")
          + Words.ENDING
          + "?|\\p{N}{1,3}"
          + Words.REST),

  BAILING(
      "bailingmoe bailingmoe2 llada-moe",
      "'(?i:[sdmt]|ll|ve|re)|[^\r\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\r\n]*"
          + "|\\s*[\r\n]|\\s+(?!\\S)|\\s+"),

  SEED_CODER(
      "seed-coder",
      Words.ENDING
          + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\r\n]+"
          + "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"),

  /// Words end only where numbers begin and end, so that a token may have several of what others call words.
  SUPERBPE("superbpe", WordRule.Found.of("\\p{N}+"), new WordRule.Thousands("\\d"));

  /// What occurs in several definitions.
  private static final class Words {
    static final String ENDING = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    static final String DIGIT = "\\p{N}";
    static final String THREE_DIGITS = "[0-9][0-9][0-9]";
    static final String PUNCTUATION = "[\\p{P}$+<=>^~|]+";
    static final String PUNCTUATION_AND_BACKTICK = "[\\p{P}$+<=>^~|`]+";
    static final String CJK = "[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+";
    static final String CJK_AND_KANA =
        "[\\x{4E00}-\\x{9FA5}\\x{3040}-\\x{309F}\\x{30A0}-\\x{30FF}]+";
    static final String BLOOM =
        " ?[^(\\s|.,!?\\x{2026}\\x{3002}\\x{FF0C}\\x{3001}\\x{964}\\x{6D4}\\x{60C})]+";

    static final String GPT_2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    static final String LLAMA_3 = ENDING + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + REST;

    static final String QWEN_2 = ENDING + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + REST;

    static final String REST_WITH_SLASH =
        "| ?[^\\s\\p{L}\\p{N}]+[\r\n/]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    static final String CAPITALISED =
        "[^\r\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+";

    static final String CAPITALS =
        "[^\r\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*";

    static final String DEEPSEEK_3 =
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
            + "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
            + "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";

    /// The letters that have a case, as DeepSeek lists them: not all that have.
    static final String CASED_LETTERS =
        "[A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}"
            + "\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}\\x{370}-\\x{373}\\x{376}\\x{377}\\x{37B}-\\x{37D}"
            + "\\x{37F}\\x{386}\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3F5}"
            + "\\x{3F7}-\\x{481}\\x{48A}-\\x{52F}\\x{531}-\\x{556}\\x{10A0}-\\x{10C5}"
            + "\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}\\x{1CBD}-\\x{1CBF}"
            + "\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}\\x{1E00}-\\x{1F15}"
            + "\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}\\x{1F50}-\\x{1F57}"
            + "\\x{1F59}\\x{1F5B}\\x{1F5D}\\x{1F5F}-\\x{1F7D}\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}"
            + "\\x{1FBE}\\x{1FC2}-\\x{1FC4}\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}"
            + "\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}"
            + "\\x{2102}\\x{2107}\\x{210A}-\\x{2113}\\x{2115}\\x{2119}-\\x{211D}\\x{2124}\\x{2126}"
            + "\\x{2128}\\x{212A}-\\x{212D}\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}"
            + "\\x{2145}-\\x{2149}\\x{214E}\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}"
            + "\\x{2CEB}-\\x{2CEE}\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}\\x{A680}-\\x{A69B}"
            + "\\x{A722}-\\x{A76F}\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}"
            + "\\x{FB00}-\\x{FB06}\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}\\x{FF41}-\\x{FF5A}"
            + "\\x{10400}-\\x{1044F}\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}"
            + "\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}]+";

    private Words() {}
  }

  private final List<String> names;
  private final List<WordRule> rules;

  /// @param names with a space between them
  PreTokenizer(String names, String... regexes) {
    this(names, Arrays.stream(regexes).map(WordRule.Found::of).toArray(WordRule[]::new));
  }

  /// @param names with a space between them
  PreTokenizer(String names, WordRule... rules) {
    this.names = List.of(names.split(" ", -1));
    this.rules = List.of(rules);
  }

  /// {@return the one that files call so}
  static Optional<PreTokenizer> named(String name) {
    return Arrays.stream(values()).filter(each -> each.names.contains(name)).findFirst();
  }

  /// {@return the one that cuts by these expressions, as `tokenizer.json` writes them}
  static Optional<PreTokenizer> of(List<String> expressions, boolean takesWholeWords) {
    List<String> written =
        expressions.stream().map(each -> each.replace("\\r", "\r").replace("\\n", "\n")).toList();
    return Arrays.stream(values())
        .filter(each -> each.takesWholeWords() == takesWholeWords)
        .filter(each -> each.expressions().equals(written))
        .findFirst();
  }

  private List<String> expressions() {
    return rules.stream()
        .map(rule -> rule instanceof WordRule.Found(Pattern pattern) ? pattern.pattern() : "")
        .toList();
  }

  /// {@return what files call it}
  List<String> names() {
    return names;
  }

  /// {@return all names, as errors list them}
  static String allNames() {
    return Arrays.stream(values())
        .flatMap(each -> each.names.stream())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /// {@return whether a word that is a token is taken as it is, even if joining would not lead to it}
  boolean takesWholeWords() {
    return this == LLAMA_3 || this == TEKKEN || this == MINICPM_5 || this == YOUTU;
  }

  /// {@return whether a text begins with the begin token where the file does not say}
  boolean addsBegin() {
    return this == LLAMA_3 || this == TEKKEN;
  }

  /// Tells the words of a text in order.
  void cut(String text, WordRule.Parts words) {
    cut(text, 0, text.length(), 0, words);
  }

  private void cut(String text, int from, int to, int rule, WordRule.Parts words) {
    if (rule == rules.size()) {
      words.accept(from, to);
    } else {
      rules.get(rule).cut(text, from, to, (begin, end) -> cut(text, begin, end, rule + 1, words));
    }
  }
}
