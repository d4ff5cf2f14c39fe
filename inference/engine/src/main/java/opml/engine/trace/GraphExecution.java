package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.run.GraphRunner;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.Observer;
import opml.engine.run.Workers;
import opml.engine.tensor.Tensor;

/// A model's run on an input, with all of its states: number 0 has the input written, and the output if the model
/// checks one that is given; number `i` follows step `i - 1`.
///
/// A [GraphRunner] runs it; what its steps write is hashed and kept as they take effect, while later nodes run. Kept
/// are the states' commitments, the roots of what each step wrote, and of the values as many as fit a bound: those of
/// other states are computed again from a state before. A run that has stopped or failed stays as it is, and its later
/// steps cost nothing.
public final class GraphExecution {
  /// Bytes of values kept besides those of the last state.
  static final long KEPT_BYTES = 256L << 20;

  /// About what a state and its roots take.
  private static final long STATE_BYTES = 256;

  private final Model model;
  private final MemorySegment input;

  /// The output that the run checks, if the model is one that does.
  private final Optional<MemorySegment> given;

  private final SparseTree startSlots;
  private final List<GraphState> states = new ArrayList<>();

  /// The roots of what each step wrote.
  private final List<List<Bytes32>> roots = new ArrayList<>();

  private final GraphRunner runner;
  private final Workers workers;
  private final KeptValues kept;

  private GraphExecution(
      Model model,
      byte[] input,
      Optional<byte[]> given,
      NodeRunner nodes,
      Workers workers,
      long keptBytes) {
    this.model = model;
    this.input = copyOf(input);
    this.given = given.map(GraphExecution::copyOf);
    this.runner = new GraphRunner(model.graph(), nodes);
    this.workers = workers;
    this.kept = new KeptValues(keptBytes);
    this.startSlots = model.initialSlots();
  }

  /// Runs a model, one node after the other on this thread.
  ///
  /// @param input exactly the bytes of the input's slot
  public static GraphExecution run(Model model, byte[] input, NodeRunner nodes) {
    return run(model, input, nodes, Workers.caller());
  }

  /// Runs a model.
  ///
  /// @param nodes runs them, now and when values are wanted that were not kept
  /// @param workers on whose threads it does so
  public static GraphExecution run(Model model, byte[] input, NodeRunner nodes, Workers workers) {
    return run(model, input, nodes, workers, KEPT_BYTES);
  }

  /// Runs a model.
  ///
  /// @param keptBytes bytes of values kept besides those of the last state
  public static GraphExecution run(
      Model model, byte[] input, NodeRunner nodes, Workers workers, long keptBytes) {
    if (model.descriptor().outputGiven()) {
      throw new IllegalArgumentException(
          "model %s checks an output, and none is given".formatted(model.id()));
    }
    return started(model, input, Optional.empty(), nodes, workers, keptBytes);
  }

  /// Runs a model that checks an output.
  ///
  /// @param output exactly the bytes of the output's slot
  /// @throws IllegalArgumentException if the model computes its output itself
  public static GraphExecution check(
      Model model, byte[] input, byte[] output, NodeRunner nodes, Workers workers) {
    if (!model.descriptor().outputGiven()) {
      throw new IllegalArgumentException(
          "model %s computes its output, and one is given".formatted(model.id()));
    }
    requireBytes("output", output, model.descriptor().outputBytes());
    return started(model, input, Optional.of(output), nodes, workers, KEPT_BYTES);
  }

  private static GraphExecution started(
      Model model,
      byte[] input,
      Optional<byte[]> given,
      NodeRunner nodes,
      Workers workers,
      long keptBytes) {
    requireBytes("input", input, model.descriptor().inputBytes());
    GraphExecution execution = new GraphExecution(model, input, given, nodes, workers, keptBytes);
    execution.proceed();
    return execution;
  }

