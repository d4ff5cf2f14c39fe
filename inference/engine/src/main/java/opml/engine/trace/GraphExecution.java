package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.graph.Slot;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.Operands;
import opml.engine.tensor.Tensor;

/// A model's run on an input, with all of its states: number 0 has the input written, number `i` follows step `i - 1`.
///
/// Kept are the states' commitments, the roots of what each step wrote, and of the values as many as fit a bound:
/// those of other states are computed again from a state before.
/// A run that has stopped or failed stays as it is, and its later steps cost nothing.
public final class GraphExecution {
  /// Bytes of values kept besides those of the last state.
  private static final long KEPT_BYTES = 256L << 20;

  private final Model model;
  private final MemorySegment input;
  private final SparseTree startSlots;
  private final List<GraphState> states = new ArrayList<>();

  /// The roots of what each step wrote.
  private final List<List<Bytes32>> roots = new ArrayList<>();

  private final NodeRunner nodes;
  private final KeptValues kept;

  private GraphExecution(Model model, MemorySegment input, NodeRunner nodes, long keptBytes) {
    this.nodes = nodes;
    this.kept = new KeptValues(keptBytes);
    this.model = model;
    this.input = input;
    this.startSlots = model.initialSlots();
    int slot = model.graph().input().slot();
    startSlots.set(slot, MerkleRoot.of(input, model.descriptor().inputDepth()));
    states.add(GraphState.running(startSlots.root()));
  }

  /// Runs a model.
  ///
  /// @param input exactly the bytes of the input's slot
  public static GraphExecution run(Model model, byte[] input, NodeRunner nodes) {
    return run(model, input, nodes, KEPT_BYTES);
  }

  /// Runs a model.
  ///
  /// @param nodes runs them, now and when values are wanted that were not kept
  /// @param keptBytes bytes of values kept besides those of the last state
  public static GraphExecution run(Model model, byte[] input, NodeRunner nodes, long keptBytes) {
    if (input.length != model.descriptor().inputBytes()) {
      throw new IllegalArgumentException(
          "the input has "
              + input.length
              + " bytes, the model takes "
              + model.descriptor().inputBytes());
    }
    MemorySegment copy = Tensor.allocate(input.length).copyFrom(MemorySegment.ofArray(input));
    GraphExecution execution = new GraphExecution(model, copy, nodes, keptBytes);
    execution.proceed();
    return execution;
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

  /// {@return what the slots hold in a state; not to be changed}
  public Map<Integer, MemorySegment> values(long index) {
    Map<Integer, MemorySegment> values = new HashMap<>();
    List<Slot> slots = model.graph().slots();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      values.put(
          i, slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(slot.bytes())));
    }
    values.put(model.graph().input().slot(), input);
    long end = Math.min(index, roots.size());
    long from = kept.floor(end);
    kept.putInto(values, from);
    for (long step = from; step < end; step++) {
      if (!(run(step, values) instanceof NodeOutcome.Exited exited)) {
        throw new IllegalStateException("step " + step + " did not fail when it ran before");
      }
      values.putAll(written(step, exited));
    }
    return values;
  }

  /// {@return the bytes of the output; none if the run failed}
  public byte[] output() {
    if (finalState().status() == GraphState.Status.FAILED) {
      return new byte[0];
    }
    return Objects.requireNonNull(values(length()).get(model.graph().output().slot()))
        .asSlice(0, model.descriptor().outputBytes())
        .toArray(ValueLayout.JAVA_BYTE);
  }

  /// {@return the node that runs at a step}
  public CommittedNode node(long step) {
    return model.nodes().get((int) (step % model.nodes().size()));
  }

  private NodeOutcome run(long step, Map<Integer, MemorySegment> values) {
    int node = (int) (step % model.nodes().size());
    MemorySegment[] operands =
        Operands.of(
            model.graph(),
            model.graph().nodes().get(node),
            slot -> Objects.requireNonNull(values.get(slot)));
    return nodes.run(model.graph(), node, operands);
  }

  private Map<Integer, MemorySegment> written(long step, NodeOutcome.Exited exited) {
    Map<Integer, MemorySegment> written = new HashMap<>();
    List<Output> outputs = outputs(step);
    for (int i = 0; i < outputs.size(); i++) {
      written.put(outputs.get(i).slot(), exited.outputs().get(i));
    }
    return written;
  }

  private void proceed() {
    SparseTree slots = startSlots.copy();
    Map<Integer, MemorySegment> values = values(0);
    for (long step = 0; step < length(); step++) {
      switch (run(step, values)) {
        case NodeOutcome.Failed failed -> {
          states.add(GraphState.FAILED);
          return;
        }
        case NodeOutcome.Exited exited -> {
          List<Output> outputs = outputs(step);
          List<Bytes32> written = new ArrayList<>();
          for (int i = 0; i < outputs.size(); i++) {
            written.add(MerkleRoot.of(exited.outputs().get(i), outputs.get(i).depth()));
          }
          roots.add(written);
          values.putAll(written(step, exited));
          kept.add(step + 1, written(step, exited));
          states.add(StateUpdate.write(slots, outputs, written, exited.stops()).after());
          if (exited.stops()) {
            return;
          }
        }
      }
    }
  }

  private List<Output> outputs(long step) {
    return node(step).descriptor().outputs();
  }
}
