package opml.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.core.codec.MalformedException;
import opml.formats.refusal.ImportException;
import opml.llm.model.LanguageModel;
import opml.llm.model.LoraAdapter;
import picocli.CommandLine.Option;

/// The adapters of a language model, which is another model with them.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class LoraOptions {
  @Option(
      names = "--lora",
      paramLabel = "FILE[:SCALE]",
      description =
          "Of a language model: a LoRA adapter, a GGUF file as llama.cpp's converter writes it, and how much it counts"
              + " (default: 1). Several are added one after the other. The model's id follows from them, too.")
  private List<String> adapters = List.of();

  /// A file, and how much it counts.
  private record Adapter(Path file, float scale) {}

  /// {@return what is meant: a name may have a colon, too}
  private static Adapter adapter(String text) {
    int colon = text.lastIndexOf(':');
    String number = text.substring(colon + 1);
    if (colon <= 0 || !number.matches("[-+0-9.eE]+")) {
      return new Adapter(Path.of(text), 1);
    }
    float scale = Float.NaN;
    try {
      scale = Float.parseFloat(number);
    } catch (NumberFormatException e) {
      new Problems()
          .when(
              true,
              "--lora %s: the scale '%s' is no number, as in adapter.gguf:0.5"
                  .formatted(text, number))
          .fail();
    }
    return new Adapter(Path.of(text.substring(0, colon)), scale);
  }

  /// {@return whether there are any}
  public boolean isThere() {
    return !adapters.isEmpty();
  }

  /// {@return a model with the adapters}
  ///
  /// @throws Failure about the argument, if one cannot be read, is no GGUF file, or no adapter of this model
  public LanguageModel adapted(LanguageModel model) {
    LanguageModel adapted = model;
    for (String text : adapters) {
      Adapter adapter = adapter(text);
      try {
        adapted = LoraAdapter.adapted(adapted, adapter.file(), adapter.scale());
      } catch (IOException e) {
        throw new Failure("--lora " + Messages.at(adapter.file(), e).getMessage(), e);
      } catch (MalformedException | ImportException e) {
        throw new Failure("--lora " + e.getMessage(), e);
      }
    }
    return adapted;
  }
}
