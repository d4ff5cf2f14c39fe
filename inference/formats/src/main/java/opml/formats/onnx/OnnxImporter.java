package opml.formats.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.graph.Graph;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.fusion.CallFusion;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.GraphImport;
import opml.formats.onnx.node.GraphImport.Named;
import opml.formats.onnx.node.GraphImport.State;
import opml.formats.onnx.node.Limits;
import opml.formats.onnx.node.Meaning;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.ValueList;
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
    this.model = QuantisedFusion.of(file);
    this.bindings = bindings;
    this.all = new Importing(new GraphImport(limits), file);
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
        .orElseThrow(() -> importer.refusal(source));
  }

  /// Imports as [#load(Path, Bindings)], and tells what is known of the file, whether or not it can be run.
  ///
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is not an ONNX model
  public static OnnxExamination examine(Path file, Bindings bindings) throws IOException {
    OnnxModel model = OnnxReader.read(file);
    try {
      return examine(file.toString(), model, bindings);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  static OnnxExamination examine(String source, OnnxModel model, Bindings bindings) {
    OnnxImporter importer = new OnnxImporter(model, bindings, ALL);
    Optional<Graph> graph = importer.run().filter(whole -> importer.problems().isEmpty());
    return new OnnxExamination(
        model,
        importer.all.graph().values(),
        graph.isPresent() ? Optional.empty() : Optional.of(importer.refusal(source)));
  }

  private ImportException refusal(String source) {
    StringUse.refusal(file).ifPresent(text -> problems().add(Kind.TYPE, 1, text));
    return new ImportException(
        source, problems().reasons(), List.copyOf(problems().unbound()), problems().occurrences());
  }

  private ImportProblems problems() {
    return all.problems();
  }

  /// {@return the graph, unless there are problems}
  private Optional<Graph> run() {
    Optional<Integer> opset = opset(file.opsets());
    GraphScope scope = new GraphScope(all, model, Optional.empty(), "", opset);
    requireFew(Kind.INPUTS, "input", Renaming.inputs(model).size());
    requireFew(Kind.OUTPUTS, "output", model.outputs().size());
    if (model.outputs().isEmpty()) {
      problems().add(Kind.OUTPUTS, 0, "no output; at least one is needed");
    }
    InputImport inputs = new InputImport(all, bindings, MOST_PORTS);
    inputs.requireBindings(Renaming.inputs(model));
    Renaming.inputs(model).forEach(inputs::add);
    requireFew(Kind.INPUTS, "input", inputs.ports().size());
    requireRoom("inputs", inputs.ports());
    scope.nodes();
    List<Named> outputs = new ArrayList<>();
    model.outputs().forEach(output -> output(scope, output, outputs));
    requireFew(Kind.OUTPUTS, "output", outputs.size());
    requireRoom("outputs", outputs);
    if (!problems().isEmpty()) {
      return Optional.empty();
    }
    if (!model.outputs().stream().allMatch(one -> all.graph().meaning(one.name()).isPresent())) {
      throw new IllegalStateException("an output is not known, and nothing says why");
    }
    try {
      return Optional.of(all.graph().finish(inputs.ports(), outputs, CallFusion::of));
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

  private void requireFew(Kind kind, String what, int count) {
    if (count > MOST_PORTS) {
      problems()
          .add(
              kind, count, "%,d %ss; at most %,d are supported".formatted(count, what, MOST_PORTS));
    }
  }

  private void requireRoom(String what, List<Named> ports) {
    try {
      all.graph().requireRoom(what, ports);
    } catch (RefusedNode e) {
      problems().add(e.kind(), 1, e.rule());
    }
  }

  /// Adds the tensors of an output to those that the graph gives. A sequence gives each of its own, an empty optional
  /// none.
  private void output(GraphScope scope, OnnxValueInfo output, List<Named> ports) {
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
    Optional<Meaning> meaning = graph.meaning(name);
    if (meaning.isEmpty()) {
      return;
    }
    if (!mayBe(output.kind(), meaning.get())) {
      notAsDeclared(name, meaning.get().describe(), output.kind().label());
      return;
    }
    List<Value> tensors = meaning.get().tensors();
    for (int i = 0; i < tensors.size(); i++) {
      Value value = tensors.get(i);
      if (output.elementType() != 0 && OnnxType.of(value.type()).code() != output.elementType()) {
        notAsDeclared(name, Types.name(value.type()), OnnxType.nameOf(output.elementType()));
      }
      ports.add(
          new Named(meaning.get() instanceof Value ? name : Bindings.element(name, i), value));
    }
  }

  private void notAsDeclared(String name, String is, String declared) {
    problems()
        .add(
            Kind.TYPE,
            "output",
            Names.shown(name),
            "outputs that are not of the declared type",
            is + ", declared " + declared);
  }

  private static boolean mayBe(OnnxValueInfo.Kind declared, Meaning meaning) {
    return switch (declared) {
      case UNDECLARED -> true;
      case TENSOR -> meaning instanceof Value;
      case SEQUENCE -> meaning instanceof ValueList;
      case OPTIONAL -> !(meaning instanceof ValueList);
      case OPTIONAL_SEQUENCE -> !(meaning instanceof Value);
      case SPARSE_TENSOR, NESTED, MAP, OPAQUE -> false;
    };
  }
}
