package opml.lab.compare;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.OnnxExamination;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Value;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.lab.bench.peer.OnnxRuntimePeer;
import opml.lab.compare.ValueDistance.Tolerance;
import opml.proof.NodeMachines;
import opml.twins.Twins;

/// Runs a model here and by ONNX Runtime, on the same inputs, and compares what every node of the file gives. Both get
/// the model with all values for outputs; where these are large, some after others.
public final class OnnxComparison {
  /// Bytes of values that are compared at a time.
  private static final long MOST_BYTES = 1L << 28;

  private static final int MOST_VALUES = 1 << 12;

  /// What a node of the file gave.
  ///
  /// @param node its name, or number and operator
  /// @param value the name of the output
  /// @param shape type and shape here
  /// @param distance how far apart they are, if both are of that type and shape
  /// @param problem what else is the matter; empty if nothing
  /// @param ours the worst element here
  /// @param theirs the worst element of ONNX Runtime
  public record Compared(
      String node,
      String operator,
      String value,
      String shape,
      Optional<ValueDistance> distance,
      String problem,
      String ours,
      String theirs) {
    /// {@return whether it is not what ONNX Runtime gives, up to the tolerance}
    public boolean differs() {
      return !problem.isEmpty() || distance.filter(one -> one.beyond() > 0).isPresent();
    }
  }

  /// What came of it.
  ///
  /// @param values in the order of the file's nodes
  /// @param skipped values that could not be compared, and why
  public record Outcome(List<Compared> values, List<String> skipped) {
    public Outcome {
      values = List.copyOf(values);
      skipped = List.copyOf(skipped);
    }

    /// {@return the first that differs}
    public Optional<Compared> first() {
      return values.stream().filter(Compared::differs).findFirst();
    }
  }

  /// A value to be compared.
  private record Wanted(String node, String operator, String name, Value known) {}

  private final Path file;
  private final OnnxModel model;
  private final Bindings bindings;
  private final Map<String, Tensor> inputs;
  private final OnnxRuntimePeer peer;
  private final Tolerance tolerance;
  private final List<Compared> compared = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  private OnnxComparison(
      Path file,
      OnnxModel model,
      Bindings bindings,
      Map<String, Tensor> inputs,
      OnnxRuntimePeer peer,
      Tolerance tolerance) {
    this.file = file;
    this.model = model;
    this.bindings = bindings;
    this.inputs = inputs;
    this.peer = peer;
    this.tolerance = tolerance;
  }

  /// Runs both and compares.
  ///
  /// @param bindings what the file leaves open
  /// @param inputs that are not bound, by their names
  /// @param jar of ONNX Runtime's Java binding
  /// @param progress hears what is done
  /// @throws IOException if a file cannot be read, or the changed model not be written
  /// @throws opml.formats.refusal.ImportException if we cannot run the model
  /// @throws BenchException if ONNX Runtime cannot, or a node fails
  public static Outcome of(
      Path file,
      Bindings bindings,
      Map<String, Tensor> inputs,
      Path jar,
      Tolerance tolerance,
      Consumer<String> progress)
      throws IOException {
    OnnxExamination examined = OnnxImporter.examine(file, bindings);
    if (examined.refusal().isPresent()) {
      throw examined.refusal().get();
    }
    try (OnnxRuntimePeer peer = new OnnxRuntimePeer(jar)) {
      OnnxComparison comparison =
          new OnnxComparison(file, examined.model(), bindings, inputs, peer, tolerance);
      comparison.run(examined.values(), progress);
      return new Outcome(comparison.compared, comparison.skipped);
    }
  }

  private void run(Map<String, Value> known, Consumer<String> progress) throws IOException {
    List<Wanted> all = wanted(known);
    for (int from = 0; from < all.size(); ) {
      int to = from;
      long bytes = 0;
      while (to < all.size() && to - from < MOST_VALUES) {
        long more = all.get(to).known().place().bytes();
        if (to > from && bytes + more > MOST_BYTES) {
          break;
        }
        bytes += more;
        to++;
      }
      progress.accept("values %,d to %,d of %,d".formatted(from + 1, to, all.size()));
      compare(all.subList(from, to));
      from = to;
    }
  }

  private List<Wanted> wanted(Map<String, Value> known) {
    List<Wanted> wanted = new ArrayList<>();
    List<OnnxNode> nodes = model.graph().nodes();
    for (int i = 0; i < nodes.size(); i++) {
      String label = nodes.get(i).label(i);
      for (String name : nodes.get(i).outputs()) {
        Value value = known.get(name);
        if (name.isEmpty()) {
          continue;
        }
        if (value == null || value.isEmpty()) {
          // What no output needs is not imported.
          skipped.add(
              "%s of %s: %s"
                  .formatted(
                      name, label, value == null ? "no output needs it" : "it has no elements"));
        } else {
          wanted.add(new Wanted(label, nodes.get(i).opType(), name, value));
        }
      }
    }
    return wanted;
  }

