package opml.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PagedTree;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.TestPrograms;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.plan.GraphRun;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.RandomGraphs;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Slots that nodes change in place.
class StateInPlaceTest {
  private static final int ROWS = 40;
  private static final int INTS = 256;

  @Test
  void statesAreTheSameWhateverAKernelSaysOfItsChanges() {
    long[] indexes = {0, 1, 2, 3, 17, 18, 50, 51, 78, 79, 80, 1000};
    List<GraphState> all = states(false, indexes);
    assertThat(states(true, indexes)).isEqualTo(all);
    for (int i = 0; i < indexes.length; i++) {
      int taken = (int) Math.min(indexes[i], 2 * ROWS);
      GraphState.Status status =
          taken == 2 * ROWS ? GraphState.Status.DONE : GraphState.Status.RUNNING;
      MemorySegment rows = Tensor.allocate(4L * INTS * ROWS);
      for (int row = 0; row < (taken + 1) / 2; row++) {
        MemorySegment control = Tensor.allocate(8);
        control.set(ValueLayout.JAVA_INT, 0, row);
        Cache.append(control, rows, INTS);
      }
      SparseTree slots = new SparseTree(1);
      slots.set(Cache.CONTROL, MerkleRoot.of(control(taken / 2), 0));
      slots.set(Cache.ROWS, MerkleRoot.of(rows, MerkleRoot.depthFor(rows.byteSize())));
      assertThat(all.get(i))
          .as("state %d", indexes[i])
          .isEqualTo(new GraphState(status, slots.root()));
    }
  }

  private static List<GraphState> states(boolean tells, long[] indexes) {
    Model model = Model.of(Cache.graph(ROWS, INTS, tells), TestPrograms::of);
    return GraphExecution.run(model, control(0), natively(model.graph())).states(indexes);
  }

  @Test
  void whatReallyChangesIsWhatAKernelSays() {
    Graph graph = Cache.graph(ROWS, INTS, true);
    GraphNode node = graph.nodes().getFirst();
    MemorySegment[] segments = {
      Tensor.allocate(8), Tensor.allocate(graph.slots().get(Cache.ROWS).bytes())
    };
    for (int row = 0; row < ROWS; row++) {
      segments[0].set(ValueLayout.JAVA_INT, 0, row);
      BitSet may = new BitSet();
      node.kernel()
          .changes()
          .orElseThrow()
          .of(
              segments,
              node.scalarArray(),
              (segment, from, bytes) -> {
                assertThat(segment).isEqualTo(1);
                may.set((int) from, (int) (from + bytes));
              });
      byte[] before = segments[1].toArray(ValueLayout.JAVA_BYTE);
      node.kernel().run(segments, node.scalarArray());
      byte[] after = segments[1].toArray(ValueLayout.JAVA_BYTE);
      assertThat(may.cardinality()).isEqualTo(4 * INTS);
      for (int at = 0; at < before.length; at++) {
        assertThat(may.get(at) || before[at] == after[at]).as("row %d, byte %d", row, at).isTrue();
      }
    }
  }

  @Test
  void onlyThePagesOfARowAreHashedAgain() {
    Graph graph = Cache.graph(1000, INTS, true);
    try (GraphRun run = natively(graph).start(segment(control(0, 1000)))) {
      PagedTree tree = new PagedTree(run.value(Cache.ROWS), true);
      run.mark(Cache.ROWS, tree.dirtyPages());
      for (int row = 0; row < 1000; row++) {
        run.proceed(2L * (row + 1));
        byte[] dirty = new byte[tree.dirtyPages().length];
        dirty[row / 4] = 1;
        assertThat(tree.dirtyPages()).isEqualTo(dirty);
        Bytes32 root = tree.root();
        if (row % 100 == 0) {
          assertThat(root).isEqualTo(MerkleRoot.of(run.value(Cache.ROWS), tree.depth()));
        }
      }
    }
  }

  @Test
  void aKernelThatThrowsHasChangedNothing() {
    for (boolean tells : new boolean[] {false, true}) {
      Graph graph = Cache.graph(ROWS, INTS, tells);
      KernelProvider throwing =
          (kernel, scalars, constants) ->
              (segments, scratch, from, to) -> {
                int exit = kernel.run(segments, scalars);
                if (kernel.name().startsWith("append")
                    && segments[0].get(ValueLayout.JAVA_INT, 0) % 3 == 1) {
                  throw new ArithmeticException("after all is written");
                }
                return exit;
              };
      List<byte[]> seen = new ArrayList<>();
      NodeRunner machine =
          (g, node, operands) -> {
            seen.add(operands[1].toArray(ValueLayout.JAVA_BYTE));
            return RandomGraphs.plainly(0).run(g, node, operands);
          };
      GraphRunner runner = GraphRunner.natively(graph, throwing, machine);
      try (GraphRun run = runner.start(segment(control(0)));
          GraphRun right = natively(graph).start(segment(control(0)))) {
        for (int i = 0; i < ROWS; i++) {
          byte[] before = right.value(Cache.ROWS).toArray(ValueLayout.JAVA_BYTE);
          run.proceed(2L * (i + 1));
          right.proceed(2L * (i + 1));
          if (i % 3 == 1) {
            assertThat(seen.removeFirst()).as("row %d", i).isEqualTo(before);
          }
          assertThat(run.value(Cache.ROWS).mismatch(right.value(Cache.ROWS))).isEqualTo(-1);
        }
        assertThat(seen).isEmpty();
        assertThat(run.hasStopped()).isTrue();
      }
    }
  }

  @Test
  void aPositionOutsideOfTheSlotLeavesItToTheMachine() {
    Graph graph = Cache.graph(ROWS, INTS, true);
    for (int position : new int[] {ROWS, -1, 1 << 20}) {
      List<byte[]> seen = new ArrayList<>();
      NodeRunner machine =
          (g, node, operands) -> {
            seen.add(operands[1].toArray(ValueLayout.JAVA_BYTE));
            return new NodeOutcome.Failed();
          };
      try (GraphRun run =
          GraphRunner.natively(graph, KernelProvider.reference(), machine)
              .start(segment(control(position)))) {
        run.proceed(1);
        assertThat(run.hasFailed()).as("what the machine says").isTrue();
        assertThat(seen).singleElement().isEqualTo(new byte[4 * INTS * ROWS]);
      }
    }
  }

  private static GraphRunner natively(Graph graph) {
    return GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
  }

  private static byte[] control(int position) {
    return control(position, ROWS);
  }

  private static byte[] control(int position, int limit) {
    return ByteBuffer.allocate(8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(position)
        .putInt(limit)
        .array();
  }

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }
}
