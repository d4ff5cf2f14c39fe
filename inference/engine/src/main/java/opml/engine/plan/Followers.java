package opml.engine.plan;

import java.util.Arrays;
import java.util.Set;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;

/// Which node has nothing to do but with what another has written, which nobody else reads: a kernel may take its work
/// along while that is in the cache ([opml.engine.run.PreparedKernel#then]). So only where nobody asks for what is in
/// between, and both nodes run natively.
final class Followers {
  /// What may take others along, ...
  private static final Set<String> FIRST = Set.of("conv2d.f32");

  /// ... and what may be taken along.
  private static final Set<String> THEN = Set.of("relu.f32", "max.f32", "min.f32");

  private static final int NONE = -1;

  private final int[] next;
  private final boolean[] followed; // whether the node may begin a chain

  private Followers(int nodes) {
    this.next = new int[nodes];
    this.followed = new boolean[nodes];
    Arrays.fill(next, NONE);
  }

  /// {@return none of any node}
  static Followers none(Graph graph) {
    return new Followers(graph.nodes().size());
  }

  /// {@return those of a graph}
  ///
  /// @param idle nodes that do not run, by their numbers
  static Followers of(Graph graph, boolean[] idle) {
    Followers found = none(graph);
    if (graph.loops() > 1) {
      return found;
    }
    int slots = graph.slots().size();
    int[] reads = new int[slots];
    int[] writes = new int[slots];
    int[] first = new int[slots]; // the first node that names it
    int[] reader = new int[slots]; // the last
    Arrays.fill(first, Integer.MAX_VALUE);
    for (int i = 0; i < idle.length; i++) {
      if (idle[i]) {
        continue;
      }
      for (Operand operand : graph.nodes().get(i).operands()) {
        int slot = Plan.slotOf(operand);
        if (slot >= 0) {
          first[slot] = Math.min(first[slot], i);
          reads[slot] += operand instanceof Operand.Write ? 0 : 1;
          writes[slot] += operand instanceof Operand.Read ? 0 : 1;
          reader[slot] = operand instanceof Operand.Read ? i : reader[slot];
        }
      }
    }
    for (int i = 0; i < idle.length; i++) {
      int slot = idle[i] ? NONE : result(graph, i);
      boolean isOwn =
          slot >= 0
              && reads[slot] == 1
              && writes[slot] == 1
              && first[slot] == i
              && reader[slot] > i
              && !isOutside(graph, slot);
      int then = isOwn ? reader[slot] : NONE;
      if (then < 0 || !THEN.contains(graph.nodes().get(then).kernel().name())) {
        continue;
      }
      int result = result(graph, then);
      if (result >= 0
          && writes[result] == 1
          && first[result] == then
          && !isOutside(graph, result)
          && graph.slots().get(result).bytes() == graph.slots().get(slot).bytes()) {
        found.next[i] = then;
        found.followed[i] = FIRST.contains(graph.nodes().get(i).kernel().name());
      }
    }
    return found;
  }

  /// {@return the slot that a node writes as a whole, as its last operand, if it changes no other; else below 0}
  private static int result(Graph graph, int node) {
    GraphNode called = graph.nodes().get(node);
    return called.outputs().length == 1
            && called.operands().getLast() instanceof Operand.Write(int slot)
        ? slot
        : NONE;
  }

  private static boolean isOutside(Graph graph, int slot) {
    return slot == graph.input().slot()
        || slot == graph.output().slot()
        || graph.slots().get(slot).initial().isPresent();
  }

  /// {@return whether a node's kernel may take others along}
  boolean follow(int node) {
    return followed[node];
  }

  /// {@return the node that has nothing to do but with what this one writes; below 0 if there is none}
  int next(int node) {
    return next[node];
  }
}
