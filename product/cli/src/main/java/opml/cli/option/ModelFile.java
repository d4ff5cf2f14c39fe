package opml.cli.option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.engine.commit.HashCache;
import opml.engine.commit.Model;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;

/// Reads models from files: ONNX files, and what language models lie in.
public final class ModelFile {
  private ModelFile() {}

  /// Tokens of a context whose graph takes a while.
  private static final int LONG = 4096;

  /// {@return the model in a file; the console hears of long hashing}
  ///
  /// @throws Failure about the argument, if it cannot be read, or is too large
  /// @throws opml.core.codec.MalformedException if it is not an ONNX model
  /// @throws opml.formats.refusal.ImportException if it is one that we cannot run
  public static Model load(Path file, Console console) {
    return load(file, Bindings.NONE, console);
  }

  /// {@return the model in a file with what it leaves open}
  ///
  /// @throws Failure as [#load(Path, Console)]
  public static Model load(Path file, Bindings bindings, Console console) {
    HashingNotes progress = new HashingNotes(file, console::note, System::nanoTime);
    return told(file, () -> ModelLoader.load(file, bindings, HashCache.ofUser(), progress));
  }

  /// {@return the model in a file, of whatever kind; the console hears of long hashing}
  ///
  /// @param text how long the texts of a language model are
  /// @throws Failure as [#load]
  public static KnownModel open(Path file, ModelOptions text, Console console) {
    if (!LanguageModelFile.isOne(file)) {
      return new KnownModel(load(file, text.bindings(), console), Optional.empty());
    }
    LanguageModel language = text.adapted(LanguageModelFile.open(file, Optional.empty()));
    return open(file, language, text.limits(language), CheckGraph.Bounds.NONE, console);
  }

  /// {@return a language model with texts of this length; the console hears of long hashing}
  ///
  /// @param bounds of the graph that is made, where strangers have said how long texts are
  /// @throws Failure as [#load]
  public static KnownModel open(
      Path file,
      LanguageModel language,
      TextLimits limits,
      CheckGraph.Bounds bounds,
      Console console) {
    if (limits.context() >= LONG) {
      console.note(
          "%s: making the graph that checks texts of %,d tokens".formatted(file, limits.context()));
    }
    HashingNotes progress = new HashingNotes(file, console::note, System::nanoTime);
    Model model =
        told(
            file,
            () ->
                Model.checking(
                    CheckGraph.of(language, limits, bounds),
                    PinnedPrograms::of,
                    graph -> HashCache.ofUser().of(graph, progress)));
    return new KnownModel(model, Optional.of(new LanguageAnswers(language, limits)));
  }

  /// Makes a model.
  @FunctionalInterface
  private interface Making {
    Model model() throws IOException;
  }

  private static Model told(Path file, Making making) {
    try {
      Model model = making.model();
      model.id(); // so that what cannot be read is told here, with the file's name
      return model;
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (UncheckedIOException e) {
      throw Messages.at(file, Objects.requireNonNull(e.getCause()));
    } catch (IllegalArgumentException e) {
      // Well-formed, but too large for a slot, a node or the registry.
      throw Failure.misuse(file + ": " + e.getMessage(), e);
    }
  }

  /// {@return the models in these files}
  public static List<KnownModel> open(List<Path> files, ModelOptions text, Console console) {
    List<KnownModel> models = new ArrayList<>();
    for (Path file : files) {
      models.add(open(file, text, console));
    }
    return models;
  }
}
