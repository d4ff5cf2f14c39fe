package opml.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.Proof;
import opml.core.merkle.ZeroHashes;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.commit.SlotOpening;
import opml.engine.commit.TestPrograms;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.SampleGraph;
import opml.engine.graph.Slot;
import opml.engine.run.KernelProvider;
import opml.engine.run.NativeNodes;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.RandomGraphs;
import opml.engine.run.Workers;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import org.junit.jupiter.api.Test;

class GraphExecutionTest {
  private static final NodeRunner NATIVE =
      new NativeNodes(KernelProvider.reference(), NodeRunner.unavailable());

  @Test
  void theStatesOfADenseLayer() {
    Model model = Model.of(SampleGraph.dense(), TestPrograms::of);
    GraphExecution execution = GraphExecution.run(model, floats(1, 2, 3), NATIVE);
    assertThat(execution.length()).isEqualTo(2);
    // x·w + b = (22.5, -72); relu; both slots of eight bytes, whose root is the bytes themselves
    assertThat(ByteBuffer.wrap(execution.output()).order(ByteOrder.LITTLE_ENDIAN).getFloat())
        .isEqualTo(22.5f);
    List<Bytes32> leaves = new ArrayList<>();
    for (Slot slot : model.graph().slots()) {
      leaves.add(slot.initial().map(t -> MerkleRoot.of(t.data(), 0)).orElse(ZeroHashes.at(0)));
    }
    leaves.set(0, MerkleRoot.of(floats(1, 2, 3), 0));
    assertThat(execution.state(0)).isEqualTo(GraphState.running(root(leaves)));
    leaves.set(3, MerkleRoot.of(floats(22.5f, -72), 0));
    assertThat(execution.state(1)).isEqualTo(GraphState.running(root(leaves)));
    leaves.set(4, MerkleRoot.of(floats(22.5f, 0), 0));
    assertThat(execution.state(2)).isEqualTo(GraphState.running(root(leaves)));
    Proof output = execution.slots(2).prove(model.graph().output().slot());
    assertThat(output.root(MerkleRoot.of(execution.output(), 0)))
        .isEqualTo(execution.finalState().slotsRoot());
    assertThatThrownBy(() -> execution.state(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void whatARunTakesIsToldBeforeIt() {
    Model dense = Model.of(SampleGraph.dense(), TestPrograms::of);
    RunMemory memory = RunMemory.of(dense);
    assertThat(memory.values()).as("two slots of eight bytes, padded to a leaf").isEqualTo(64);
    assertThat(memory.least()).as("w, b, and the two slots").isEqualTo(24 + 8 + 16);
    assertThat(memory.overwrites()).isFalse();
    assertThat(GraphExecution.run(dense, floats(1, 2, 3), NATIVE).keptBytes())
        .isLessThanOrEqualTo(memory.values() + memory.passing());
    Model loop = counter(4, 1000);
    RunMemory ofLoop = RunMemory.of(loop);
    assertThat(ofLoop.overwrites()).isTrue();
    assertThat(GraphExecution.run(loop, ints(5), NATIVE).keptBytes())
        .isLessThanOrEqualTo(ofLoop.values() + ofLoop.passing());
  }

  @Test
  void openingsLeadFromOneStateToTheNext() {
    Model model = counter(4, 1000);
    GraphExecution execution = GraphExecution.run(model, ints(5), NATIVE);
    for (long step = 0; step < execution.length(); step++) {
      follow(execution, step);
    }
  }

  /// The contract's rule, from the openings alone.
  private static void follow(GraphExecution execution, long step) {
    Bytes32 root = execution.state(step).slotsRoot();
    assertThat(execution.slots(step).root()).isEqualTo(root);
    for (SlotOpening old : openings(execution, step)) {
      assertThat(old.proof().root(old.value())).isEqualTo(root);
      MemorySegment value = execution.values(step + 1).get(old.slot());
      root = old.proof().root(MerkleRoot.of(value, 0));
    }
    assertThat(execution.state(step + 1).slotsRoot()).isEqualTo(root);
  }

  /// {@return the outputs' slots before a step writes them}
  private static List<SlotOpening> openings(GraphExecution execution, long step) {
    List<Output> outputs = execution.node(step).descriptor().outputs();
    List<Bytes32> roots =
        outputs.stream()
            .map(o -> MerkleRoot.of(execution.values(step + 1).get(o.slot()), o.depth()))
            .toList();
    return StateUpdate.write(execution.slots(step), outputs, roots, false).before();
  }

  @Test
  void secondOutputBuildsOnFirst() {
    Model model = counter(1, 1000);
    GraphExecution execution = GraphExecution.run(model, ints(5), NATIVE);
    List<SlotOpening> outputs = openings(execution, 0);
    assertThat(outputs).hasSize(2);
    Bytes32 start = execution.state(0).slotsRoot();
    assertThat(outputs.get(0).proof().root(outputs.get(0).value())).isEqualTo(start);
    // a and b are neighbours: the second proof has the first's new value in it, not the old one
    assertThat(outputs.get(1).proof().root(outputs.get(1).value())).isNotEqualTo(start);
    Bytes32 between = outputs.get(0).proof().root(MerkleRoot.of(ints(5), 0));
    assertThat(outputs.get(1).proof().root(outputs.get(1).value())).isEqualTo(between);
    assertThat(outputs.get(1).proof().root(MerkleRoot.of(ints(6), 0)))
        .isEqualTo(execution.finalState().slotsRoot());
  }

  @Test
  void aDoneRunStays() {
    // a: 0 5 11 18 26 …, b: 5 6 7 8 …
    GraphExecution execution = GraphExecution.run(counter(100, 11), ints(5), NATIVE);
    assertThat(execution.state(1).status()).isEqualTo(GraphState.Status.RUNNING);
    assertThat(execution.state(2).status()).isEqualTo(GraphState.Status.DONE);
    assertThat(execution.state(3)).isEqualTo(execution.state(2));
    assertThat(execution.state(100)).isEqualTo(execution.finalState());
    assertThat(execution.output()).isEqualTo(ints(11));
    assertThat(execution.length()).isEqualTo(100);
  }

  @Test
  void valuesThatWereNotKeptAreComputedAgain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int loops = 300;
    Model model = counter(loops, 1 << 30);
    GraphExecution all = GraphExecution.run(model, ints(5), NATIVE);
    for (long bytes : new long[] {0, 1000, 10_000}) {
      AtomicInteger runs = new AtomicInteger();
      NodeRunner counting =
          (graph, node, operands) -> {
            runs.incrementAndGet();
            return NATIVE.run(graph, node, operands);
          };
      GraphExecution few = GraphExecution.run(model, ints(5), counting, Workers.caller(), bytes);
      assertThat(few.output()).isEqualTo(all.output());
      assertThat(runs).as("the last state is always kept").hasValue(loops);
      for (int i = 0; i < 40; i++) {
        int index = random.nextInt(loops + 1);
        for (int slot = 0; slot < 2; slot++) {
          assertThat(few.values(index).get(slot).toArray(ValueLayout.JAVA_BYTE))
              .as("seed %d, state %d, slot %d", seed, index, slot)
              .isEqualTo(all.values(index).get(slot).toArray(ValueLayout.JAVA_BYTE));
        }
        assertThat(few.slots(index).root()).isEqualTo(all.slots(index).root());
      }
      assertThat(runs.get()).isGreaterThan(loops);
      assertThat(runs.get()).isLessThan(loops + 80 * (bytes == 0 ? loops : loops / 2));
    }
  }

  @Test
  void theStatesDoNotDependOnThreads() throws InterruptedException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    try (ExecutorService two = Executors.newFixedThreadPool(2);
        ExecutorService many = Executors.newFixedThreadPool(7)) {
      List<Workers> crews = List.of(Workers.of(two), Workers.of(many), Workers.allCores());
      for (int i = 0; i < 20; i++) {
        Model model = Model.of(RandomGraphs.graph(random), TestPrograms::of);
        byte[] input = floats(1, -2, 3, -4, 5, -6, 7, i);
        NodeRunner nodes = failingAt(random.nextInt(40));
        GraphExecution alone = GraphExecution.run(model, input, nodes);
        for (Workers workers : crews) {
          GraphExecution other = GraphExecution.run(model, input, nodes, workers, 200);
          for (long step = 0; step <= alone.length(); step++) {
            String where = "seed %d, case %d, state %d".formatted(seed, i, step);
            assertThat(other.state(step)).as(where).isEqualTo(alone.state(step));
            assertThat(other.slots(step).root()).as(where).isEqualTo(alone.slots(step).root());
            if (step % 8 != i % 8) {
              continue;
            }
            assertThat(bytes(other.values(step)))
                .as(where)
                .usingRecursiveComparison()
                .isEqualTo(bytes(alone.values(step)));
          }
          assertThat(other.output()).isEqualTo(alone.output());
        }
      }
    }
  }

  private static NodeRunner failingAt(int bad) {
    return (graph, node, operands) ->
        node == bad ? new NodeOutcome.Failed() : NATIVE.run(graph, node, operands);
  }

  private static List<byte[]> bytes(List<MemorySegment> values) {
    return values.stream().map(value -> value.toArray(ValueLayout.JAVA_BYTE)).toList();
  }

  @Test
  void aFailedRunStaysAndHasNoOutput() {
    NodeRunner failing =
        (graph, node, operands) ->
            operands[1].get(ValueLayout.JAVA_INT, 0) == 6
                ? new NodeOutcome.Failed()
                : NATIVE.run(graph, node, operands);
    GraphExecution execution = GraphExecution.run(counter(100, 1000), ints(5), failing);
    assertThat(execution.state(1).status()).isEqualTo(GraphState.Status.RUNNING);
    assertThat(execution.state(2)).isEqualTo(GraphState.FAILED);
    assertThat(execution.state(100)).isEqualTo(GraphState.FAILED);
    assertThat(execution.output()).isEmpty();
  }

  @Test
  void paddingThatAProgramLeavesIsCommitted() {
    NodeRunner wide =
        (graph, node, operands) ->
            new NodeOutcome.Exited(
                false,
                List.of(
                    Tensor.ofBytes(
                            ElementType.U8,
                            Shape.of(32),
                            new byte[] {
                              1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                              0, 0, 0, 0, 0, 0, 0, 0, 3
                            })
                        .data(),
                    operands[1]));
    GraphExecution execution = GraphExecution.run(counter(2, 1000), ints(5), wide);
    assertThat(execution.output()).isEqualTo(ints(1));
    assertThat(execution.slots(1).leaf(0).toArray()).startsWith(1, 0, 0, 0, 2).endsWith(3);
  }

  @Test
  void anInputOfTheWrongSizeIsRefused() {
    assertThatThrownBy(() -> GraphExecution.run(counter(1, 1), new byte[3], NATIVE))
        .hasMessage("the input has 3 bytes, the model takes 4");
  }

  @Test
  void memoryRootsFollowFromSlots() {
    Model model = counter(1, 1000);
    GraphExecution execution = GraphExecution.run(model, ints(5), NATIVE);
    CommittedNode node = execution.node(0);
    byte[] memory = new byte[32 << node.descriptor().memDepth()];
    System.arraycopy(node.fixed(), 0, memory, 0, node.fixed().length);
    memory[(int) node.geometry().addresses()[1]] = 5;
    assertThat(node.descriptor().memoryRoot(execution.slots(0)::leaf))
        .isEqualTo(MerkleRoot.of(memory, node.descriptor().memDepth()));
  }

  /// A model of one node, looped: a and b are slots 0 and 1, b is the input and a the output.
  @Test
  void aGivenOutputIsInTheStartAndChecked() {
    Model model = Model.checking(successor(), TestPrograms::of);
    byte[] given = ints(6);
    GraphExecution right = GraphExecution.check(model, ints(5), given, NATIVE, Workers.caller());
    given[0] = 9; // the caller's own again
    Bytes32 input = MerkleRoot.of(ints(5), 0);
    Bytes32 output = MerkleRoot.of(ints(6), 0);
    List<Bytes32> leaves = new ArrayList<>(List.of(input, output, Bytes32.ZERO, Bytes32.ZERO));
    assertThat(right.state(0)).isEqualTo(GraphState.running(root(leaves)));
    assertThat(right.slots(0).root()).isEqualTo(root(leaves));
    leaves.set(2, MerkleRoot.of(ints(6), 0));
    assertThat(right.finalState()).isEqualTo(new GraphState(GraphState.Status.DONE, root(leaves)));
    assertThat(right.output()).isEqualTo(ints(6));

    // What a challenge proves leads from the initial slots to the start, input first.
    SlotOpening first = model.inputOpening();
    SlotOpening second = model.outputOpening(input);
    assertThat(first.proof().root(first.value())).isEqualTo(model.descriptor().initialSlotsRoot());
    assertThat(second.proof().root(second.value())).isEqualTo(first.proof().root(input));
    assertThat(second.proof().root(output)).isEqualTo(right.state(0).slotsRoot());

    GraphExecution wrong = GraphExecution.check(model, ints(5), ints(7), NATIVE, Workers.caller());
    assertThat(wrong.finalState()).isEqualTo(GraphState.FAILED);
    assertThat(wrong.output()).isEmpty();
    assertThat(wrong.state(0)).isNotEqualTo(right.state(0));
  }

  @Test
  void anOutputIsGivenToModelsThatCheckItAndToNoOthers() {
    Model checking = Model.checking(successor(), TestPrograms::of);
    Model computing = Model.of(successor(), TestPrograms::of);
    assertThat(checking.id()).isNotEqualTo(computing.id());
    assertThatThrownBy(() -> GraphExecution.run(checking, ints(5), NATIVE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checks an output, and none is given");
    assertThatThrownBy(
            () -> GraphExecution.check(computing, ints(5), ints(6), NATIVE, Workers.caller()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("computes its output, and one is given");
    assertThatThrownBy(
            () -> GraphExecution.check(checking, ints(5), new byte[3], NATIVE, Workers.caller()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the output has 3 bytes, the model takes 4");
  }

  private static Graph successor() {
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.I32, Shape.of(1));
    int given = graph.slot("given", ElementType.I32, Shape.of(1));
    int note = graph.slot("note", ElementType.I32, Shape.of(1));
    Kernel kernel = Kernel.of(Successor.class, "successor");
    graph.call(kernel, "check", "Successor").read(x).read(given).write(note).end();
    return graph.build(new Port("x", x, Shape.of(1)), new Port("given", given, Shape.of(1)));
  }

  private static Model counter(int loops, int limit) {
    Kernel kernel = Kernel.of(TwoOutputs.class, "add.both");
    GraphNode node =
        new GraphNode(
            "both",
            "AddBoth",
            kernel,
            List.of(new Operand.Update(0), new Operand.Update(1)),
            List.of((long) limit));
    Slot a = new Slot("a", ElementType.I32, Shape.of(1), Optional.empty());
    Slot b = new Slot("b", ElementType.I32, Shape.of(1), Optional.empty());
    return Model.of(
        new Graph(
            List.of(a, b),
            List.of(node),
            new Port("b", 1, Shape.of(1)),
            new Port("a", 0, Shape.of(1)),
            loops),
        TestPrograms::of);
  }

  /// {@return the root of a tree with these leaves, by hashing it level by level}
  private static Bytes32 root(List<Bytes32> leaves) {
    int depth = 32 - Integer.numberOfLeadingZeros(leaves.size() - 1);
    byte[] bytes = new byte[32 << depth];
    for (int i = 0; i < leaves.size(); i++) {
      leaves.get(i).copyTo(bytes, 32 * i);
    }
    return MerkleRoot.of(bytes, depth);
  }

  private static byte[] ints(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static byte[] floats(float... values) {
    return Tensor.ofFloats(Shape.of(values.length), values).bytes();
  }
}
