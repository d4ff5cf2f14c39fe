package opml.lab.conformance.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.StringModel;
import opml.formats.onnx.StringRunner;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.conformance.onnx.OnnxResult.Verdict;
import opml.lab.conformance.operators.MachineCheck;
import opml.proof.ExecutedFrames;
import opml.proof.NodeMachines;

/// Runs cases: their shapes come from the data, and so do the lengths of sequences, and inputs that must be constants
/// of the model. Where a model draws by chance, types and shapes are compared alone: the case has other draws.
public final class OnnxConformance implements AutoCloseable {
  /// Instructions of a node that is run in the machine, at most.
  private static final long MOST_INSTRUCTIONS = 1_000_000_000;

  /// Inputs become constants one after the other, as an import says which it needs.
  private static final int MOST_TRIES = 8;

  private static final Set<String> DRAWING =
      Set.of(
          "Bernoulli",
          "Multinomial",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike");

  private final KernelProvider kernels;
  private final boolean inMachine;
  private final Closeness closeness;
  private final Team team = new Team(1);

  /// @param kernels that run the models
  /// @param inMachine whether each node also runs in the machine
  /// @param rtol relative tolerance of floats
  /// @param atol absolute tolerance of floats
  public OnnxConformance(KernelProvider kernels, boolean inMachine, double rtol, double atol) {
    this.kernels = kernels;
    this.inMachine = inMachine;
    this.closeness = new Closeness(rtol, atol);
  }

  @Override
  public void close() {
    team.close();
  }

  /// {@return how a case fares}: one whose files cannot be read, are damaged or do not fit its model has failed, and
  /// says which
  public OnnxResult check(OnnxCase one) {
    Set<String> operators = new TreeSet<>();
    Attempt attempt = new Attempt();
    Verdict verdict;
    String reason = "";
    try {
      OnnxModel model = OnnxReader.read(one.model());
      collect(model.graph(), operators);
      attempt.drawn = operators.stream().anyMatch(DRAWING::contains);
      if (one.sets().isEmpty()) {
        throw new Missed("there is nothing to compare; expected are folders test_data_set_0, …");
      }
      for (OnnxCase.DataSet set : one.sets()) {
        List<OnnxValueInfo> taken = inputs(model.graph());
        if (set.inputs().isEmpty() && !taken.isEmpty()) {
          throw new Missed("it has no input; expected are files input_0.pb, …");
        }
        if (StringModel.isOne(model)) {
          attempt.runWithStrings(one.name(), model, set);
          continue;
        }
        List<Data> inputs = data(set.inputs(), taken);
        attempt.run(one.name(), model, inputs, data(set.outputs(), model.graph().outputs()));
      }
      verdict = Verdict.PASSED;
    } catch (ImportException e) {
      verdict = Verdict.UNSUPPORTED;
      reason = String.join("; ", e.reasons().stream().map(each -> each.line()).toList());
    } catch (MalformedException e) {
      verdict = Verdict.UNSUPPORTED;
      reason = String.valueOf(e.getMessage());
    } catch (Missed e) {
      verdict = Verdict.FAILED;
      reason = String.valueOf(e.getMessage());
    } catch (IOException | UncheckedIOException e) {
      verdict = Verdict.FAILED;
      reason = "a file cannot be read: " + e.getMessage();
    } catch (RuntimeException e) {
      verdict = Verdict.FAILED;
      reason = e.toString();
    }
    return new OnnxResult(
        one.name(),
        List.copyOf(operators),
        verdict,
        reason,
        List.copyOf(attempt.bound),
        attempt.drawn,
        attempt.nodes,
        attempt.equal,
        attempt.skipped);
  }

  /// What a case has for an input or an output.
  ///
  /// @param tensors one, those of a sequence, or none of an optional that is empty
  private record Data(OnnxValueInfo port, Optional<List<Tensor>> tensors) {
    /// {@return the tensors by the names of the inputs or outputs of the graph that they are}
    Map<String, Tensor> named() {
      Map<String, Tensor> named = new LinkedHashMap<>();
      List<Tensor> all = tensors.orElse(List.of());
      for (int i = 0; i < all.size(); i++) {
        named.put(isList() ? Bindings.element(port.name(), i) : port.name(), all.get(i));
      }
      return named;
    }

    private boolean isList() {
      return port.kind() == OnnxValueInfo.Kind.SEQUENCE
          || port.kind() == OnnxValueInfo.Kind.OPTIONAL_SEQUENCE;
    }

    /// {@return how many tensors it has, where the model leaves that open}
    Optional<Integer> number() {
      return isList() || port.kind() == OnnxValueInfo.Kind.OPTIONAL
          ? Optional.of(tensors.map(List::size).orElse(0))
          : Optional.empty();
    }
  }

  private static List<Data> data(List<Path> files, List<OnnxValueInfo> ports) throws IOException {
    List<Data> data = new ArrayList<>();
    if (files.size() > ports.size()) {
      throw new Missed(
          "%s is one too many: the model has %d".formatted(files.get(ports.size()), ports.size()));
    }
    for (int i = 0; i < files.size(); i++) {
      OnnxValueInfo port = ports.get(i);
      data.add(
          new Data(
              port,
              OnnxReader.value(files.get(i), port.kind())
                  .map(all -> all.stream().map(one -> declared(one.value(), port)).toList())));
    }
    return data;
  }

  private static void collect(OnnxGraph graph, Set<String> operators) {
    for (OnnxNode node : graph.nodes()) {
      operators.add(node.domain().isEmpty() ? node.opType() : node.domain() + "." + node.opType());
      for (OnnxAttribute attribute : node.attributes()) {
        if (attribute instanceof OnnxAttribute.GraphValue(_, OnnxGraph inside)) {
          collect(inside, operators);
        }
      }
    }
  }

  /// An output that is not what it should be.
  private static final class Missed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Missed(String message) {
      super(message);
    }
  }

