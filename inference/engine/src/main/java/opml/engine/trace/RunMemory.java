package opml.engine.trace;

import java.util.HashSet;
import java.util.Set;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.Workers;

/// Bounds of the memory that a model and a run of it on all cores take, told from the model before any of it is taken.
///
/// @param model bytes of the model itself: its weights, and what a node and a slot take besides
/// @param values bytes of what the slots hold when every node has run, the model's weights not counted
/// @param passing bytes that a run takes besides while it goes on
/// @param least bytes that the model takes with any run of it that comes to its end
/// @param overwrites whether it writes a slot more than once, so that a state's values may have to be computed again
public record RunMemory(long model, long values, long passing, long least, boolean overwrites) {
  /// About what a node takes besides its constants: its descriptor, operands and scalars, and the hashes of trees.
  private static final long NODE_BYTES = 4096;

  /// About what a slot takes besides its value.
  private static final long SLOT_BYTES = 512;

  /// About what a step leaves besides the values that it wrote: its state, roots, and places in maps.
  private static final long STEP_BYTES = 1024;

  /// A page of an initial value has a hash, and the tree above it as many again.
  private static final long HASHED = 64;

  public static RunMemory of(Model model) {
    Graph graph = model.graph();
    long weights =
        graph.slots().stream()
            .filter(slot -> slot.initial().isPresent())
            .mapToLong(Slot::bytes)
            .sum();
    long ownBytes = weights + weights / HASHED + graph.slots().size() * SLOT_BYTES;
    for (CommittedNode node : model.nodes()) {
      ownBytes += NODE_BYTES + node.fixed().length;
    }
    Set<Integer> written = new HashSet<>();
    long writes = 0;
    long values = 0;
    long least = 0;
    long largestWrites = 0;
    long largestCopies = 0;
    for (GraphNode node : graph.nodes()) {
      long ofNode = 0;
      for (int slot : node.outputs()) {
        ofNode += padded(graph.slots().get(slot));
        if (written.add(slot)) {
          values += padded(graph.slots().get(slot));
          least += graph.slots().get(slot).bytes();
        }
        writes++;
      }
      largestWrites = Math.max(largestWrites, ofNode);
      largestCopies = Math.max(largestCopies, copies(graph, node));
    }
    boolean overwrites = graph.loops() > 1 || writes > written.size();
    long input = graph.slots().get(graph.input().slot()).bytes();
    long zeros = graph.slots().stream().mapToLong(Slot::bytes).max().orElse(0);
    long threads = Runtime.getRuntime().availableProcessors() + 1L;
    // The input as it was read, as it was padded, and as it is kept.
    long passing = 3 * input + zeros + threads * largestCopies;
    passing += (graph.steps() + 1) * STEP_BYTES;
    if (overwrites) {
      passing += Math.min(graph.steps(), Workers.AHEAD) * largestWrites;
      passing +=
          Math.min(
              Math.min(graph.steps(), 1L << 32) * largestWrites,
              GraphExecution.KEPT_BYTES + values);
    }
    return new RunMemory(ownBytes, values, passing, weights + least, overwrites);
  }

  /// {@return bytes of a slot's value as the machine leaves it, with its padding}
  private static long padded(Slot slot) {
    return 32L << slot.depth();
  }

  /// {@return bytes that a node takes while it runs, besides what it writes}
  private static long copies(Graph graph, GraphNode node) {
    return node.operands().stream()
        .mapToLong(
            operand ->
                switch (operand) {
                  case Operand.Read _, Operand.Write _ -> 0;
                  case Operand.Update update -> padded(graph.slots().get(update.slot()));
                  case Operand.Absent absent -> absent.bytes();
                })
        .sum();
  }
}
