package opml.formats.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.GraphImport.State;
import opml.formats.onnx.node.Limits;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.Operators;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason.Kind;

/// Turns an ONNX model into a graph.
///
/// The result is a function of the file and its bindings alone, so that whoever imports it commits to the same model:
/// nodes that the output does not need are left out, the others run in the order of the file, except that a node waits
/// for those whose results it reads; slots are numbered as the nodes first name them, after the inputs, which are slot
/// 0.
///
/// A model that cannot run is walked to its end, so that all reasons are told at once. What a refused node would
/// compute is unknown from there on, and nodes that read such a value are not judged by it: of them only the operator
/// counts.
public final class OnnxImporter {
  /// Inputs, or outputs. In a file one of them takes a few bytes, in a graph a node and a slot.
  private static final int MOST_PORTS = 1 << 16;

  private static final Limits ALL = Limits.ofConstants(Long.MAX_VALUE);

  private final OnnxModel file;
  private final OnnxGraph model;
  private final Bindings bindings;
  private final Importing all;

  private OnnxImporter(OnnxModel file, Bindings bindings, Limits limits) {
    this.file = file;
    this.model = file.graph();
    this.bindings = bindings;
    this.all = new Importing(new GraphImport(limits), file.functions());
  }

  /// Reads and imports a file.
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not an ONNX model
  /// @throws ImportException if it is one that we cannot run
  public static Graph load(Path file) throws IOException {
    return load(file, Bindings.NONE);
  }

  /// Reads and imports as [#load(Path)] a file with what it leaves open.
  public static Graph load(Path file, Bindings bindings) throws IOException {
    return imported(file, OnnxReader.read(file), bindings, ALL);
  }

  /// Reads and imports as [#load] a file that must have all of its data in itself.
  ///
  /// @param mostConstants bytes of its constants that are read, all together
  /// @throws MalformedException also if a tensor's data are beside the file
  /// @throws ImportException also if its constants are more than that
  public static Graph loadAlone(Path file, long mostConstants) throws IOException {
    return imported(
        file, OnnxReader.readAlone(file), Bindings.NONE, Limits.ofConstants(mostConstants));
  }

