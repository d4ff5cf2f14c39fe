package opml.formats;

import java.io.IOException;
import java.nio.file.Path;
import opml.engine.commit.HashCache;
import opml.engine.commit.InitialHashes;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.formats.onnx.OnnxImporter;
import opml.kernels.catalog.PinnedPrograms;

/// From a model file to what is registered: the graph in it, committed to with the pinned programs.
///
/// The file is the package: the import is a function of its bytes, so whoever has it recomputes the model's identity.
public final class ModelLoader {
  private ModelLoader() {}

  /// Imports a file and commits to it.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws opml.core.codec.MalformedException if it is not a model file
  /// @throws opml.formats.onnx.ImportException if it is one that we cannot run
  public static Model load(Path file) throws IOException {
    return Model.of(OnnxImporter.load(file), PinnedPrograms::of);
  }

  /// Imports as [#load(Path)], with the hashes of the weights from a cache if it has them.
  ///
  /// @param progress hears of hashing that has to be done
  public static Model load(Path file, HashCache cache, InitialHashes.Progress progress)
      throws IOException {
    Graph graph = OnnxImporter.load(file);
    return Model.of(graph, PinnedPrograms::of, cache.of(file, graph, progress));
  }
}