  /// A case's run.
  private final class Attempt {
    private final Set<String> bound = new LinkedHashSet<>();
    private boolean drawn;
    private int nodes;
    private int equal;
    private int skipped;

    void run(String name, OnnxModel model, List<Data> inputs, List<Data> outputs) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      Map<String, Integer> numbers = new HashMap<>();
      for (Data input : inputs) {
        given.putAll(input.named());
        input.number().ifPresent(number -> numbers.put(input.port().name(), number));
      }
      drawn |= model.graph().nodes().stream().anyMatch(node -> drops(node, given));
      Graph graph = imported(name, model, numbers, given);
      MemorySegment packed = packed(graph.input(), given);
      Map<String, Tensor> expected = new LinkedHashMap<>();
      outputs.forEach(output -> expected.putAll(output.named()));
      compare(graph, packed, expected);
      if (inMachine) {
        machine(graph, packed);
      }
    }

    /// Runs a model that has strings: its graphs of numbers natively, and in the machine where that is asked for.
    void runWithStrings(String name, OnnxModel model, OnnxCase.DataSet set) throws IOException {
      StringModel imported = StringModel.of(name, model, Bindings.NONE);
      StringRunner runner = new StringRunner(imported, this::part);
      Map<String, ModelValue> given = values(set.inputs(), imported.inputs());
      Map<String, ModelValue> expected = values(set.outputs(), imported.outputs());
      Map<String, ModelValue> said;
      try {
        said = runner.run(given);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new Missed(String.valueOf(e.getMessage()));
      }
      expected.forEach(
          (output, wanted) -> {
            ModelValue got = Objects.requireNonNull(said.get(output));
            difference(got, wanted)
                .ifPresent(
                    text -> {
                      throw new Missed(output + ": " + text);
                    });
          });
    }

    private StringRunner.Part part(Graph graph) {
      GraphRunner runner = GraphRunner.natively(graph, kernels, NodeRunner.unavailable(), team);
      return packed ->
          switch (runner.run(packed)) {
            case GraphRunner.Result.Finished(Tensor output) -> {
              if (inMachine) {
                machine(graph, packed);
              }
              yield output.data();
            }
            case GraphRunner.Result.Failed(int node) ->
                throw new Missed("node " + node + " failed");
          };
    }

    private Optional<String> difference(ModelValue got, ModelValue wanted) {
      if (got instanceof NumberTensor(Tensor is) && wanted instanceof NumberTensor(Tensor must)) {
        return closeness.difference(is, must);
      }
      return got.equals(wanted)
          ? Optional.empty()
          : Optional.of("%s, expected is %s".formatted(shown(got), shown(wanted)));
    }

    private static String shown(ModelValue value) {
      String all = value instanceof StringTensor strings ? " " + strings.values() : "";
      return Names.shown(value.describe() + all);
    }

    private static Map<String, ModelValue> values(List<Path> files, List<OnnxValueInfo> ports)
        throws IOException {
      if (files.size() != ports.size()) {
        throw new Missed("%d files for %d values".formatted(files.size(), ports.size()));
      }
      Map<String, ModelValue> values = new LinkedHashMap<>();
      for (int i = 0; i < files.size(); i++) {
        values.put(ports.get(i).name(), OnnxReader.tensor(files.get(i)).content());
      }
      return values;
    }

