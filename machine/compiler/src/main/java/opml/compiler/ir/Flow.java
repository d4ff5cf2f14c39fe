package opml.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/// The shape of a control flow graph: order, dominators (Cooper, Harvey, Kennedy, A Simple, Fast Dominance Algorithm,
/// 2001) and natural loops.
public final class Flow {
  private final List<Block> order;
  private final int[] position;
  private final int[] dominator;
  private final int[] dominatorDepth;
  private final int[] loopDepth;

  public Flow(MethodGraph graph) {
    int[] none = new int[graph.blocks().size()];
    List<Block> first = reversePostorder(graph, none);
    position = positions(graph, first);
    dominator = dominators(first);
    dominatorDepth = new int[none.length];
    for (Block block : first) {
      dominatorDepth[block.id()] =
          block == graph.entry() ? 0 : dominatorDepth[dominator[block.id()]] + 1;
    }
    loopDepth = loops(first);
    // A second walk, which now can tell a loop's exits and puts them behind its body.
    order = reversePostorder(graph, loopDepth);
    int[] again = positions(graph, order);
    System.arraycopy(again, 0, position, 0, again.length);
  }

  /// {@return the reachable blocks, each before what it dominates, loops in one piece}
  public List<Block> order() {
    return order;
  }

  public boolean isReachable(Block block) {
    return position[block.id()] >= 0;
  }

  /// {@return how many loops surround a block}
  public int loopDepth(Block block) {
    return loopDepth[block.id()];
  }

  int dominatorDepth(Block block) {
    return dominatorDepth[block.id()];
  }

  Block dominator(MethodGraph graph, Block block) {
    return graph.blocks().get(dominator[block.id()]);
  }

  boolean dominates(MethodGraph graph, Block above, Block below) {
    Block block = below;
    while (dominatorDepth(block) > dominatorDepth(above)) {
      block = dominator(graph, block);
    }
    return block == above;
  }

  Block commonDominator(MethodGraph graph, Block a, Block b) {
    while (a != b) {
      if (dominatorDepth(a) >= dominatorDepth(b)) {
        a = dominator(graph, a);
      } else {
        b = dominator(graph, b);
      }
    }
    return a;
  }

  private static int[] positions(MethodGraph graph, List<Block> order) {
    int[] position = new int[graph.blocks().size()];
    Arrays.fill(position, -1);
    for (int i = 0; i < order.size(); i++) {
      position[order.get(i).id()] = i;
    }
    return position;
  }

  /// Visits the successor in fewer loops first, so that it comes last.
  private static List<Block> reversePostorder(MethodGraph graph, int[] depth) {
    record Visit(Block block, List<Block> rest) {}
    List<Block> postorder = new ArrayList<>();
    boolean[] seen = new boolean[graph.blocks().size()];
    Deque<Visit> stack = new ArrayDeque<>();
    seen[graph.entry().id()] = true;
    stack.push(new Visit(graph.entry(), successors(graph.entry(), depth)));
    while (!stack.isEmpty()) {
      Visit visit = stack.getFirst();
      if (visit.rest.isEmpty()) {
        postorder.add(visit.block);
        stack.pop();
        continue;
      }
      Block next = visit.rest.removeFirst();
      if (!seen[next.id()]) {
        seen[next.id()] = true;
        stack.push(new Visit(next, successors(next, depth)));
      }
    }
    Collections.reverse(postorder);
    return postorder;
  }

  private static List<Block> successors(Block block, int[] depth) {
    List<Block> next = new ArrayList<>(block.terminator().successors());
    // Of equals the last successor is visited first, so that the first one follows directly.
    Collections.reverse(next);
    next.sort((a, b) -> Integer.compare(depth[a.id()], depth[b.id()]));
    return next;
  }

  private int[] dominators(List<Block> order) {
    int[] idom = new int[position.length];
    Arrays.fill(idom, -1);
    Block entry = order.getFirst();
    idom[entry.id()] = entry.id();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : order.subList(1, order.size())) {
        int found = -1;
        for (Block before : block.predecessors()) {
          if (position[before.id()] >= 0 && idom[before.id()] >= 0) {
            found = found < 0 ? before.id() : intersect(idom, order, found, before.id());
          }
        }
        if (idom[block.id()] != found) {
          idom[block.id()] = found;
          changed = true;
        }
      }
    }
    return idom;
  }

  private int intersect(int[] idom, List<Block> order, int a, int b) {
    while (a != b) {
      if (position[a] > position[b]) {
        a = idom[a];
      } else {
        b = idom[b];
      }
    }
    return order.get(position[a]).id();
  }

  private int[] loops(List<Block> order) {
    int[] depth = new int[position.length];
    for (Block header : order) {
      boolean[] body = new boolean[position.length];
      Deque<Block> work = new ArrayDeque<>();
      for (Block latch : header.predecessors()) {
        if (position[latch.id()] >= 0 && isAbove(header, latch)) {
          work.push(latch);
        }
      }
      if (work.isEmpty()) {
        continue;
      }
      body[header.id()] = true;
      while (!work.isEmpty()) {
        Block block = work.pop();
        if (position[block.id()] >= 0 && !body[block.id()]) {
          body[block.id()] = true;
          work.addAll(block.predecessors());
        }
      }
      for (int i = 0; i < depth.length; i++) {
        depth[i] += body[i] ? 1 : 0;
      }
    }
    return depth;
  }

  private boolean isAbove(Block above, Block below) {
    int id = below.id();
    while (dominatorDepth[id] > dominatorDepth[above.id()]) {
      id = dominator[id];
    }
    return id == above.id();
  }
}
