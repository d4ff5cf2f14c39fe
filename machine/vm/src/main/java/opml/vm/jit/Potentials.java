package opml.vm.jit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where instructions are counted. Counting each block where it begins costs an instruction a block; instead, each
/// block gets a potential, and an edge from `a` to `b` pays `length(a) + potential(a) - potential(b)`, which is zero on
/// a spanning tree of the hottest edges. In a loop without branches only the jump back pays. (The placement of counters
/// on the edges outside of a maximal spanning tree: Knuth, Stevenson, "Optimal measurement points for program frequency
/// counts", BIT 13, 1973.)
///
/// The instructions left at a block's begin are the counter minus the block's potential.
final class Potentials {
  private record Edge(BasicBlock from, BasicBlock to, int weight) {}

  private final Map<Place, Place> parents = new HashMap<>();
  private final Map<Place, Integer> offsets = new HashMap<>();
  private final Place head;

  Potentials(Map<Place, BasicBlock> blocks, int[] hits) {
    head = blocks.keySet().iterator().next();
    List<Edge> edges = new ArrayList<>();
    for (BasicBlock from : blocks.values()) {
      for (Place place : from.successors()) {
        BasicBlock to = blocks.get(place);
        if (to != null) {
          int weight = Math.min(hits[from.place().word()], hits[place.word()]);
          edges.add(new Edge(from, to, weight));
        }
      }
    }
    edges.sort((a, b) -> Integer.compare(b.weight(), a.weight()));
    for (Edge edge : edges) {
      join(edge);
    }
  }

  /// {@return the block's potential; the head's is 0}
  int at(Place place) {
    return toRoot(place) - toRoot(head);
  }

  /// {@return what the counter pays on the way between two blocks}
  int cost(BasicBlock from, Place to) {
    return from.length() + at(from.place()) - at(to);
  }

  private void join(Edge edge) {
    Place a = edge.from().place();
    Place b = edge.to().place();
    Place rootA = root(a);
    Place rootB = root(b);
    if (!rootA.equals(rootB)) {
      parents.put(rootB, rootA);
      offsets.put(rootB, toRoot(a) + edge.from().length() - toRoot(b));
    }
  }

  private Place root(Place place) {
    Place at = place;
    for (Place up = parents.get(at); up != null; up = parents.get(at)) {
      at = up;
    }
    return at;
  }

  /// {@return the place's potential relative to its tree's root}
  private int toRoot(Place place) {
    int sum = 0;
    Place at = place;
    for (Place up = parents.get(at); up != null; up = parents.get(at)) {
      sum += offsets.getOrDefault(at, 0);
      at = up;
    }
    return sum;
  }
}