  private static Graph imported(Path file, OnnxModel model, Bindings bindings, Limits limits)
      throws IOException {
    try {
      return of(file.toString(), model, bindings, limits);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Imports a model; `source` names it in errors.
  ///
  /// @throws MalformedException if a constant that is needed cannot be read
  /// @throws ImportException if we cannot run it; it tells every reason
  public static Graph of(String source, OnnxModel model) {
    return of(source, model, ALL);
  }

  /// Imports a model as [#of(String, OnnxModel)], within limits, which are a part of what its identity follows from.
  public static Graph of(String source, OnnxModel model, Limits limits) {
    return of(source, model, Bindings.NONE, limits);
  }

  /// Imports a model with what its file leaves open.
  public static Graph of(String source, OnnxModel model, Bindings bindings) {
    return of(source, model, bindings, ALL);
  }

  private static Graph of(String source, OnnxModel model, Bindings bindings, Limits limits) {
    OnnxImporter importer = new OnnxImporter(model, bindings, limits);
    return importer
        .run()
        .filter(whole -> importer.problems().isEmpty())
        .orElseThrow(
            () ->
                new ImportException(
                    source,
                    importer.problems().reasons(),
                    List.copyOf(importer.problems().unbound())));
  }

  private ImportProblems problems() {
    return all.problems();
  }

  /// {@return the graph, unless there are problems}
  private Optional<Graph> run() {
    Optional<Integer> opset = opset(file.opsets());
    GraphScope scope = new GraphScope(all, model, Optional.empty(), "", opset);
    List<OnnxValueInfo> inputs =
        Renaming.inputs(model).stream()
            .filter(input -> bindings.constant(input).isEmpty())
            .toList();
    requireFew(Kind.INPUTS, "input", Renaming.inputs(model));
    requireFew(Kind.OUTPUTS, "output", model.outputs());
    if (model.outputs().isEmpty()) {
      problems().add(Kind.OUTPUTS, 0, "no output; at least one is needed");
    }
    requireBindings();
    Renaming.inputs(model).forEach(this::input);
    requireRoom("inputs", inputs);
    scope.nodes();
    model.outputs().forEach(output -> output(scope, output));
    requireRoom("outputs", model.outputs());
    if (!problems().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(all.graph().finish(namesOf(inputs), namesOf(model.outputs())));
    } catch (RefusedNode e) {
      problems().add(e.kind(), 1, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<Integer> opset(List<OnnxOpset> opsets) {
    List<Long> versions =
        opsets.stream()
            .filter(opset -> Operators.isOnnx(opset.domain()))
            .map(OnnxOpset::version)
            .toList();
    if (versions.isEmpty() && !opsets.isEmpty()) {
      return Optional.of(Declaration.MAX_OPSET); // a model of other operator sets alone
    }
    if (versions.size() != 1) {
      problems()
          .add(
              Kind.OPSET,
              versions.size(),
              versions.size() + " versions of ONNX's operator set are named, not one");
      return Optional.empty();
    }
    long version = versions.getFirst();
    if (version < Declaration.MIN_OPSET || version > Declaration.MAX_OPSET) {
      problems()
          .add(
              Kind.OPSET,
              1,
              "opset "
                  + version
                  + "; "
                  + Declaration.MIN_OPSET
                  + " to "
                  + Declaration.MAX_OPSET
                  + " are supported");
      return Optional.empty();
    }
    return Optional.of((int) version);
  }

  private void requireFew(Kind kind, String what, List<OnnxValueInfo> values) {
    if (values.size() > MOST_PORTS) {
      problems()
          .add(
              kind,
              values.size(),
              "%,d %ss; at most %,d are supported".formatted(values.size(), what, MOST_PORTS));
    }
  }

  private void requireRoom(String what, List<OnnxValueInfo> values) {
    try {
      all.graph().requireRoom(what, namesOf(values));
    } catch (RefusedNode e) {
      problems().add(e.kind(), 1, e.rule());
    }
  }

  private static List<String> namesOf(List<OnnxValueInfo> values) {
    return values.stream().map(OnnxValueInfo::name).toList();
  }

  /// Defines an input, which is known if its type is supported and all of its sizes are numbers. A symbolic batch is
  /// one.
  private void input(OnnxValueInfo input) {
    GraphImport graph = all.graph();
    String name = input.name();
    String shown = "input " + Names.shown(name);
    Optional<Tensor> bound = bindings.constant(input);
    if (bound.isPresent()) {
      graph.define(name, Value.constant(name, bound.get()));
      return;
    }
    if (input.kind() != OnnxValueInfo.Kind.TENSOR) {
      problems()
          .add(Kind.TYPE, 1, shown + " is " + input.kind().label() + "; a tensor is supported");
      graph.defineUnknown(name, false);
      return;
    }
    Optional<ElementType> type = input.type().flatMap(OnnxType::element);
    if (type.isEmpty()) {
      problems().unsupportedType(OnnxType.nameOf(input.elementType()), shown);
    }
    Optional<Shape> shape = shape(input);
    if (type.isEmpty() || shape.isEmpty()) {
      graph.defineUnknown(name, false);
      return;
    }
    Value value = Value.computed(name, type.get(), shape.get());
    try {
      value.requireSlot();
      graph.defineInput(name, value);
    } catch (RefusedNode e) {
      problems().add(e.kind(), "input", Names.shown(name), e.rule(), e.detail());
      graph.defineUnknown(name, false);
    }
  }

  private Optional<Shape> shape(OnnxValueInfo input) {
    String what = "input " + Names.shown(input.name());
    Optional<Shape> bound = bindings.shape(input);
    if (bound.isPresent()) {
      return bound;
    }
    if (input.shape().isEmpty()) {
      problems().add(Kind.SHAPE, 1, what + " has no shape");
      return Optional.empty();
    }
    List<OnnxDimension> declared = input.shape().get();
    List<Integer> dims = new ArrayList<>();
    List<String> symbolic = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (int i = 0; i < declared.size(); i++) {
      Optional<Integer> chosen =
          declared.get(i) instanceof OnnxDimension.Named(String label)
              ? bindings.dim(label)
              : Optional.empty();
      long dim = chosen.map(Integer::longValue).orElse(declared.get(i).known().orElse(1));
      if (declared.get(i).known().isEmpty() && chosen.isEmpty() && i > 0) {
        symbolic.add(i + " is " + declared.get(i).label());
      } else if (dim < 0 || dim > Integer.MAX_VALUE) {
        bad.add(i + " is " + dim);
      }
      dims.add((int) dim);
    }
    if (!symbolic.isEmpty()) {
      problems()
          .add(
              Kind.SHAPE,
              symbolic.size(),
              what
                  + " has dimensions that are not numbers: "
                  + Names.list(symbolic)
                  + "; expected is --bind with each of them; dimension 0 alone is 1 where nothing is said");
    }
    if (!bad.isEmpty()) {
      problems()
          .add(Kind.SIZE, bad.size(), what + " has impossible dimensions: " + Names.list(bad));
    }
    if (!symbolic.isEmpty() || !bad.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Shape(dims));
    } catch (IllegalArgumentException e) {
      problems()
          .add(
              Kind.SIZE,
              1,
              what
                  + " has too many dimensions or elements: ["
                  + Names.list(dims.stream().map(String::valueOf).toList())
                  + "]");
      return Optional.empty();
    }
  }

  /// Checks that all that is bound is there.
  private void requireBindings() {
    Set<String> inputs = new HashSet<>(namesOf(Renaming.inputs(model)));
    Set<String> dims = new HashSet<>();
    for (OnnxValueInfo input : Renaming.inputs(model)) {
      input.shape().stream()
          .flatMap(List::stream)
          .forEach(
              dim -> {
                if (dim instanceof OnnxDimension.Named(String name)) {
                  dims.add(name);
                }
              });
    }
    requireAll("input", bindings.inputs().keySet(), inputs);
    requireAll("input", bindings.shapes().keySet(), inputs);
    requireAll("dimension", bindings.dims().keySet(), dims);
  }

  private void requireAll(String what, Set<String> bound, Set<String> known) {
    for (String name : bound.stream().sorted().toList()) {
      if (!known.contains(name)) {
        problems()
            .add(
                Kind.BINDING,
                1,
                "bound is the %s %s, which the model does not have; it has %s"
                    .formatted(
                        what,
                        Names.shown(name),
                        known.isEmpty() ? "none" : Names.list(known.stream().sorted().toList())));
      }
    }
  }

  private void output(GraphScope scope, OnnxValueInfo output) {
    GraphImport graph = all.graph();
    String name = output.name();
    if (name.isEmpty()) {
      problems().add(Kind.GRAPH, "value", "output", GraphScope.NAMELESS, "");
      return;
    }
    if (graph.state(name) == State.UNDEFINED && !scope.initializer(name)) {
      problems().add(Kind.GRAPH, "output", Names.shown(name), "outputs that nothing defines", "");
      return;
    }
    graph
        .value(name)
        .filter(value -> output.elementType() != 0)
        .filter(value -> OnnxType.of(value.type()).code() != output.elementType())
        .ifPresent(
            value ->
                problems()
                    .add(
                        Kind.TYPE,
                        "output",
                        Names.shown(name),
                        "outputs that are not of the declared type",
                        Types.name(value.type())
                            + ", declared "
                            + OnnxType.nameOf(output.elementType())));
  }
}
