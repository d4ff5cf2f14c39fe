package opml.lab.conformance.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import opml.core.codec.MalformedException;
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
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.conformance.onnx.OnnxResult.Verdict;
import opml.lab.conformance.operators.MachineCheck;
import opml.proof.ExecutedFrames;
import opml.proof.NodeMachines;

/// Runs cases: their shapes come from the data, and so do inputs that must be constants of the model.
public final class OnnxConformance implements AutoCloseable {
  /// Instructions of a node that is run in the machine, at most.
  private static final long MOST_INSTRUCTIONS = 1_000_000_000;

  /// Inputs become constants one after the other, as an import says which it needs.
  private static final int MOST_TRIES = 8;

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

  /// {@return how a case fares}
  ///
  /// @throws IOException if a file cannot be read
  public OnnxResult check(OnnxCase one) throws IOException {
    Set<String> operators = new TreeSet<>();
    Attempt attempt = new Attempt();
    Verdict verdict;
    String reason = "";
    try {
      OnnxModel model = OnnxReader.read(one.model());
      collect(model.graph(), operators);
      for (OnnxCase.DataSet set : one.sets()) {
        attempt.run(one.name(), model, tensors(set.inputs()), tensors(set.outputs()));
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
        attempt.nodes,
        attempt.equal,
        attempt.skipped);
  }

  private static List<Tensor> tensors(List<Path> files) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    for (Path file : files) {
      tensors.add(OnnxReader.tensor(file).value());
    }
    return tensors;
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
    private int nodes;
    private int equal;
    private int skipped;

    void run(String name, OnnxModel model, List<Tensor> inputs, List<Tensor> outputs) {
      Map<String, Tensor> given = new LinkedHashMap<>();
      List<OnnxValueInfo> ports = inputs(model.graph());
      for (int i = 0; i < Math.min(ports.size(), inputs.size()); i++) {
        given.put(ports.get(i).name(), declared(inputs.get(i), ports.get(i)));
      }
      Graph graph = imported(name, model, given);
      Map<String, Tensor> free = new LinkedHashMap<>();
      int part = 0;
      for (Map.Entry<String, Tensor> entry : given.entrySet()) {
        if (!bound.contains(entry.getKey())) {
          free.put(graph.input().parts().get(part++).name(), entry.getValue());
        }
      }
      if (free.isEmpty()) {
        Port.Part nothing = graph.input().parts().getFirst();
        free.put(nothing.name(), Tensor.zero(nothing.type(), nothing.shape()));
      }
      MemorySegment packed = graph.input().pack(free);
      compare(model.graph(), graph, packed, outputs);
      if (inMachine) {
        machine(graph, packed);
      }
    }

    /// Imports with the shapes of what is given, and binds what the import asks for.
    private Graph imported(String name, OnnxModel model, Map<String, Tensor> given) {
      for (int tries = 1; ; tries++) {
        Map<String, Shape> shapes = new HashMap<>();
        Map<String, Tensor> constants = new HashMap<>();
        given.forEach(
            (input, tensor) -> {
              if (bound.contains(input) || tensor.shape().count() == 0) {
                bound.add(input);
                constants.put(input, tensor);
              } else {
                shapes.put(input, tensor.shape());
              }
            });
        try {
          return OnnxImporter.of(name, model, new Bindings(Map.of(), shapes, constants));
        } catch (ImportException e) {
          if (tries == MOST_TRIES || !bound.addAll(e.unbound())) {
            throw e;
          }
        }
      }
    }

    private void compare(
        OnnxGraph model, Graph graph, MemorySegment packed, List<Tensor> expected) {
      GraphRunner runner = GraphRunner.natively(graph, kernels, NodeRunner.unavailable(), team);
      switch (runner.run(packed)) {
        case GraphRunner.Result.Finished(Tensor output) -> {
          List<Tensor> got = List.copyOf(graph.output().unpack(output.data()).values());
          if (got.size() != expected.size()) {
            throw new Missed(got.size() + " outputs, expected are " + expected.size());
          }
          for (int i = 0; i < got.size(); i++) {
            String name = model.outputs().get(i).name();
            Tensor wanted = declared(expected.get(i), model.outputs().get(i));
            Optional<String> difference = closeness.difference(got.get(i), wanted);
            if (difference.isPresent()) {
              throw new Missed(name + ": " + difference.get());
            }
          }
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

  /// {@return the data as the model declares them: those of bfloat16 lie in files as uint16, which has a name in NumPy}
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
