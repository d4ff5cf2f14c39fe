package opml.lab.bench.llm;

import java.util.List;

/// What the benchmark of language models found. A figure that was not measured is missing, and told in `notes`.
///
/// @param cases speeds with the kernels that are chosen by default, each beside llama.cpp
/// @param vectorCases the same without the machine tile
/// @param opened what else was seen of models
/// @param greedy texts that should be those of others
/// @param notes what was not measured, and why
public record LlmFigures(
    List<Case> cases,
    List<Case> vectorCases,
    List<Opened> opened,
    List<Greedy> greedy,
    List<Dispute> disputes,
    List<String> notes) {
  public LlmFigures {
    cases = List.copyOf(cases);
    vectorCases = List.copyOf(vectorCases);
    opened = List.copyOf(opened);
    greedy = List.copyOf(greedy);
    disputes = List.copyOf(disputes);
    notes = List.copyOf(notes);
  }

  /// What is measured of a model.
  public enum Test {
    /// Reading a prompt of 512 tokens.
    PROMPT,
    /// Writing 64 tokens, one by one.
    DECODE
  }

  /// Tokens a second.
  ///
  /// @param goal of the ratio; NaN if there is none
  public record Case(String model, Test test, double ours, double peer, double goal) {
    /// {@return how many times as fast we are}
    public double ratio() {
      return ours / peer;
    }
  }

  /// @param checkShare of the time of writing 256 tokens that checking them takes; NaN if that was not measured
  /// @param loadSeconds from opening the file to the first token
  /// @param peerLoadSeconds the same of llama.cpp
  /// @param extraGigabytes of memory, above the file's size
  /// @param allocatedBytes of a token
  public record Opened(
      String model,
      double checkShare,
      double loadSeconds,
      double peerLoadSeconds,
      double extraGigabytes,
      long allocatedBytes) {}

  /// @param equal whether we choose the tokens that are expected
  /// @param at how many are equal, where others are not
  /// @param gap by which our first other token's score is above the expected one's; NaN if that is unknown
  public record Greedy(String model, boolean equal, int at, double gap) {}

  /// A whole dispute about one token.
  ///
  /// @param goal of the seconds
  public record Dispute(String model, double seconds, int moves, long gas, double goal) {}
}
