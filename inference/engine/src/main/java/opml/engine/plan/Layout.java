package opml.engine.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;

/// Where the values of slots lie in the memory of a run. Slots that no node writes and nobody outside hands in have no
/// place: they keep what they hold at first.
public final class Layout {
  /// Every place begins at a multiple of this many bytes.
  public static final long ALIGNMENT = 64;

  private static final long NOWHERE = -1;

  private final long[] places;
  private final boolean[] startsClean;
  private long bytes;

  private Layout(Graph graph) {
    this.places = new long[graph.slots().size()];
    this.startsClean = new boolean[places.length];
    Arrays.fill(places, NOWHERE);
  }

  /// {@return a layout in which every slot keeps its value until a node writes another}
  public static Layout apart(Graph graph) {
    Layout layout = new Layout(graph);
    boolean[] changing = changing(graph);
    for (int slot = 0; slot < changing.length; slot++) {
      if (changing[slot]) {
        layout.append(graph, slot);
      }
    }
    return layout;
  }

  /// {@return a layout in which slots share places, where no node and nobody outside can tell}
  ///
  /// @param idle nodes that do not run, by their numbers
  /// @param followers nodes whose work others may do, so that what they write has its place from then on
  static Layout byLifetime(Graph graph, boolean[] idle, Followers followers) {
    Layout layout = new Layout(graph);
    boolean[] changing = changing(graph);
    Lifetimes lives = new Lifetimes(graph, idle, followers);
    List<List<Integer>> ending = new ArrayList<>();
    List<List<Integer>> beginning = new ArrayList<>();
    // One for what is there before the first node, and one for each node.
    for (int i = 0; i <= graph.nodes().size(); i++) {
      ending.add(new ArrayList<>());
      beginning.add(new ArrayList<>());
    }
    for (int slot = 0; slot < changing.length; slot++) {
      if (!changing[slot]) {
        continue;
      }
      if (lives.always(slot)) {
        layout.append(graph, slot);
      } else {
        layout.startsClean[slot] = lives.first[slot] < 0;
        beginning.get(lives.first[slot] + 1).add(slot);
        ending.get(lives.last[slot] + 1).add(slot);
      }
    }
    FreeList free = new FreeList(layout.bytes);
    for (int i = 0; i <= graph.nodes().size(); i++) {
      for (int slot : beginning.get(i)) {
        layout.places[slot] = free.take(size(graph, slot));
      }
      for (int slot : ending.get(i)) {
        free.give(layout.places[slot], size(graph, slot));
      }
    }
    layout.bytes = free.end;
    return layout;
  }

  /// {@return the slots that hold different values in the course of a run, or from run to run}
  static boolean[] changing(Graph graph) {
    boolean[] changing = new boolean[graph.slots().size()];
    changing[graph.input().slot()] = true;
    changing[graph.output().slot()] = true;
    for (GraphNode node : graph.nodes()) {
      for (int slot : node.outputs()) {
        changing[slot] = true;
      }
    }
    return changing;
  }

  private void append(Graph graph, int slot) {
    places[slot] = bytes;
    startsClean[slot] = true;
    bytes += size(graph, slot);
  }

  /// {@return the bytes of all places}
  public long bytes() {
    return bytes;
  }

  /// {@return the offset of a slot's place}
  long place(int slot) {
    return places[slot];
  }

  /// {@return whether what a slot holds at first must be put there before a run: a node may read it, or the outside}
  boolean startsClean(int slot) {
    return startsClean[slot];
  }

  private static long size(Graph graph, int slot) {
    return aligned(graph.slots().get(slot).bytes());
  }

  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// From which node to which one a slot's value counts, in one pass.
  private static final class Lifetimes {
    private static final int NONE = Integer.MAX_VALUE;

    private static final int NO_NODE = -1;

    private final Graph graph;

    /// The first node that uses it; -1 if what is there before all nodes counts.
    private final int[] first;

    private final int[] last;

    Lifetimes(Graph graph, boolean[] idle, Followers followers) {
      this.graph = graph;
      this.first = new int[graph.slots().size()];
      this.last = new int[first.length];
      Arrays.fill(first, NONE);
      Arrays.fill(last, -1);
      first[graph.input().slot()] = -1;
      for (int i = 0; i < graph.nodes().size(); i++) {
        if (idle[i]) {
          continue;
        }
        GraphNode node = graph.nodes().get(i);
        for (int slot : node.inputs()) {
          use(slot, -1, i);
        }
        for (int slot : node.outputs()) {
          use(slot, i, i);
        }
        int next = followers.follow(i) ? followers.next(i) : NO_NODE;
        while (next >= 0) {
          use(graph.nodes().get(next).outputs()[0], i, i);
          next = followers.next(next);
        }
      }
    }

    private void use(int slot, int from, int node) {
      if (first[slot] == NONE) {
        first[slot] = from;
      }
      last[slot] = node;
    }

    /// {@return whether the slot's value counts beyond the pass, or wherever the run may stop; or for nobody at all}
    boolean always(int slot) {
      return slot == graph.output().slot()
          || first[slot] == NONE
          || graph.slots().get(slot).initial().isPresent()
          || graph.loops() > 1 && first[slot] < 0;
    }
  }

  /// What is free between places that are taken; the least offset first.
  private static final class FreeList {
    private final TreeMap<Long, Long> gaps = new TreeMap<>();
    private long end;

    FreeList(long begin) {
      this.end = begin;
    }

    long take(long size) {
      Optional<Map.Entry<Long, Long>> gap =
          gaps.entrySet().stream().filter(entry -> entry.getValue() >= size).findFirst();
      return gap.map(entry -> take(entry.getKey(), entry.getValue(), size))
          .orElseGet(() -> grow(size));
    }

    private long take(long offset, long gap, long size) {
      gaps.remove(offset);
      if (gap > size) {
        gaps.put(offset + size, gap - size);
      }
      return offset;
    }

    private long grow(long size) {
      Map.Entry<Long, Long> last = gaps.lastEntry();
      long offset = end;
      if (last != null && last.getKey() + last.getValue() == end) {
        offset = last.getKey(); // what is free at the end becomes larger
        gaps.remove(offset);
      }
      end = offset + size;
      return offset;
    }

    void give(long offset, long size) {
      long from = offset;
      long to = offset + size;
      Map.Entry<Long, Long> before = gaps.lowerEntry(offset);
      if (before != null && before.getKey() + before.getValue() == from) {
        from = before.getKey();
      }
      Long after = gaps.remove(to);
      if (after != null) {
        to += after;
      }
      gaps.put(from, to - from);
    }
  }
}
