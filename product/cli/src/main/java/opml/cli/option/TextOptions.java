package opml.cli.option;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.cli.console.Failure;
import opml.llm.forward.CacheType;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How long the texts of a language model may be, and how their keys and values are kept. The defaults are the same for
/// all commands, since a model's id follows from them.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class TextOptions {
  /// What a text has room for unless somebody asks for more: a model may have been trained for a hundred thousand.
  private static final int CONTEXT = 4_096;

  @Option(
      names = {"-c", "--context", "--ctx-size"},
      paramLabel = "N",
      description =
          "Of a language model: tokens of a text, prompt and answer together; 0 for as many as it was trained for"
              + " (default: the same, at most 4096).")
  private Optional<Integer> context;

  @Option(
      names = "--cache-type",
      paramLabel = "TYPE",
      defaultValue = "f16",
      converter = CacheTypeConverter.class,
      description =
          "Of a language model: how keys and values are kept, f16, f32 or q8_0; both in the same way, where llama.cpp"
              + " has --cache-type-k and --cache-type-v (default: ${DEFAULT-VALUE}).")
  private CacheType cacheType;

  @Mixin private LoraOptions lora;

  /// What picocli makes of a type's name.
  static final class CacheTypeConverter implements ITypeConverter<CacheType> {
    @Override
    public CacheType convert(String text) {
      return cacheType(text.toLowerCase(Locale.ROOT))
          .orElseThrow(
              () ->
                  new TypeConversionException("'%s' is none of %s".formatted(text, cacheTypes())));
    }
  }

  /// {@return the type that is called so}
  static Optional<CacheType> cacheType(String label) {
    return Arrays.stream(CacheType.values()).filter(type -> label(type).equals(label)).findFirst();
  }

  /// {@return what the types are called}
  static String cacheTypes() {
    return Arrays.stream(CacheType.values())
        .map(TextOptions::label)
        .collect(Collectors.joining(", "));
  }

  /// {@return what a type is called, as llama.cpp does}
  public static String label(CacheType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /// {@return how many tokens a text of a model may have}
  ///
  /// @throws Failure if no text can have as many
  public int context(LanguageModel model) {
    int trained = model.hyperparameters().context();
    int tokens =
        context.map(asked -> asked == 0 ? trained : asked).orElse(Math.min(trained, CONTEXT));
    if (tokens < 1 || tokens > TextLimits.MOST_CONTEXT) {
      throw new Failure(
          "--ctx-size %d: expected are 1 to %d tokens".formatted(tokens, TextLimits.MOST_CONTEXT));
    }
    return tokens;
  }

  /// {@return a model with the adapters that it is to have}
  public LanguageModel adapted(LanguageModel model) {
    return lora.adapted(model);
  }

  public CacheType cacheType() {
    return cacheType;
  }
}
