package opml.api;

import java.util.List;
import opml.llm.tape.Sampling;

/// What a client wants to be said.
///
/// @param model by the name that clients know
/// @param prompts tokens of each text that is to go on
/// @param echo what of each prompt is said before; empty, or as many as prompts
/// @param most tokens of an answer, at most
/// @param stops texts that end an answer and are none of it
/// @param sampling how tokens are chosen
/// @param copies how often each answer is given; they are the same, so there is one if there is chance
/// @param isStream whether the answer comes as it is said
/// @param showsUsage whether a stream ends with what was used
record CompletionRequest(
    String model,
    List<int[]> prompts,
    List<String> echo,
    int most,
    List<String> stops,
    Sampling sampling,
    int copies,
    boolean isStream,
    boolean showsUsage) {
  CompletionRequest {
    if (prompts.isEmpty() || !echo.isEmpty() && echo.size() != prompts.size()) {
      throw new IllegalArgumentException(
          "%d prompts, %d echoes".formatted(prompts.size(), echo.size()));
    }
  }

  int promptTokens() {
    return prompts.stream().mapToInt(prompt -> prompt.length).sum();
  }
}
