package opml.api;

import java.util.List;
import java.util.stream.Stream;
import opml.llm.tape.Sampling;

/// What a client wants to be said.
///
/// Each prompt has as many different answers as there are copies if there is chance, and one otherwise, which all
/// copies show. Copy i is chosen with the request's seed plus i, so that it is what the same request with that seed
/// says.
///
/// @param model by the name that clients know
/// @param prompts tokens of each text that is to go on
/// @param echo what of each prompt is said before; empty, or as many as prompts
/// @param most tokens of an answer, at most
/// @param stops texts that end an answer and are none of it
/// @param sampling how tokens are chosen
/// @param seed as it was asked for, even where nothing depends on it
/// @param copies how many answers to each prompt are shown
/// @param told what else is told of an answer
/// @param tools what calls of tools are looked for in answers, and how
record CompletionRequest(
    String model,
    List<int[]> prompts,
    List<String> echo,
    int most,
    List<String> stops,
    Sampling sampling,
    long seed,
    int copies,
    Told told,
    ToolUse tools) {
  /// What a probability takes until it is sent, with its text, by the bytes of bodies.
  private static final int BYTES_OF_A_CHANCE = 8;

  /// As many letters take no more memory than what is made of a body's byte.
  private static final int LETTERS_OF_A_BYTE = 8;

  /// What is told of an answer besides its text, and how.
  ///
  /// @param isStream whether the answer comes as it is said
  /// @param showsUsage whether a stream ends with what was used
  /// @param showsChances whether it is told how probable tokens were
  /// @param others how many of the most probable tokens are told in each one's place
  record Told(boolean isStream, boolean showsUsage, boolean showsChances, int others) {}

  CompletionRequest {
    if (prompts.isEmpty() || !echo.isEmpty() && echo.size() != prompts.size()) {
      throw new IllegalArgumentException(
          "%d prompts, %d echoes".formatted(prompts.size(), echo.size()));
    }
  }

  int promptTokens() {
    return prompts.stream().mapToInt(prompt -> prompt.length).sum();
  }

  /// {@return about how much memory it and its answers take, as bytes of a body count, which are many times as much}
  ///
  /// @param context tokens of a text, at most
  long heldBytes(int context) {
    long letters = Stream.concat(echo.stream(), stops.stream()).mapToLong(String::length).sum();
    long answers =
        told.isStream() ? 0 : BYTES_OF_A_CHANCE * chances(context) + letters() / LETTERS_OF_A_BYTE;
    return letters
        + (long) Integer.BYTES * (promptTokens() + sampling.grammar().words())
        + (long) Long.BYTES * sampling.biases().size()
        + answers;
  }

  /// {@return how many probabilities are told of all answers together, at most}
  ///
  /// @param context tokens of a text, at most
  long chances(int context) {
    long tokens =
        prompts.stream().mapToLong(prompt -> Math.min(most, context - prompt.length)).sum();
    return told.showsChances() ? copies * tokens * (1 + told.others()) : 0;
  }

  /// {@return how many letters of prompts all answers repeat, and their receipts, in hexadecimal digits}
  long letters() {
    long repeated = echo.stream().mapToLong(String::length).sum();
    return copies * (repeated + 2L * Integer.BYTES * promptTokens());
  }

  /// {@return how many different answers there are to a prompt}
  private int draws() {
    return sampling.temperature() > 0 ? copies : 1;
  }

  /// {@return how many answers are to be found, prompt after prompt}
  int answers() {
    return prompts.size() * draws();
  }

  /// {@return how often each answer is shown}
  int shows() {
    return copies / draws();
  }

  /// {@return the prompt of an answer}
  int[] prompt(int answer) {
    return prompts.get(answer / draws());
  }

  /// {@return what is said before an answer}
  String echo(int answer) {
    return echo.isEmpty() ? "" : echo.get(answer / draws());
  }

  /// {@return how the tokens of an answer are chosen}
  Sampling sampling(int answer) {
    return sampling.withSeed(sampling.seed() + answer % draws());
  }
}
