package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Runs a graph from an input to an output.
///
/// One pass over the nodes is a dataflow: each node starts when the nodes whose results it reads are done,
/// and results live in memory of their own, so that a slot that is written twice has two values and nobody
/// waits for its readers. When all are done, the results take effect in the order of the nodes, up to one
/// that stops or fails: whatever ran behind it never happened.
public final class GraphRunner {
  private final Graph graph;
  private final NodeRunner nodes;

  public GraphRunner(Graph graph, NodeRunner nodes) {
    this.graph = graph;
    this.nodes = nodes;
  }

  /// How a run ended.
  public sealed interface Result {
    /// All nodes ran, or one stopped the model; the output is what its slot then holds.
    record Finished(Tensor output) implements Result {}

    /// The program of a node failed.
    record Failed(int node) implements Result {}
  }

  /// Runs on one input, independent nodes side by side.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  public Result run(MemorySegment input, Executor executor) {
    MemorySegment[] slots = start(input);
    for (long loop = 0; loop < graph.loops(); loop++) {
      List<CompletableFuture<NodeOutcome>> pass = new ArrayList<>();
      @Nullable Integer[] writers = new Integer[slots.length];
      for (int i = 0; i < graph.nodes().size(); i++) {
        pass.add(schedule(i, slots.clone(), writers.clone(), pass, executor));
        for (int slot : graph.nodes().get(i).outputs()) {
          writers[slot] = i;
        }
      }
      @Nullable Result end = takeEffect(pass, slots);
      if (end != null) {
        return end;
      }
    }
    return finished(slots);
  }

  /// Runs on one input, one node after the other on this thread.
  public Result run(MemorySegment input) {
    MemorySegment[] slots = start(input);
    for (long step = 0; step < graph.steps(); step++) {
      int node = (int) (step % graph.nodes().size());
      GraphNode call = graph.nodes().get(node);
      NodeOutcome outcome = nodes.run(graph, node, Operands.of(graph, call, slot -> slots[slot]));
      @Nullable Result end = write(node, outcome, slots);
      if (end != null) {
        return end;
      }
    }
    return finished(slots);
  }

  /// Runs on many inputs, as many at a time as the machine has cores, each on one thread.
  ///
  /// @return the results in the order of the inputs
  public List<Result> runAll(List<MemorySegment> inputs) {
    return inputs.parallelStream().map(this::run).toList();
  }

  /// {@return what the slots hold before the first node}
  private MemorySegment[] start(MemorySegment input) {
    Slot inputSlot = graph.slots().get(graph.input().slot());
    if (input.byteSize() != inputSlot.bytes()) {
      throw new IllegalArgumentException(
          "the input has "
              + input.byteSize()
              + " bytes; "
              + inputSlot.name()
              + " is "
              + inputSlot.type().label()
              + " "
              + inputSlot.shape()
              + ", "
              + inputSlot.bytes()
              + " bytes");
    }
    MemorySegment[] slots = new MemorySegment[graph.slots().size()];
    for (int i = 0; i < slots.length; i++) {
      Slot slot = graph.slots().get(i);
      slots[i] = slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(slot.bytes()));
    }
    slots[graph.input().slot()] = Operands.copyOf(input);
    return slots;
  }

  /// Starts a node once the writers of its inputs are done. `before` and `writers` are the node's own.
  private CompletableFuture<NodeOutcome> schedule(
      int node,
      MemorySegment[] before,
      @Nullable Integer[] writers,
      List<CompletableFuture<NodeOutcome>> pass,
      Executor executor) {
    GraphNode call = graph.nodes().get(node);
    List<CompletableFuture<NodeOutcome>> awaited = new ArrayList<>();
    for (int slot : call.inputs()) {
      @Nullable Integer writer = writers[slot];
      if (writer != null) {
        awaited.add(pass.get(writer));
      }
    }
    return CompletableFuture.allOf(awaited.toArray(CompletableFuture[]::new))
        .thenApplyAsync(
            done -> {
              for (int slot : call.inputs()) {
                @Nullable Integer writer = writers[slot];
                if (writer != null) {
                  switch (pass.get(writer).join()) {
                    case NodeOutcome.Failed failed -> {
                      return failed;
                    }
                    case NodeOutcome.Exited exited -> before[slot] = output(writer, slot, exited);
                  }
                }
              }
              return nodes.run(graph, node, Operands.of(graph, call, slot -> before[slot]));
            },
            executor);
  }

  private @Nullable Result takeEffect(
      List<CompletableFuture<NodeOutcome>> pass, MemorySegment[] slots) {
    for (int i = 0; i < pass.size(); i++) {
      NodeOutcome outcome;
      try {
        outcome = pass.get(i).join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
      @Nullable Result end = write(i, outcome, slots);
      if (end != null) {
        return end;
      }
    }
    return null;
  }

  /// Puts a node's results into the slots, and returns the run's result if it ends here.
  private @Nullable Result write(int node, NodeOutcome outcome, MemorySegment[] slots) {
    return switch (outcome) {
      case NodeOutcome.Failed failed -> new Result.Failed(node);
      case NodeOutcome.Exited exited -> {
        for (int slot : graph.nodes().get(node).outputs()) {
          slots[slot] = output(node, slot, exited);
        }
        yield exited.stops() ? finished(slots) : null;
      }
    };
  }

  private MemorySegment output(int node, int slot, NodeOutcome.Exited exited) {
    int[] outputs = graph.nodes().get(node).outputs();
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i] == slot) {
        return exited.outputs().get(i);
      }
    }
    throw new IllegalStateException("node " + node + " does not write slot " + slot);
  }

  private Result finished(MemorySegment[] slots) {
    Slot slot = graph.slots().get(graph.output().slot());
    MemorySegment bytes = slots[graph.output().slot()].asSlice(0, slot.bytes());
    return new Result.Finished(new Tensor(slot.type(), graph.output().shape(), bytes));
  }
}
