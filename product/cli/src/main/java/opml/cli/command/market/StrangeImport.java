package opml.cli.command.market;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.engine.commit.Model;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.formats.file.FileKind;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;

/// Imports files that strangers have made. Nothing in them decides how much memory that takes: what would exceed the
/// bounds is refused before it is made.
final class StrangeImport {
  /// Of what strangers' models may take, the part that the graph of a language model may: it grows with the numbers
  /// that somebody wrote behind the file's place, however small the file is.
  private static final int GRAPH_PART = 2;

  /// About what a node takes, as `RunMemory` counts it.
  private static final long NODE_BYTES = 5120;

  /// Of the same, the part that the table of rotations may take.
  private static final int TABLE_PART = 16;

  /// Twice what the largest vocabularies have that people use.
  private static final int TOKENS_MOST = 1 << 19;

  private static final long MEGABYTE = 1_000_000;

  private StrangeImport() {}

  /// {@return the bytes of memory that an import may take until the model's own are counted}
  ///
  /// @param text that is said of a language model; nothing for models that compute their output
  /// @param mostBytes that strangers' models may take
  static long heldBytes(long fileBytes, Optional<TextLimits> text, long mostBytes) {
    return BoundedImports.heldBytes(fileBytes) + (text.isPresent() ? mostBytes / GRAPH_PART : 0);
  }

  /// {@return the model in a file, with its constants in memory and its id known, so that the file may go at any time}
  ///
  /// @param text how long the texts of a language model are, if somebody has said so
  /// @param mostBytes that strangers' models may take
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is no model, or needs what is not in it
  /// @throws opml.formats.refusal.ImportException if it is one that we cannot run
  /// @throws IllegalArgumentException if it is larger than it may be
  static Model load(Path file, Optional<TextLimits> text, long mostBytes) throws IOException {
    Model model =
        switch (FileKind.of(file)) {
          case GGUF, LLAMA2C -> checking(file, text, mostBytes);
          default -> ModelLoader.loadAlone(file, mostBytes);
        };
    try {
      model.graph().slots().forEach(slot -> slot.initial().ifPresent(Tensor::data));
      model.id();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return model;
  }

  private static Model checking(Path file, Optional<TextLimits> text, long mostBytes)
      throws IOException {
    TextLimits limits =
        text.orElseThrow(
            () ->
                new MalformedException(
                    file
                        + ": a language model, and its place does not say how long texts are;"
                        + " expected is #context=N&answer=N&cache=TYPE behind it"));
    long bytes = Files.size(file);
    if (bytes > mostBytes) {
      throw new IllegalArgumentException(
          "%s: a language model of %,d MB, this process gives strangers' models %,d MB; more: JAVA_TOOL_OPTIONS=-Xmx"
              .formatted(file, bytes / MEGABYTE, mostBytes / MEGABYTE));
    }
    LanguageModel language = LanguageModels.openAlone(file, TOKENS_MOST);
    int nodes = (int) Math.min(Integer.MAX_VALUE, mostBytes / GRAPH_PART / NODE_BYTES);
    CheckGraph.Bounds bounds = new CheckGraph.Bounds(nodes, mostBytes / TABLE_PART);
    return Model.checking(CheckGraph.of(language, limits, bounds), PinnedPrograms::of);
  }
}
