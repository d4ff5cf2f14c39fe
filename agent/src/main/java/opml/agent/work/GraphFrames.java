package opml.agent.work;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;

/// All states of a graph's run, computed once, in order. States share the slots that a node did not write.
public final class GraphFrames implements Frames {
  private record State(GraphState state, SparseTree slots, List<MemorySegment> values)
      implements Frame {
    @Override
    public MemorySegment slot(int slot) {
      return values.get(slot);
    }
  }

  private final List<Frame> states;

  private GraphFrames(List<Frame> states) {
    this.states = List.copyOf(states);
  }

  /// {@return the run of a model on an input}
  ///
  /// @param input exactly the model's input bytes
  public static GraphFrames run(Model model, byte[] input, NodeExecution execution) {
    return from(model, List.of(start(model, input)), execution);
  }

  /// {@return a run that begins with states that are given, at least one, and goes on from the last of them}
  public static GraphFrames from(Model model, List<Frame> given, NodeExecution execution) {
    List<Frame> states = new ArrayList<>(given);
    for (long step = states.size() - 1L; step < model.graph().steps(); step++) {
      states.add(next(model, step, states.getLast(), execution));
    }
    return new GraphFrames(states);
  }

  /// {@return the state before the first node: initial slots, and the input written}
  public static Frame start(Model model, byte[] input) {
    Graph graph = model.graph();
    List<MemorySegment> values = new ArrayList<>();
    for (Slot slot : graph.slots()) {
      values.add(slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(slot.bytes())));
    }
    Slot slot = graph.slots().get(graph.input().slot());
    if (input.length != slot.bytes()) {
      throw new IllegalArgumentException(
          "the input has " + input.length + " bytes, the model takes " + slot.bytes());
    }
    MemorySegment written = Tensor.ofBytes(slot.type(), slot.shape(), input).data();
    values.set(graph.input().slot(), written);
    SparseTree slots = model.initialSlots();
    slots.set(graph.input().slot(), MerkleRoot.of(written, slot.depth()));
    return new State(GraphState.running(slots.root()), slots, List.copyOf(values));
  }

  @Override
  public long length() {
    return states.size() - 1L;
  }

  @Override
  public Frame at(long index) {
    return states.get(Math.toIntExact(index));
  }

  private static Frame next(Model model, long step, Frame before, NodeExecution execution) {
    if (before.state().status() != GraphState.Status.RUNNING) {
      return before;
    }
    NodeExecution.Outcome outcome = execution.execute(step, before);
    Optional<GraphState.Status> status = status(outcome.exit());
    if (status.isEmpty()) {
      return new State(GraphState.FAILED, before.slots(), values(model, before));
    }
    SparseTree slots = before.slots().copy();
    List<MemorySegment> values = values(model, before);
    int[] written = model.graph().nodeAt(step).outputs();
    for (int i = 0; i < written.length; i++) {
      MemorySegment value = outcome.outputs().get(i);
      values.set(written[i], value);
      slots.set(written[i], MerkleRoot.of(value, model.graph().slots().get(written[i]).depth()));
    }
    return new State(new GraphState(status.get(), slots.root()), slots, List.copyOf(values));
  }

  private static Optional<GraphState.Status> status(int exit) {
    return switch (exit) {
      case 0 -> Optional.of(GraphState.Status.RUNNING);
      case 1 -> Optional.of(GraphState.Status.DONE);
      default -> Optional.empty();
    };
  }

  private static List<MemorySegment> values(Model model, Frame frame) {
    List<MemorySegment> values = new ArrayList<>();
    for (int slot = 0; slot < model.graph().slots().size(); slot++) {
      values.add(frame.slot(slot));
    }
    return values;
  }
}
