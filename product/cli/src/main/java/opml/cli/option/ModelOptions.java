package opml.cli.option;

import java.util.Optional;
import opml.cli.console.Failure;
import opml.formats.onnx.Bindings;
import opml.llm.forward.CacheType;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the chain knows of a model besides its file: its id follows from both.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelOptions {
  private static final int ANSWER = 512;

  @Mixin private TextOptions text;
  @Mixin private BindOptions bind;

  @Option(
      names = "--answer",
      paramLabel = "N",
      description =
          "Of a language model: tokens of an answer, at most (default: 512, or the context if that is less)."
              + " The model's id follows from its file, the context, this and the type.")
  private Optional<Integer> answer;

  /// {@return what is bound of an ONNX model}
  ///
  /// @throws Failure if it is not as it must be
  public Bindings bindings() {
    return bind.bindings();
  }

  /// {@return a model with the adapters that it is to have}
  public LanguageModel adapted(LanguageModel model) {
    return text.adapted(model);
  }

  /// {@return how long texts of a model are, and how their keys and values are kept}
  ///
  /// @throws Failure if there cannot be such
  public TextLimits limits(LanguageModel model) {
    return limits(text.context(model), text.cacheType(), answer);
  }

  /// {@return how long texts of a context are}
  ///
  /// @param answer tokens of an answer, as `--answer` has it
  /// @throws Failure if there cannot be such
  static TextLimits limits(int context, CacheType cacheType, Optional<Integer> answer) {
    int most = Math.min(context, TextLimits.MOST_CAPACITY);
    int capacity = answer.orElse(Math.min(ANSWER, most));
    if (capacity < 1 || capacity > most) {
      throw new Failure(
          "--answer %d: expected are 1 to %d tokens, for a context of %d"
              .formatted(capacity, most, context));
    }
    return new TextLimits(context, capacity, cacheType);
  }
}