  private static void requireBytes(String what, byte[] bytes, long expected) {
    if (bytes.length != expected) {
      throw new IllegalArgumentException(
          "the %s has %d bytes, the model takes %d".formatted(what, bytes.length, expected));
    }
  }

  private static MemorySegment copyOf(byte[] bytes) {
    return Tensor.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }

  public Model model() {
    return model;
  }

  /// {@return the number of steps, which is one less than that of states}
  public long length() {
    return model.descriptor().steps();
  }

  /// {@return state number `index`, 0 to [#length()]}
  public GraphState state(long index) {
    if (index < 0 || index > length()) {
      throw new IndexOutOfBoundsException("state " + index + " of 0 to " + length());
    }
    return states.get((int) Math.min(index, states.size() - 1));
  }

  public GraphState finalState() {
    return states.getLast();
  }

  /// {@return the tree over the slots of a state, the caller's own; of a failed state, as they were when it failed}
  public SparseTree slots(long index) {
    SparseTree slots = startSlots.copy();
    for (int step = 0; step < Math.min(index, roots.size()); step++) {
      StateUpdate.write(slots, outputs(step), roots.get(step), false);
    }
    return slots;
  }

  /// {@return what the slots hold in a state, by their numbers; not to be changed}
  public List<MemorySegment> values(long index) {
    MemorySegment[] values = start();
    long end = Math.min(index, roots.size());
    long from = kept.floor(end);
    kept.putInto(values, from);
    if (runner.run(values, from, end, workers, Observer.NONE)
        instanceof GraphRunner.Result.Failed failed) {
      throw new IllegalStateException(
          "node %d fails in a step that did not fail when it ran before".formatted(failed.node()));
    }
    return List.of(values);
  }

  /// {@return the bytes of the output; none if the run failed}
  public byte[] output() {
    if (finalState().status() == GraphState.Status.FAILED) {
      return new byte[0];
    }
    return values(length())
        .get(model.graph().output().slot())
        .asSlice(0, model.descriptor().outputBytes())
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /// {@return about how many bytes this run keeps in memory, the model's own not counted}
  public long keptBytes() {
    long givenBytes = given.map(MemorySegment::byteSize).orElse(0L);
    return input.byteSize() + givenBytes + kept.bytes() + STATE_BYTES * states.size();
  }

  /// {@return the node that runs at a step}
  public CommittedNode node(long step) {
    return model.nodes().get((int) (step % model.nodes().size()));
  }

  /// {@return what the slots hold before the first node}
  private MemorySegment[] start() {
    MemorySegment[] values = runner.start(input);
    given.ifPresent(output -> values[model.graph().output().slot()] = output);
    return values;
  }

  private void proceed() {
    MemorySegment[] values = start();
    int slot = model.graph().input().slot();
    startSlots.set(slot, MerkleRoot.of(input, model.descriptor().inputDepth()));
    given.ifPresent(
        output ->
            startSlots.set(
                model.graph().output().slot(),
                MerkleRoot.of(output, model.descriptor().outputDepth())));
    states.add(GraphState.running(startSlots.root()));
    SparseTree slots = startSlots.copy();
    runner.run(values, 0, length(), workers, (step, outcome) -> commit(step, outcome, slots));
  }

  private void commit(long step, NodeOutcome outcome, SparseTree slots) {
    switch (outcome) {
      case NodeOutcome.Failed _ -> states.add(GraphState.FAILED);
      case NodeOutcome.Exited exited -> {
        List<Output> outputs = outputs(step);
        List<Bytes32> written = new ArrayList<>();
        Map<Integer, MemorySegment> values = new HashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
          MemorySegment value = exited.outputs().get(i);
          written.add(MerkleRoot.of(value, outputs.get(i).depth()));
          values.put(outputs.get(i).slot(), value);
        }
        roots.add(written);
        kept.add(step + 1, values);
        states.add(StateUpdate.write(slots, outputs, written, exited.stops()).after());
      }
    }
  }

  private List<Output> outputs(long step) {
    return node(step).descriptor().outputs();
  }
}
