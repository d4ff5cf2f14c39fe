package opml.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Problems;
import opml.core.codec.MalformedException;
import opml.engine.plan.Team;
import opml.engine.run.Residence;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.ImportException;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.session.TextEngine;
import opml.llm.tokenizer.Tokenizer;
import opml.twins.Twins;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How a language model is made ready to read and write.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class EngineOptions {
  private static final int MOST_THREADS = 1_024;
  private static final int MOST_BATCH = 1 << 16;
  private static final long LARGE = 200_000_000;
  private static final long PAUSE_NANOS = 1_000_000_000L;

  @Mixin private TextOptions text;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "How many threads work (default: one for each core).")
  private Optional<Integer> threads;

  @Option(
      names = {"-b", "--batch-size"},
      paramLabel = "N",
      defaultValue = "128",
      description = "Tokens of a prompt that are read at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description =
          "The tokenizer of a llama2.c checkpoint (default: tokenizer.bin beside it, or tok512.bin for 512 tokens).")
  private Optional<Path> tokenizerFile;

  /// A model that is ready.
  public record Ready(LanguageModel model, Tokenizer tokenizer, TextEngine engine, int context) {}

  /// Notes what is wrong with these options.
  public void check(Problems problems) {
    problems
        .when(
            threads.filter(n -> n < 1 || n > MOST_THREADS).isPresent(),
            "--threads %d: expected are 1 to %d".formatted(threads.orElse(0), MOST_THREADS))
        .when(
            batch < 1 || batch > MOST_BATCH,
            "--batch-size %d: expected are 1 to %d tokens".formatted(batch, MOST_BATCH));
  }

  /// {@return the threads that work}; to be closed if they were asked for
  public Optional<Team> ownTeam() {
    return threads.map(Team::new);
  }

  /// {@return the model in a file, with its tokenizer and adapters; nothing of its weights is read}
  ///
  /// @throws Failure about the argument, if there is no such in it
  public LanguageModel open(Path file) {
    Twins.findOut();
    LanguageModel model;
    try {
      model = LanguageModelFile.open(file, tokenizerFile);
      LanguageModelFile.tokenizer(file, model);
    } catch (Failure | MalformedException | ImportException e) {
      throw new Failure("--model " + e.getMessage(), e);
    }
    return text.adapted(model);
  }

  /// {@return tokens of a text of the model's, at most}
  public int context(LanguageModel model) {
    return text.context(model);
  }

  /// {@return how keys and values are kept}
  public CacheType cacheType() {
    return text.cacheType();
  }

  /// Reads a model's weights.
  ///
  /// @throws Failure if it cannot be run with these options
  public Ready ready(Path file, LanguageModel model, Team team, Console console) {
    return ready(file, model, Residence.AT_ONCE, team, console);
  }

  /// Makes a model ready.
  ///
  /// @param residence of its weights
  /// @throws Failure if it cannot be run with these options
  public Ready ready(
      Path file, LanguageModel model, Residence residence, Team team, Console console) {
    Tokenizer tokenizer = LanguageModelFile.tokenizer(file, model);
    int context = context(model);
    int trained = model.hyperparameters().context();
    if (context > trained) {
      console.note(
          "--ctx-size %d: the model was trained for %s; what it says behind them may make no sense"
              .formatted(context, Amounts.count(trained, "token")));
    }
    long bytes =
        model.weights().tensors().values().stream()
            .mapToLong(tensor -> Tensor.byteSize(tensor.type(), tensor.shape()))
            .sum();
    if (bytes >= LARGE && residence == Residence.AT_ONCE) {
      console.note("%s: reading %,d MB of weights".formatted(file, bytes / 1_000_000));
    }
    try {
      TextEngine engine =
          TextEngine.of(
              model,
              context,
              text.cacheType(),
              Math.min(batch, context),
              Twins.provider(),
              residence,
              team,
              progress(file, console));
      return new Ready(model, tokenizer, engine, context);
    } catch (IllegalArgumentException e) {
      throw new Failure(
          "--ctx-size %d, --batch-size %d, --cache-type %s: %s: %s"
              .formatted(context, batch, TextOptions.label(text.cacheType()), file, e.getMessage()),
          e);
    }
  }

  /// {@return what says how far the loading is, if it takes long enough to wonder}
  public static IntConsumer progress(Path file, Console console) {
    long[] last = {System.nanoTime()};
    return ready -> {
      long now = System.nanoTime();
      if (now - last[0] >= PAUSE_NANOS) {
        last[0] = now;
        console.note("%s: making ready, %s so far".formatted(file, Amounts.count(ready, "node")));
      }
    };
  }
}
