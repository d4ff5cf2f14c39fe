package opml.llm.tape;

import java.util.Optional;
import java.util.stream.Stream;

/// What somebody has said of chance, and what that makes of the rest: one rule for all commands and for the API.
///
/// Who says nothing of it has the most likely token each time. Who says anything has tokens drawn, unless the
/// temperature that they say is 0, and whatever they leave out is what llama.cpp takes: a temperature of 0.8 among the
/// 40 most likely tokens, those of them that have 0.95 of the probability together, and at least 0.05 of that of the
/// most likely one.
///
/// @param temperature how much chance there is
/// @param seed what it follows from
/// @param topK how many of the most likely tokens there are to choose from; 0 or less for all
/// @param topP how probable together those are that there are to choose from
/// @param minP how probable each is at least, by the most likely one
/// @param typical how probable together those are that surprise as much as is expected
public record AskedChance(
    Optional<Float> temperature,
    Optional<Long> seed,
    Optional<Integer> topK,
    Optional<Float> topP,
    Optional<Float> minP,
    Optional<Float> typical) {
  private static final float TEMPERATURE = 0.8f;
  private static final int TOP_K = 40;
  private static final float TOP_P = 0.95f;
  private static final float MIN_P = 0.05f;

  /// {@return whether anything was said but a temperature}
  public boolean isMoreThanTemperature() {
    return Stream.of(seed, topK, topP, minP, typical).anyMatch(Optional::isPresent);
  }

  /// {@return how tokens are chosen, as far as that is about chance}
  ///
  /// @param otherwise the seed, where none was said
  public Sampling.Builder sampling(long otherwise) {
    return Sampling.builder()
        .seed(seed.orElse(otherwise))
        .temperature(temperature.orElse(isMoreThanTemperature() ? TEMPERATURE : 0))
        .topK(topK.orElse(TOP_K))
        .topP(topP.orElse(TOP_P))
        .minP(minP.orElse(MIN_P))
        .typical(typical.orElse(1f));
  }
}
