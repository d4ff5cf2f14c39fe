package opml.cli.option;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.cli.console.Failure;
import opml.llm.grammar.Grammar;
import opml.llm.tape.AskedChance;
import opml.llm.tape.Sampling;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How tokens are chosen, with llama.cpp's names. Its defaults hold once there is chance at all; until an option asks
/// for it, there is none ([AskedChance]).
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class SamplingOptions {
  private static final int LAST = 64;
  private static final Pattern BIAS = Pattern.compile("(\\d{1,9})([+-]\\d{1,9}(\\.\\d{1,9})?)");

  @Option(
      names = {"--temp", "--temperature"},
      paramLabel = "N",
      description =
          "How much chance there is in what is said: 0 for none, the most likely token each time"
              + " (default: 0; 0.8 if there is one of --seed, --top-k, --top-p, --min-p,"
              + " --typical).")
  private Optional<Float> temperature;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description =
          "What chance follows from, so that the same seed says the same (default, and -1: one of"
              + " chance, which is told).")
  private Optional<Long> seed;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description =
          "Choose among so many of the most likely tokens, 0 or less for all (default: 40). This and the"
              + " next three are without effect with --temp 0.")
  private Optional<Integer> topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Choose among the most likely tokens that have this probability together, 1 for all"
              + " (default: 0.95).")
  private Optional<Float> topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Choose among those with at least this share of the most likely one's probability, 0 for"
              + " all (default: 0.05).")
  private Optional<Float> minP;

  @Option(
      names = {"--typical", "--typical-p"},
      paramLabel = "P",
      description =
          "Choose among those that surprise as much as is expected, of this probability together, 1"
              + " for all (default: 1).")
  private Optional<Float> typical;

  @Option(
      names = "--repeat-last-n",
      paramLabel = "N",
      description =
          "How many of the last tokens are penalised, -1 for all (default: 64), with --temp 0,"
              + " too.")
  private Optional<Integer> repeatLastN;

  @Option(
      names = "--repeat-penalty",
      paramLabel = "N",
      description = "What divides their logits, 1 for nothing (default: 1).")
  private Optional<Float> repeatPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "N",
      description = "What is taken off their logits, once (default: 0).")
  private Optional<Float> presencePenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "N",
      description = "What is taken off for each time that they are there (default: 0).")
  private Optional<Float> frequencyPenalty;

  @Mixin private DryOptions repeats;

  @Option(
      names = {"-l", "--logit-bias"},
      paramLabel = "TOKEN(+/-)BIAS",
      description =
          "What is added to the logit of a token, by its number: 15043+1 or 15043-1; as often as"
              + " there are such.")
  private List<String> biases = List.of();

  @Mixin private GrammarOptions grammars;

  /// {@return whether anything was asked for}
  public boolean isThere() {
    return chance().isMoreThanTemperature()
        || !biases.isEmpty()
        || repeats.isThere()
        || grammars.isThere()
        || Stream.of(temperature, repeatLastN, repeatPenalty, presencePenalty, frequencyPenalty)
            .anyMatch(Optional::isPresent);
  }

  private AskedChance chance() {
    return new AskedChance(temperature, seed, topK, topP, minP, typical);
  }

  /// {@return what was asked for}
  ///
  /// @param random where a seed comes from, if none was given
  /// @throws Failure if a number is out of its range
  public Sampling sampling(RandomGenerator random) {
    Grammar grammar = grammars.grammar();
    try {
      return chance()
          .sampling(0)
          // As long as llama.cpp's: somebody may want to type it.
          .seed(seed.filter(known -> known != -1).orElseGet(() -> random.nextInt() & 0xffffffffL))
          .repeatLastN(repeatLastN.orElse(LAST))
          .repeatPenalty(repeatPenalty.orElse(1f))
          .frequencyPenalty(frequencyPenalty.orElse(0f))
          .presencePenalty(presencePenalty.orElse(0f))
          .dry(repeats.dry())
          .biases(biases())
          .grammar(grammar)
          .build();
    } catch (IllegalArgumentException e) {
      throw new Failure(
          "--" + String.valueOf(e.getMessage()).replaceFirst("^temperature", "temp"), e);
    }
  }

  private SortedMap<Integer, Float> biases() {
    SortedMap<Integer, Float> parsed = new TreeMap<>();
    for (String text : biases) {
      Matcher matcher = BIAS.matcher(text);
      if (!matcher.matches()) {
        throw new Failure(
            "--logit-bias %s: expected is a token's number, + or -, and what is added"
                .formatted(text));
      }
      parsed.put(Integer.parseInt(matcher.group(1)), Float.parseFloat(matcher.group(2)));
    }
    return parsed;
  }
}
