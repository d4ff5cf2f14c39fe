package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;
import opml.core.merkle.HashingTeam;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PagedTree;
import opml.core.merkle.SparseTree;
import opml.core.merkle.ZeroHashes;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRun;

/// A run that is hashed where somebody looks: what steps have written since the last look, and of what they change in
/// place only the pages in which they may have.
final class Sweep implements AutoCloseable {
  private static final long PAGE = 1L << PagedTree.PAGE_SHIFT;

  /// Slots with fewer bytes together are hashed by one thread.
  private static final long LEAST_SPREAD_BYTES = 32_768;

  private final Model model;
  private final GraphRun run;
  private final SparseTree slots;

  /// The slots that nodes write.
  private final int[] changing;

  /// Over those of them that nodes change in place, if they have more than a page; null for the others.
  private final PagedTree[] trees;

  private final Bytes32[] roots;

  /// Copies of other states, with which the next one shares what it can: what is kept of the end, and what was copied
  /// or taken up last.
  private Optional<SlotValues> end = Optional.empty();

  private Optional<SlotValues> last = Optional.empty();

  /// @param run at its start
  /// @param slots the tree at its start, which is changed
  Sweep(Model model, int[] changing, GraphRun run, SparseTree slots) {
    this.model = model;
    this.changing = changing;
    this.run = run;
    this.slots = slots;
    this.trees = new PagedTree[changing.length];
    this.roots = new Bytes32[changing.length];
    for (int i = 0; i < changing.length; i++) {
      roots[i] = slots.leaf(changing[i]);
    }
  }

  /// Marks what is changed in place, for a run that is looked at more than once.
  void track() {
    boolean[] inPlace = new boolean[model.graph().slots().size()];
    for (GraphNode node : model.graph().nodes()) {
      for (Operand operand : node.operands()) {
        if (operand instanceof Operand.Update(int slot)) {
          inPlace[slot] = true;
        }
      }
    }
    for (int i = 0; i < changing.length; i++) {
      int number = changing[i];
      Slot slot = model.graph().slots().get(number);
      if (inPlace[number] && slot.bytes() > PAGE) {
        boolean zero = slot.initial().isEmpty() && number != model.graph().input().slot();
        PagedTree tree = new PagedTree(run.value(number), zero);
        model.initialHashes(number).filter(_ -> !isInput(number)).ifPresent(h -> tree.adopt(0, h));
        run.mark(number, tree.dirtyPages());
        trees[i] = tree;
      }
    }
  }

  private boolean isInput(int slot) {
    return slot == model.graph().input().slot();
  }

  GraphRun run() {
    return run;
  }

  /// {@return the state in which the run is}
  GraphState state() {
    if (run.hasFailed()) {
      return GraphState.FAILED;
    }
    int[] written =
        IntStream.range(0, changing.length).filter(i -> run.takeWritten(changing[i])).toArray();
    Bytes32[] found = new Bytes32[written.length];
    int[] full =
        IntStream.range(0, written.length)
            .filter(i -> !run.isEmpty(changing[written[i]]))
            .toArray();
    long bytes = IntStream.of(full).mapToLong(i -> run.bytes(changing[written[i]])).sum();
    HashingTeam.Range hashing =
        (from, to) -> IntStream.range(from, to).forEach(i -> found[i] = root(written[i]));
    if (full.length < 2 || bytes < LEAST_SPREAD_BYTES) {
      // The only one may be large, and is then hashed by many.
      hashing.run(0, written.length);
    } else {
      run.over(written.length, 1, hashing);
    }
    for (int i = 0; i < written.length; i++) {
      int at = written[i];
      if (!found[i].equals(roots[at])) {
        roots[at] = found[i];
        slots.set(changing[at], found[i]);
      }
    }
    GraphState.Status status =
        run.hasStopped() ? GraphState.Status.DONE : GraphState.Status.RUNNING;
    return new GraphState(status, slots.root());
  }

  private Bytes32 root(int i) {
    int slot = changing[i];
    int depth = MerkleRoot.depthFor(run.bytes(slot));
    if (run.isEmpty(slot)) {
      return ZeroHashes.at(depth);
    }
    MemorySegment value = run.value(slot);
    return trees[i] != null && value.byteSize() == run.bytes(slot)
        ? trees[i].root()
        : MerkleRoot.of(value, depth, run);
  }

  /// {@return the tree over the slots as they were in the last state that was looked at; changed by the next}
  SparseTree slots() {
    return slots;
  }

  /// Has copies share what they can with what is kept of the end.
  void share(SlotValues ofTheEnd) {
    end = Optional.of(ofTheEnd);
  }

  /// {@return what the slots hold, copied}
  ///
  /// @param hashed whether this is the last state that was looked at
  SlotValues values(boolean hashed) {
    List<SlotPages> values = new ArrayList<>();
    for (int i = 0; i < changing.length; i++) {
      values.add(copy(i));
    }
    SlotValues state = new SlotValues(run.step(), values, hashed ? List.of(roots) : List.of());
    last = Optional.of(state);
    return state;
  }

  private SlotPages copy(int i) {
    int slot = changing[i];
    if (run.isEmpty(slot)) {
      return SlotPages.zeros(run.bytes(slot));
    }
    List<SlotPages> others =
        Stream.concat(last.stream(), end.stream()).map(copy -> copy.values().get(i)).toList();
    return SlotPages.of(run.value(slot), others);
  }

  /// Goes on from a state that was before.
  void resume(SlotValues state) {
    for (int i = 0; i < changing.length; i++) {
      put(changing[i], state.values().get(i));
      if (!state.roots().isEmpty()) {
        run.takeWritten(changing[i]);
        roots[i] = state.roots().get(i);
        slots.set(changing[i], roots[i]);
      }
    }
    last = Optional.of(state);
    run.resume(state.index());
  }

  private void put(int slot, SlotPages value) {
    if (value.isZero()) {
      if (!run.isEmpty(slot)) {
        run.clear(slot);
      }
    } else if (value.bytes() == run.bytes(slot) && run.value(slot).byteSize() == run.bytes(slot)) {
      value.putInto(run, slot);
    } else {
      run.put(slot, value.joined());
    }
  }

  @Override
  public void close() {
    run.close();
  }
}
