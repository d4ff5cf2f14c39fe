package opml.lab.bench.llm;

import java.util.List;
import java.util.Locale;

/// What the benchmark of language models found. A figure that could not be had is among `missing`, with the reason.
///
/// @param cases speeds with the kernels that are chosen by default, each beside llama.cpp
/// @param vectorCases the same without the machine tile
/// @param opened what else was seen of models
/// @param checks what checking an answer takes
/// @param claims what claiming an answer adds to writing it
/// @param perplexity how much worse a text is foretold than by others
/// @param greedy texts that should be those of others
/// @param missing what was not measured, and why
public record LlmFigures(
    List<Case> cases,
    List<Case> vectorCases,
    List<Opened> opened,
    List<Check> checks,
    List<Claim> claims,
    List<Perplexity> perplexity,
    List<Greedy> greedy,
    List<Dispute> disputes,
    List<Missing> missing) {
  /// Nothing yet.
  public static final LlmFigures NONE =
      new LlmFigures(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
          List.of());

  public LlmFigures {
    cases = List.copyOf(cases);
    vectorCases = List.copyOf(vectorCases);
    opened = List.copyOf(opened);
    checks = List.copyOf(checks);
    claims = List.copyOf(claims);
    perplexity = List.copyOf(perplexity);
    greedy = List.copyOf(greedy);
    disputes = List.copyOf(disputes);
    missing = List.copyOf(missing);
  }

  /// What is measured of a model.
  public enum Test {
    /// Reading a prompt of 512 tokens.
    PROMPT,
    /// Writing 64 tokens, one by one.
    DECODE,
    /// From opening the file to the first token, and memory.
    LOAD,
    /// The tokens that others have chosen.
    GREEDY,
    /// How well a text is foretold.
    PERPLEXITY,
    /// Checking an answer of 256 tokens.
    CHECK,
    /// Reading a prompt with the Vector API alone.
    VECTOR,
    /// Claiming an answer of 256 tokens.
    CLAIM,
    /// A whole dispute about one token.
    DISPUTE;

    /// {@return its name in options and reports}
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Tokens a second.
  ///
  /// @param flash whether llama.cpp was faster with flash attention, which is then its figure
  /// @param goal of the ratio; NaN if there is none
  public record Case(
      String model, Test test, double ours, double peer, boolean flash, double goal) {
    /// {@return how many times as fast we are}
    public double ratio() {
      return ours / peer;
    }
  }

  /// @param loadSeconds from opening the file to the first token
  /// @param peerLoadSeconds the same of llama.cpp
  /// @param extraGigabytes of memory, above the file's size
  /// @param peerExtraGigabytes the same of llama.cpp
  /// @param allocatedBytes of a token
  public record Opened(
      String model,
      double loadSeconds,
      double peerLoadSeconds,
      double extraGigabytes,
      double peerExtraGigabytes,
      long allocatedBytes) {}

  /// What checking an answer takes.
  ///
  /// @param writeSeconds of the answer
  /// @param checkSeconds of all of its tokens at once
  public record Check(String model, double writeSeconds, double checkSeconds) {
    /// {@return the part of the time of writing that checking takes}
    public double share() {
      return checkSeconds / writeSeconds;
    }
  }

  /// What is done for a claim once its answer is there, in parts.
  ///
  /// @param writeSeconds of the answer
  /// @param parts in the order in which they are done
  /// @param runSeconds of the checking graph's run, by which the claim's state was found to be the one of the game
  /// @param onceSeconds of hashing the weights, once a model and not once a claim
  public record Claim(
      String model, double writeSeconds, List<Part> parts, double runSeconds, double onceSeconds) {
    public Claim {
      parts = List.copyOf(parts);
    }

    /// One thing that is done.
    public record Part(String name, double seconds) {}

    /// {@return all parts together, of the time of writing the answer}
    public double share() {
      return parts.stream().mapToDouble(Part::seconds).sum() / writeSeconds;
    }
  }

  /// @param ours our perplexity on a text
  /// @param reference that of who is compared with
  /// @param against who that is
  /// @param goal of the excess
  public record Perplexity(
      String model, int tokens, double ours, double reference, String against, double goal) {
    /// {@return by what part ours is greater}
    public double excess() {
      return ours / reference - 1;
    }
  }

  /// @param equal whether we choose the tokens that are expected
  /// @param at how many are equal, where others are not
  /// @param gap by which our first other token's logit is above the expected one's; NaN if that is unknown
  /// @param peerGap the same by the logits of `against`, negative where it prefers the expected one
  /// @param against who was asked about the gap
  public record Greedy(
      String model, boolean equal, int at, double gap, double peerGap, String against) {}

  /// A whole dispute about one token.
  ///
  /// @param goal of the seconds
  public record Dispute(String model, double seconds, int moves, long gas, double goal) {}

  /// A figure that could not be had.
  public record Missing(String model, Test test, String reason) {}

  /// {@return whether a figure is there}
  public boolean has(String model, Test test) {
    return switch (test) {
      case PROMPT, DECODE ->
          cases.stream().anyMatch(one -> one.model().equals(model) && one.test() == test);
      case VECTOR -> vectorCases.stream().anyMatch(one -> one.model().equals(model));
      case LOAD -> opened.stream().anyMatch(one -> one.model().equals(model));
      case CHECK -> checks.stream().anyMatch(one -> one.model().equals(model));
      case CLAIM -> claims.stream().anyMatch(one -> one.model().equals(model));
      case PERPLEXITY -> perplexity.stream().anyMatch(one -> one.model().equals(model));
      case GREEDY -> greedy.stream().anyMatch(one -> one.model().equals(model));
      case DISPUTE -> disputes.stream().anyMatch(one -> one.model().equals(model));
    };
  }
}