  private void compare(List<Wanted> wanted) throws IOException {
    Map<String, Tensor> theirs = theirs(wanted);
    Map<String, Tensor> ours = ours(wanted);
    for (Wanted one : wanted) {
      Tensor here = Objects.requireNonNull(ours.get(one.name()));
      Tensor there = theirs.get(one.name());
      if (there == null) {
        skipped.add(
            "%s of %s: ONNX Runtime gives no tensor of a type that is read here"
                .formatted(one.name(), one.node()));
      } else {
        compared.add(compared(one, here, there));
      }
    }
  }

  private Compared compared(Wanted one, Tensor ours, Tensor theirs) {
    String shape = "%s %s".formatted(ours.type().label(), ours.shape());
    if (ours.type() != theirs.type() || !ours.shape().equals(theirs.shape())) {
      String problem =
          "%s here, %s %s by ONNX Runtime".formatted(shape, theirs.type().label(), theirs.shape());
      return new Compared(
          one.node(), one.operator(), one.name(), shape, Optional.empty(), problem, "", "");
    }
    ValueDistance distance = ValueDistance.of(ours, theirs, tolerance);
    return new Compared(
        one.node(),
        one.operator(),
        one.name(),
        shape,
        Optional.of(distance),
        "",
        shown(ours, distance.worst()),
        shown(theirs, distance.worst()));
  }

  private static String shown(Tensor tensor, int index) {
    if (tensor.type().isFloat()) {
      return Double.toString(tensor.real(index));
    }
    return Long.toString(tensor.integer(index));
  }

  // ------------------------------------------------------------------ here

  private Map<String, Tensor> ours(List<Wanted> wanted) {
    Map<String, Tensor> values = new HashMap<>();
    List<OnnxValueInfo> outputs = new ArrayList<>();
    for (Wanted one : wanted) {
      Optional<Tensor> constant = one.known().constant();
      if (constant.isPresent()) {
        values.put(one.name(), constant.get());
      } else {
        outputs.add(new OnnxValueInfo(one.name(), 0, Optional.empty()));
      }
    }
    if (!outputs.isEmpty()) {
      OnnxGraph changed = withOutputs(model.graph(), outputs);
      OnnxModel every =
          new OnnxModel(
              model.irVersion(), model.producerName(), model.opsets(), changed, model.functions());
      values.putAll(run(OnnxImporter.of(file.toString(), every, bindings)));
    }
    return values;
  }

  private static OnnxGraph withOutputs(OnnxGraph graph, List<OnnxValueInfo> outputs) {
    return new OnnxGraph(
        graph.name(),
        graph.nodes(),
        graph.initializers(),
        graph.inputs(),
        outputs,
        graph.values(),
        graph.sparseInitializers());
  }

  private Map<String, Tensor> run(Graph graph) {
    GraphRunner runner =
        GraphRunner.natively(
            graph,
            Twins.provider(),
            (of, node, operands) ->
                new NodeMachines(Model.of(of, PinnedPrograms::of)).run(of, node, operands));
    Map<String, Tensor> given = new LinkedHashMap<>();
    // A graph without inputs has one of its own, which nothing reads.
    graph
        .input()
        .parts()
        .forEach(
            part ->
                given.put(
                    part.name(),
                    inputs.getOrDefault(part.name(), Tensor.zero(part.type(), part.shape()))));
    MemorySegment output = Tensor.allocate(graph.output().bytes());
    return switch (runner.run(graph.input().pack(given), output)) {
      case GraphRunner.Ending.Finished() -> graph.output().unpack(output);
      case GraphRunner.Ending.Failed(int node) ->
          throw new BenchException("node %s failed here".formatted(graph.nodes().get(node).name()));
    };
  }

  // ------------------------------------------------------------------ by ONNX Runtime

  private Map<String, Tensor> theirs(List<Wanted> wanted) throws IOException {
    Set<String> names = new HashSet<>();
    wanted.forEach(one -> names.add(one.name()));
    Set<String> outputs = new HashSet<>();
    model.graph().outputs().forEach(output -> outputs.add(output.name()));
    List<String> more =
        wanted.stream().map(Wanted::name).filter(name -> !outputs.contains(name)).toList();
    Map<String, Tensor> given = new HashMap<>();
    Set<String> constants = new HashSet<>();
    model.graph().initializers().forEach(constant -> constants.add(constant.name()));
    for (OnnxValueInfo input : model.graph().inputs()) {
      Tensor value = bindings.inputs().getOrDefault(input.name(), inputs.get(input.name()));
      if (value != null && !constants.contains(input.name())) {
        given.put(input.name(), value);
      }
    }
    Path changed = Files.createTempFile(folder(), ".opml-compare", ".onnx");
    try {
      try (OutputStream out = Files.newOutputStream(changed, StandardOpenOption.WRITE)) {
        Files.copy(file, out);
        out.write(OnnxWriter.outputsBehind(more));
      }
      return peer.values(changed, given, names);
    } finally {
      Files.delete(changed);
    }
  }

  /// {@return where the changed model is written: beside the file, if that has data beside it}
  private Path folder() {
    Path home = Objects.requireNonNull(file.toAbsolutePath().getParent());
    return model.graph().initializers().stream().anyMatch(OnnxTensor::isOutside)
        ? home
        : Path.of(System.getProperty("java.io.tmpdir"));
  }
}
