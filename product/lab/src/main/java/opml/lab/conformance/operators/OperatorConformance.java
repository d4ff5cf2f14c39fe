package opml.lab.conformance.operators;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Operator;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.conformance.step.StepReferee;
import opml.lab.conformance.step.StepSample;
import opml.proof.BorrowedMachine;
import opml.proof.ExecutedFrames;
import opml.proof.Frames;
import opml.proof.NodeMachines;
import opml.twins.Twins;
import opml.vm.machine.Machine;

/// Runs random nodes of an operator in every way that there is, and compares: the kernels' reference with their twins
/// and with the machine, and single steps of the machine with what its witness says to each referee.
///
/// A node is written as a model file, read and imported, as a user's is.
public final class OperatorConformance implements AutoCloseable {
  /// The kernels that are compared with the reference; those that this computer does not have are the next best.
  private static final List<String> TWINS = List.of("vector", "tile");

  private static final int LARGE = 24;
  private static final int LARGE_CASES = 3;
  private static final int ROUNDS = 9;
  private static final long WARM_NANOS = 1_500_000_000;

  private final long seed;
  private final int cases;
  private final boolean timed;
  private final Map<String, StepReferee> referees;
  private final Map<String, KernelProvider> twins = new LinkedHashMap<>();
  private final Team alone = new Team(1);

  /// @param seed of the nodes
  /// @param cases nodes of each operator
  /// @param timed whether speeds are measured, too
  /// @param contract a referee besides the replaying `Step`
  public OperatorConformance(long seed, int cases, boolean timed, Optional<StepReferee> contract) {
    this.seed = seed;
    this.cases = cases;
    this.timed = timed;
    this.referees = new LinkedHashMap<>(Map.of("Step", StepReferee.replaying()));
    contract.ifPresent(referee -> referees.put("contract", referee));
    TWINS.forEach(setting -> twins.put(setting, Twins.provider(setting)));
  }

  @Override
  public void close() {
    alone.close();
  }

  /// {@return how an operator's nodes fare}
  public OperatorResult check(Operator operator) {
    Tally tally = new Tally(operator.declaration().fullName());
    SplittableRandom places = new SplittableRandom(seed);
    CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);
    for (int i = 0; i < cases; i++) {
      tally.compare(i, operator.random(make), places);
    }
    return new OperatorResult(
        tally.operator,
        cases,
        tally.nodes,
        tally.instructions,
        tally.steps,
        timed ? speed(operator) : 0,
        tally.differences);
  }

  /// {@return the time of the reference, divided by that of the fastest kernels, the least of some rounds each, once
  ///     HotSpot has had time to compile them; 0 if no kernel computes the operator}
  private double speed(Operator operator) {
    if (operator.declaration().types(Declaration.Way.KERNEL).isEmpty()) {
      return 0;
    }
    CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, LARGE);
    double reference = 0;
    double fastest = 0;
    KernelProvider best = Twins.provider("tile");
    for (int i = 0; i < LARGE_CASES; i++) {
      OperatorCase one = operator.random(make);
      Graph graph = graph(operator.declaration().fullName(), one);
      GraphRunner slow = runner(graph, KernelProvider.reference(), NodeRunner.unavailable());
      GraphRunner fast = runner(graph, best, NodeRunner.unavailable());
      MemorySegment input = input(graph, one);
      warm(slow, input);
      warm(fast, input);
      double[] least = {Double.MAX_VALUE, Double.MAX_VALUE};
      for (int round = 0; round < ROUNDS; round++) {
        least[0] = Math.min(least[0], time(slow, input));
        least[1] = Math.min(least[1], time(fast, input));
      }
      reference += least[0];
      fastest += least[1];
    }
    return reference / fastest;
  }

  private static void warm(GraphRunner runner, MemorySegment input) {
    long end = System.nanoTime() + WARM_NANOS;
    while (System.nanoTime() - end < 0) {
      runner.run(input);
    }
  }

  private static double time(GraphRunner runner, MemorySegment input) {
    long start = System.nanoTime();
    runner.run(input);
    return System.nanoTime() - start;
  }

  private GraphRunner runner(Model model, KernelProvider kernels) {
    return runner(model.graph(), kernels, new NodeMachines(model));
  }

  private GraphRunner runner(Graph graph, KernelProvider kernels, NodeRunner machine) {
    return GraphRunner.natively(graph, kernels, machine, alone);
  }

  private static Graph graph(String operator, OperatorCase one) {
    return OnnxImporter.of(
        operator, OnnxReader.parse(operator, OnnxWriter.write(one.model(operator))));
  }

  private static MemorySegment input(Graph graph, OperatorCase one) {
    return graph.input().pack(one.inputs());
  }

  /// What came of an operator's nodes so far.
  private final class Tally {
    private final String operator;
    private final List<String> differences = new ArrayList<>();
    private long nodes;
    private long instructions;
    private long steps;

    Tally(String operator) {
      this.operator = operator;
    }

    void compare(int number, OperatorCase one, SplittableRandom places) {
      Model model = Model.of(graph(operator, one), PinnedPrograms::of);
      nodes += model.nodes().size();
      MemorySegment packed = input(model.graph(), one);
      byte[] input = packed.toArray(ValueLayout.JAVA_BYTE);
      GraphRunner reference = runner(model, KernelProvider.reference());
      GraphExecution expected = GraphExecution.run(model, input, reference);
      twins.forEach(
          (setting, kernels) -> {
            GraphRunner twin = runner(model, kernels);
            if (!output(twin, packed).equals(output(reference, packed))) {
              note(number, setting + " gives other bits");
            }
            if (!finalState(GraphExecution.run(model, input, twin)).equals(finalState(expected))) {
              note(number, setting + " ends in another state");
            }
          });
      Frames frames = new ExecutedFrames(expected);
      MachineCheck.Outcome machine = new MachineCheck(model).compare(frames);
      instructions += machine.steps();
      machine.difference().ifPresent(node -> note(number, "the machine differs in " + node));
      singly(number, model, frames, places);
    }

    /// Has one step of one node judged, at a random place.
    private void singly(int number, Model model, Frames frames, SplittableRandom places) {
      long node = places.nextLong(frames.length());
      CommittedNode committed = model.nodes().get((int) (node % model.nodes().size()));
      long length;
      try (BorrowedMachine whole = new NodeMachines(model).machine(node, frames.at(node))) {
        Machine machine = whole.machine();
        machine.runTo(committed.descriptor().steps());
        length = machine.steps();
      }
      try (BorrowedMachine again = new NodeMachines(model).machine(node, frames.at(node))) {
        StepSample sample = StepSample.take(again.machine(), places.nextLong(length));
        steps++;
        referees.forEach(
            (who, referee) ->
                sample.difference(who, referee).ifPresent(line -> note(number, line)));
      }
    }

    private void note(int number, String difference) {
      differences.add("%s, seed %d, case %d: %s".formatted(operator, seed, number, difference));
    }

    private static Bytes32 finalState(GraphExecution execution) {
      return execution.finalState().commitment();
    }

    /// {@return a hash of the output}
    private static Bytes32 output(GraphRunner runner, MemorySegment input) {
      return switch (runner.run(input)) {
        case GraphRunner.Result.Finished(Tensor output) -> Keccak.hash(output.bytes());
        case GraphRunner.Result.Failed(int node) ->
            throw new IllegalStateException("node " + node + " failed");
      };
    }
  }
}
