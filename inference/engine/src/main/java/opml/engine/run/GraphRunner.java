package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;

/// Runs a graph from an input to an output: the one executor, whoever asks.
///
/// One pass over the nodes is a dataflow: each node starts when the nodes whose results it reads are done, and results
/// live in memory of their own, so that a slot that is written twice has two values and nobody waits for its readers.
/// The results take effect in the order of the nodes, an [Observer] sees each, up to one that stops or fails: whatever
/// ran behind it never happened. No node starts before all those of the pass before it have taken effect, since a loop
/// mostly ends with its last node.
///
/// On the caller's own thread the dataflow is one node long, and so is a plain loop.
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

  /// Runs on one input, one node after the other on this thread.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  public Result run(MemorySegment input) {
    return run(input, Workers.caller(), Observer.NONE);
  }

  /// Runs on one input, independent nodes side by side.
  public Result run(MemorySegment input, Executor executor) {
    return run(input, Workers.of(executor), Observer.NONE);
  }

  /// Runs on one input.
  ///
  /// @param observer sees every step
  public Result run(MemorySegment input, Workers workers, Observer observer) {
    return run(start(input), 0, graph.steps(), workers, observer);
  }

  /// Runs on many inputs, as many at a time as the machine has cores, each on one thread.
  ///
  /// @return the results in the order of the inputs
  public List<Result> runAll(List<MemorySegment> inputs) {
    return inputs.parallelStream().map(this::run).toList();
  }

  /// Runs some of the steps.
  ///
  /// @param slots what the slots hold before step `from`, replaced by what they hold at the end
  /// @param to the end of the steps, exclusively
  /// @param observer sees each of them
  public Result run(MemorySegment[] slots, long from, long to, Workers workers, Observer observer) {
    Dataflow dataflow = new Dataflow(slots, workers.executor());
    try {
      long next = from;
      for (long step = from; step < to; step++) {
        long endOfPass = step - node(step) + graph.nodes().size();
        long end = Math.min(Math.min(to, endOfPass), step + workers.ahead());
        while (next < end) {
          dataflow.start(node(next++));
        }
        NodeOutcome outcome = dataflow.next();
        if (outcome instanceof NodeOutcome.Exited exited) {
          write(node(step), exited, slots);
        }
        observer.ran(step, outcome);
        switch (outcome) {
          case NodeOutcome.Failed _ -> {
            return new Result.Failed(node(step));
          }
          case NodeOutcome.Exited exited -> {
            if (exited.stops()) {
              return finished(slots);
            }
          }
        }
      }
      return finished(slots);
    } finally {
      dataflow.abandon();
    }
  }

  /// {@return what the slots hold before the first node; not to be written to, since those that hold zeros share them}
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  public MemorySegment[] start(MemorySegment input) {
    Slot inputSlot = graph.slots().get(graph.input().slot());
    if (input.byteSize() != inputSlot.bytes()) {
      throw new IllegalArgumentException(
          "the input has %d bytes; %s is %s %s, %d bytes"
              .formatted(
                  input.byteSize(),
                  inputSlot.name(),
                  inputSlot.type().label(),
                  inputSlot.shape(),
                  inputSlot.bytes()));
    }
    MemorySegment[] slots = new MemorySegment[graph.slots().size()];
    MemorySegment zeros = Tensor.allocate(mostZeros());
    for (int i = 0; i < slots.length; i++) {
      Slot slot = graph.slots().get(i);
      slots[i] = slot.initial().map(Tensor::data).orElseGet(() -> zeros.asSlice(0, slot.bytes()));
    }
    slots[graph.input().slot()] = Operands.copyOf(input);
    return slots;
  }

  /// {@return the bytes of the largest slot that holds zeros at first}
  private long mostZeros() {
    return graph.slots().stream()
        .filter(slot -> slot.initial().isEmpty())
        .mapToLong(Slot::bytes)
        .max()
        .orElse(0);
  }

  private int node(long step) {
    return (int) (step % graph.nodes().size());
  }

  private void write(int node, NodeOutcome.Exited exited, MemorySegment[] slots) {
    int[] outputs = graph.nodes().get(node).outputs();
    for (int i = 0; i < outputs.length; i++) {
      slots[outputs[i]] = exited.outputs().get(i);
    }
  }

  private Result finished(MemorySegment[] slots) {
    Slot slot = graph.slots().get(graph.output().slot());
    MemorySegment bytes = slots[graph.output().slot()].asSlice(0, slot.bytes());
    return new Result.Finished(new Tensor(slot.type(), graph.output().shape(), bytes));
  }

  /// The nodes that have started and not yet taken effect.
  private final class Dataflow {
    private final Executor executor;
    private final Queue<CompletableFuture<NodeOutcome>> started = new ArrayDeque<>();

    /// What each slot will hold for the node that starts next.
    private final List<CompletableFuture<MemorySegment>> slots;

    private final AtomicBoolean abandoned = new AtomicBoolean();

    Dataflow(MemorySegment[] slots, Executor executor) {
      this.slots =
          new ArrayList<>(Arrays.stream(slots).map(CompletableFuture::completedFuture).toList());
      this.executor = executor;
    }

    /// Starts a node once the writers of its inputs are done.
    void start(int node) {
      GraphNode call = graph.nodes().get(node);
      Map<Integer, CompletableFuture<MemorySegment>> inputs = new HashMap<>();
      for (int slot : call.inputs()) {
        inputs.put(slot, slots.get(slot));
      }
      CompletableFuture<NodeOutcome> outcome =
          CompletableFuture.allOf(inputs.values().toArray(CompletableFuture[]::new))
              .thenApplyAsync(_ -> run(node, inputs), executor);
      started.add(outcome);
      int[] outputs = call.outputs();
      for (int i = 0; i < outputs.length; i++) {
        int output = i;
        slots.set(outputs[i], outcome.thenApply(done -> output(done, output)));
      }
    }

    private NodeOutcome run(int node, Map<Integer, CompletableFuture<MemorySegment>> inputs) {
      if (abandoned.get()) {
        throw new CancellationException("the run has ended before this node");
      }
      GraphNode call = graph.nodes().get(node);
      return nodes.run(
          graph,
          node,
          Operands.of(graph, call, slot -> Objects.requireNonNull(inputs.get(slot)).join()));
    }

    private static MemorySegment output(NodeOutcome outcome, int output) {
      return switch (outcome) {
        case NodeOutcome.Exited exited -> exited.outputs().get(output);
        case NodeOutcome.Failed _ ->
            throw new CancellationException("the node that writes this has failed");
      };
    }

    /// {@return what the first of the started nodes does}, waiting for it
    NodeOutcome next() {
      try {
        return started.remove().join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    }

    /// Keeps what has not begun from running: it lies behind the end.
    void abandon() {
      abandoned.set(true);
    }
  }
}