    private MemorySegment packed(Port port, Map<String, Tensor> given) {
      List<Tensor> free = new ArrayList<>();
      given.forEach(
          (name, tensor) -> {
            if (!bound.contains(name)) {
              free.add(tensor);
            }
          });
      Map<String, Tensor> parts = new LinkedHashMap<>();
      for (int i = 0; i < Math.min(free.size(), port.parts().size()); i++) {
        parts.put(port.parts().get(i).name(), free.get(i));
      }
      if (free.isEmpty()) {
        Port.Part nothing = port.parts().getFirst();
        parts.put(nothing.name(), Tensor.zero(nothing.type(), nothing.shape()));
      }
      try {
        return port.pack(parts);
      } catch (IllegalArgumentException e) {
        throw new Missed("its inputs are not those of the model: " + e.getMessage());
      }
    }

    /// Imports with the shapes of what is given, and binds what the import asks for.
    private Graph imported(
        String name, OnnxModel model, Map<String, Integer> numbers, Map<String, Tensor> given) {
      for (int tries = 1; ; tries++) {
        Map<String, Shape> shapes = new HashMap<>();
        Map<String, Tensor> constants = new HashMap<>();
        given.forEach(
            (input, tensor) -> {
              if (bound.contains(input)) {
                constants.put(input, tensor);
              } else {
                shapes.put(input, tensor.shape());
              }
            });
        try {
          return OnnxImporter.of(name, model, new Bindings(numbers, shapes, constants));
        } catch (ImportException e) {
          if (tries == MOST_TRIES || !bound.addAll(e.unbound())) {
            throw e;
          }
        }
      }
    }

    private void compare(Graph graph, MemorySegment packed, Map<String, Tensor> expected) {
      GraphRunner runner = GraphRunner.natively(graph, kernels, NodeRunner.unavailable(), team);
      switch (runner.run(packed)) {
        case GraphRunner.Result.Finished(Tensor output) -> {
          List<Tensor> got = new ArrayList<>(graph.output().unpack(output.data()).values());
          if (expected.isEmpty()) {
            got.removeIf(nothing -> nothing.shape().count() == 0);
          }
          if (got.size() != expected.size()) {
            throw new Missed(got.size() + " outputs, expected are " + expected.size());
          }
          Iterator<Tensor> said = got.iterator();
          expected.forEach(
              (name, wanted) -> {
                Optional<String> difference =
                    drawn
                        ? Closeness.unlike(said.next(), wanted)
                        : closeness.difference(said.next(), wanted);
                if (difference.isPresent()) {
                  throw new Missed(name + ": " + difference.get());
                }
              });
        }
        case GraphRunner.Result.Failed(int node) -> throw new Missed("node " + node + " failed");
      }
    }

    private void machine(Graph graph, MemorySegment packed) {
      Model model;
      try {
        model = Model.of(graph, PinnedPrograms::of);
      } catch (IllegalArgumentException beyondTheProtocol) {
        skipped += graph.nodes().size();
        return;
      }
      GraphRunner runner =
          GraphRunner.natively(graph, KernelProvider.reference(), new NodeMachines(model), team);
      byte[] input = packed.toArray(ValueLayout.JAVA_BYTE);
      GraphExecution run = GraphExecution.run(model, input, runner);
      if (model.nodes().stream()
          .anyMatch(node -> node.descriptor().steps() > 16 * MOST_INSTRUCTIONS)) {
        skipped += model.nodes().size();
        return;
      }
      MachineCheck.Outcome outcome = new MachineCheck(model).compare(new ExecutedFrames(run));
      nodes += model.nodes().size();
      if (outcome.difference().isPresent()) {
        throw new Missed("the machine differs in " + outcome.difference().get());
      }
      equal += model.nodes().size();
    }
  }

  /// {@return whether a node is a Dropout that drops}
  private static boolean drops(OnnxNode node, Map<String, Tensor> given) {
    if (!node.opType().equals("Dropout") || node.inputs().size() < 3) {
      return false;
    }
    Tensor training = given.get(node.inputs().get(2));
    Tensor ratio = given.get(node.inputs().get(1));
    return training != null && training.integer(0) != 0 && (ratio == null || ratio.real(0) != 0);
  }

  /// {@return the data as the model declares them: those of bfloat16 lie in files as uint16, which has a name in
  ///     NumPy}
  private static Tensor declared(Tensor data, OnnxValueInfo port) {
    return data.type() == ElementType.U16 && port.type().equals(Optional.of(OnnxType.BFLOAT16))
        ? Tensor.ofBytes(ElementType.BF16, data.shape(), data.bytes())
        : data;
  }

  private static List<OnnxValueInfo> inputs(OnnxGraph graph) {
    Set<String> constants = new TreeSet<>();
    graph.initializers().forEach(constant -> constants.add(constant.name()));
    return graph.inputs().stream().filter(input -> !constants.contains(input.name())).toList();
  }
}
