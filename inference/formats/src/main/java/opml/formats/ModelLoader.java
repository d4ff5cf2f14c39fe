package opml.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.HashCache;
import opml.engine.commit.InitialHashes;
import opml.engine.commit.Model;
import opml.engine.commit.StepLimit;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Port;
import opml.formats.file.FileKind;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.OnnxImporter;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedPrograms;

/// Opens model files, of whatever format: their first bytes tell which importer reads them.
///
/// The file is the package: the import is a function of its bytes, and of those of the files in its folder that it
/// names, so whoever has it recomputes the model's identity. An import checks all tensors that are needed and reads few
/// of them; a run copies them into memory as it needs them, and a commitment hashes them when it is asked for.
public final class ModelLoader {
  private ModelLoader() {}

  /// Imports a file, to run it, claims and disputes aside.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws MalformedException if it is not a model file
  /// @throws ImportException if it is one that we cannot run; it tells every reason
  public static Graph graph(Path file) throws IOException {
    return graph(file, Bindings.NONE);
  }

  /// Imports as [#graph(Path)] a file with what it leaves open.
  public static Graph graph(Path file, Bindings bindings) throws IOException {
    return switch (known(file)) {
      case ONNX -> OnnxImporter.load(file, bindings);
    };
  }

  /// Imports a file, to commit to it with the pinned programs; it is hashed when the commitment is asked for.
  ///
  /// @throws ImportException also if no claim, or no dispute, could be about it
  public static Model load(Path file) throws IOException {
    return Model.of(supported(file, graph(file)), PinnedPrograms::of);
  }

  /// Imports as [#load(Path)] a file that comes from a stranger, which may not have data beside it: what it named there
  /// would be a file of ours.
  ///
  /// @param mostConstants bytes of its constants that are read, all together: a small file may hold large ones
  /// @throws MalformedException also if a tensor's data are beside the file
  /// @throws ImportException also if its constants are more than that
  public static Model loadAlone(Path file, long mostConstants) throws IOException {
    Graph graph =
        switch (known(file)) {
          case ONNX -> OnnxImporter.loadAlone(file, mostConstants);
        };
    return Model.of(supported(file, graph), PinnedPrograms::of);
  }

  /// Imports as [#load(Path)], with the hashes of the weights from a cache if it has them.
  ///
  /// @param progress hears of hashing that has to be done
  public static Model load(Path file, HashCache cache, InitialHashes.Progress progress)
      throws IOException {
    return load(file, Bindings.NONE, cache, progress);
  }

  /// Imports as [#load(Path, HashCache, InitialHashes.Progress)] a file with what it leaves open.
  public static Model load(
      Path file, Bindings bindings, HashCache cache, InitialHashes.Progress progress)
      throws IOException {
    return Model.of(
        supported(file, graph(file, bindings)),
        PinnedPrograms::of,
        graph -> cache.of(graph, progress));
  }

  /// {@return a model in all editions of the kernels' programs that make different ones of it, the latest first: it may
  /// have been registered before a kernel was compiled anew, or before there was one that empties slots}
  public static List<Model> editions(Model model) {
    Map<Bytes32, Model> editions = new LinkedHashMap<>();
    Set<Kernel> kernels =
        model.graph().nodes().stream().map(GraphNode::kernel).collect(Collectors.toSet());
    kernels.remove(Clearing.kernel());
    for (PinnedPrograms.Edition programs : PinnedPrograms.editions()) {
      if (kernels.stream().allMatch(programs::has)) {
        Model other = in(model, programs);
        editions.putIfAbsent(other.id(), other);
      }
    }
    return List.copyOf(editions.values());
  }

  /// {@return a model with the programs of an edition}; itself if these are its own, since a model may be large
  private static Model in(Model model, PinnedPrograms.Edition programs) {
    boolean clears = programs.has(Clearing.kernel());
    if (clears
        && model.programs().entrySet().stream()
            .allMatch(known -> programs.apply(known.getKey()).equals(known.getValue()))) {
      return model;
    }
    return model.with(clears ? model.graph() : Clearing.removed(model.graph()), programs);
  }

  /// {@return the edition of a model that has this id}
  public static Optional<Model> edition(Model model, Bytes32 id) {
    return editions(model).stream().filter(other -> other.id().equals(id)).findFirst();
  }

  /// The formats that there are importers for.
  private enum Format {
    ONNX
  }

  private static Format known(Path file) throws IOException {
    FileKind kind = FileKind.of(file);
    return switch (kind) {
      case ONNX -> Format.ONNX;
      case GGUF, SAFETENSORS, LLAMA2C ->
          throw new MalformedException(
              "%s: this is %s; if it is a language model: ./opml run -m %s"
                  .formatted(file, kind.label(), file));
      case TFLITE ->
          throw new MalformedException(
              file + ": this is " + kind.label() + ", which is not supported yet");
      case PYTORCH, PICKLE, HDF5, NUMPY, ZIP, GZIP, TAR, LFS, HTML, TEXT, EMPTY ->
          throw new MalformedException(file + ": not a model file: this is " + kind.label());
    };
  }

  private static Graph supported(Path file, Graph graph) {
    List<Reason> reasons = beyondTheProtocol(graph);
    if (!reasons.isEmpty()) {
      throw new ImportException(file.toString(), reasons);
    }
    return graph;
  }

  /// {@return what no claim, or no dispute, could be about}
  private static List<Reason> beyondTheProtocol(Graph graph) {
    List<Reason> reasons = new ArrayList<>();
    long output = graph.slots().get(graph.output().slot()).bytes();
    if (output > Integer.MAX_VALUE) {
      List<String> names = graph.output().parts().stream().map(Port.Part::name).toList();
      reasons.add(
          new Reason(
              Reason.Kind.SIZE,
              1,
              "",
              "",
              "output %s has %,d bytes%s; there may be %,d"
                  .formatted(
                      Names.list(names),
                      output,
                      names.size() == 1 ? "" : " in all",
                      Integer.MAX_VALUE)));
    }
    nodes(
            graph,
            node -> !StepLimit.holds(PinnedPrograms.of(node.kernel()).bound(), node.scalarArray()),
            "may execute more than %,d instructions in the machine".formatted(StepLimit.MOST))
        .ifPresent(reasons::add);
    nodes(
            graph,
            node -> !CommittedNode.fits(graph, node, PinnedPrograms.of(node.kernel())),
            "reads and writes more than a node's memory of 1 GiB holds")
        .ifPresent(reasons::add);
    return reasons;
  }

  /// {@return the nodes of which something is so, as a reason}
  private static Optional<Reason> nodes(Graph graph, Predicate<GraphNode> isSo, String text) {
    List<GraphNode> all = graph.nodes().stream().filter(isSo).toList();
    return all.stream()
        .findFirst()
        .map(first -> new Reason(Reason.Kind.SIZE, all.size(), "node", first.name(), text));
  }
}
