package opml.llm.session;

import java.util.Optional;

/// How texts are guessed ahead.
///
/// @param most tokens that are guessed at once, 0 to [Drafter#MOST]; 0 for no guesses
/// @param model a smaller model that guesses; without one, guesses come from the text itself
public record Drafting(int most, Optional<TextEngine> model) {
  public static final Drafting NONE = new Drafting(0, Optional.empty());

  /// Guesses from the text itself, as many as a step takes at little cost.
  public static final Drafting REPEATS = new Drafting(7, Optional.empty());

  public Drafting {
    if (most < 0 || most > Drafter.MOST) {
      throw new IllegalArgumentException(
          "%d tokens: expected are 0 to %d".formatted(most, Drafter.MOST));
    }
  }

  /// {@return what guesses for a text; to be closed}
  ///
  /// @param engine of the text
  /// @throws IllegalArgumentException if the smaller model has another vocabulary
  public Drafter open(TextEngine engine) {
    if (most == 0) {
      return Drafter.NONE;
    }
    return model
        .<Drafter>map(smaller -> ModelDrafter.of(smaller, engine))
        .orElse(RepeatDrafter.INSTANCE);
  }
}
