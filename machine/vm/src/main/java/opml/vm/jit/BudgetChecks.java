package opml.vm.jit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Where a region asks whether enough of its budget is left: at its head and at each loop's head, against the longest
/// way to the next such question. A region that passes the question can therefore not run over its budget; where it
/// does not pass, the region is left and the interpreter does the rest.
final class BudgetChecks {
  private final Map<Place, BasicBlock> blocks;
  private final Set<Place> heads = new HashSet<>();
  private final Map<Place, Integer> needs = new HashMap<>();

  BudgetChecks(Map<Place, BasicBlock> blocks) {
    this.blocks = blocks;
    Place head = blocks.keySet().iterator().next();
    heads.add(head);
    findLoops(head);
  }

  /// {@return whether there is a question at a block's begin}
  boolean isAt(Place place) {
    return heads.contains(place);
  }

  /// {@return the most instructions executed from a block's begin to the next question or exit}
  int need(Place place) {
    Integer known = needs.get(place);
    if (known != null) {
      return known;
    }
    BasicBlock block = block(place);
    int most = 0;
    for (Place next : block.successors()) {
      if (blocks.containsKey(next) && !isAt(next)) {
        most = Math.max(most, need(next));
      }
    }
    needs.put(place, block.length() + most);
    return block.length() + most;
  }

  private BasicBlock block(Place place) {
    return Objects.requireNonNull(blocks.get(place));
  }

  private record Visit(Place place, Iterator<Place> rest) {}

  /// A depth-first search: what is come to again while it is being visited heads a loop.
  private void findLoops(Place head) {
    Set<Place> seen = new HashSet<>(Set.of(head));
    Set<Place> open = new HashSet<>(Set.of(head));
    Deque<Visit> path = new ArrayDeque<>();
    path.push(new Visit(head, block(head).successors().iterator()));
    while (!path.isEmpty()) {
      Visit visit = path.peek();
      if (!visit.rest().hasNext()) {
        open.remove(path.pop().place());
        continue;
      }
      Place next = visit.rest().next();
      if (open.contains(next)) {
        heads.add(next);
      } else if (blocks.containsKey(next) && seen.add(next)) {
        open.add(next);
        path.push(new Visit(next, block(next).successors().iterator()));
      }
    }
  }
}
