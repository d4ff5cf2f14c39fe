package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.plan.Layout;
import opml.engine.run.Constant;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;

/// Bounds of the memory that a model and a run of it take, told from the model before any of it is taken. What faster
/// kernels keep of the weights in a form of their own is not among it.
///
/// @param model bytes of the model itself: its weights, and what a node and a slot take besides
/// @param values bytes of what the slots hold when every node has run, the model's weights not counted
/// @param passing bytes that a run takes besides: while it goes on, and for states that are kept to take it up again
/// @param least bytes of Java's heap that the model takes with any run of it that comes to its end
/// @param outside bytes outside of the heap that it takes with any such run: what kernels read lies there. Weights that
///     are too many to stay there ([Constant#fit]) are read again and again, and are not among it
public record RunMemory(long model, long values, long passing, long least, long outside) {
  /// About what a node takes besides its constants: its descriptor, operands and scalars, what a run needs to call its
  /// kernel, and the hashes of trees.
  private static final long NODE_BYTES = 5120;

  /// About what a slot takes besides its value.
  private static final long SLOT_BYTES = 1024;

  /// A page of an initial value has a hash, and the tree above it as many again.
  private static final long HASHED = 64;

  public static RunMemory of(Model model) {
    Graph graph = model.graph();
    long weights =
        graph.slots().stream()
            .filter(slot -> slot.initial().isPresent())
            .mapToLong(Slot::bytes)
            .sum();
    // What kernels read lies outside of the heap; weights that a loader has put there are copied
    // once.
    long onHeap =
        graph.slots().stream()
            .flatMap(slot -> slot.initial().stream())
            .filter(Tensor::isOnHeap)
            .map(Tensor::data)
            .mapToLong(MemorySegment::byteSize)
            .sum();
    Map<Kernel, Integer> constants = new HashMap<>();
    model
        .programs()
        .forEach((kernel, program) -> constants.put(kernel, program.constants().length));
    long ownBytes = weights + onHeap + weights / HASHED + graph.slots().size() * SLOT_BYTES;
    for (GraphNode node : graph.nodes()) {
      ownBytes += NODE_BYTES + constants.getOrDefault(node.kernel(), 0);
    }
    Set<Integer> written = new HashSet<>();
    long values = 0;
    long least = 0;
    long mostAside = 0;
    for (GraphNode node : graph.nodes()) {
      for (int slot : node.outputs()) {
        if (written.add(slot)) {
          values += padded(graph.slots().get(slot));
          least += graph.slots().get(slot).bytes();
        }
      }
      mostAside = Math.max(mostAside, aside(graph, node));
    }
    long input = graph.slots().get(graph.input().slot()).bytes();
    long zeros = graph.slots().stream().mapToLong(Slot::bytes).max().orElse(0);
    // The input as it was read, as it was padded, and as it is kept.
    long passing = 3 * input + zeros + mostAside + Layout.apart(graph).bytes();
    long states = Math.min(graph.steps() + 1, GraphExecution.KNOWN_STATES);
    passing += states * GraphExecution.STATE_BYTES;
    boolean fits = graph.steps() < GraphExecution.KEPT_BYTES / (values + 1);
    passing += fits ? graph.steps() * values : GraphExecution.KEPT_BYTES;
    long outside = Layout.apart(graph).bytes();
    outside += Constant.fit(graph.slots()) ? weights : 0;
    return new RunMemory(ownBytes, values, passing, onHeap + least, outside);
  }

  /// {@return bytes that a node takes while it runs: what it writes aside, saves, or hands to the machine}
  private static long aside(Graph graph, GraphNode node) {
    return node.operands().stream()
        .mapToLong(
            operand ->
                switch (operand) {
                  case Operand.Read _ -> 0;
                  case Operand.Write(int slot) -> 2 * padded(graph.slots().get(slot));
                  case Operand.Update(int slot) -> 3 * padded(graph.slots().get(slot));
                  case Operand.Absent(long bytes) -> bytes;
                })
        .sum();
  }

  /// {@return bytes of a slot's value as the machine leaves it, with its padding}
  private static long padded(Slot slot) {
    return 32L << slot.depth();
  }
}
