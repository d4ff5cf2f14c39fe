package opml.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.Proof;
import opml.core.merkle.SparseTree;
import opml.core.merkle.ZeroHashes;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.commit.SlotOpening;
import opml.engine.commit.TestPrograms;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.SampleGraph;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.RandomGraphs;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class GraphExecutionTest {
  @Test
  void theStatesOfADenseLayer() {
    Model model = Model.of(SampleGraph.dense(), TestPrograms::of);
    GraphExecution execution = run(model, floats(1, 2, 3));
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
    Proof output = execution.at(2).slots().prove(model.graph().output().slot());
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
    assertThat(memory.outside()).as("w, b, and places of 64 bytes").isEqualTo(24 + 8 + 3 * 64);
    assertThat(run(dense, floats(1, 2, 3)).keptBytes())
        .isLessThanOrEqualTo(memory.values() + memory.passing());
    Model loop = counter(4, 1000);
    RunMemory ofLoop = RunMemory.of(loop);
    assertThat(run(loop, ints(5)).keptBytes())
        .isLessThanOrEqualTo(ofLoop.values() + ofLoop.passing());
  }

  @Test
  void openingsLeadFromOneStateToTheNext() {
    Model model = counter(4, 1000);
    GraphExecution execution = run(model, ints(5));
    for (long step = 0; step < execution.length(); step++) {
      follow(execution, step);
    }
  }

  /// The contract's rule, from the openings alone.
  private static void follow(GraphExecution execution, long step) {
    Bytes32 root = execution.state(step).slotsRoot();
    assertThat(execution.at(step).slots().root()).isEqualTo(root);
    for (SlotOpening old : openings(execution, step)) {
      assertThat(old.proof().root(old.value())).isEqualTo(root);
      MemorySegment value = execution.at(step + 1).values().get(old.slot());
      root = old.proof().root(MerkleRoot.of(value, 0));
    }
    assertThat(execution.state(step + 1).slotsRoot()).isEqualTo(root);
  }

  /// {@return the outputs' slots before a step writes them}
  private static List<SlotOpening> openings(GraphExecution execution, long step) {
    List<Output> outputs = execution.node(step).descriptor().outputs();
    List<Bytes32> roots =
        outputs.stream()
            .map(o -> MerkleRoot.of(execution.at(step + 1).values().get(o.slot()), o.depth()))
            .toList();
    return StateUpdate.write(execution.at(step).slots(), outputs, roots, false).before();
  }

  @Test
  void secondOutputBuildsOnFirst() {
    Model model = counter(1, 1000);
    GraphExecution execution = run(model, ints(5));
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
    GraphExecution execution = run(counter(100, 11), ints(5));
    assertThat(execution.state(1).status()).isEqualTo(GraphState.Status.RUNNING);
    assertThat(execution.state(2).status()).isEqualTo(GraphState.Status.DONE);
    assertThat(execution.state(3)).isEqualTo(execution.state(2));
    assertThat(execution.state(100)).isEqualTo(execution.finalState());
    assertThat(execution.output()).isEqualTo(ints(11));
    assertThat(execution.length()).isEqualTo(100);
  }

  @Test
  void statesThatWereNotKeptAreComputedAgain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int loops = 300;
    Model model = counter(loops, 1 << 30);
    List<GraphState> all = new ArrayList<>();
    plainly(model, ints(5), RandomGraphs.plainly(0), all);
    for (long bytes : new long[] {0, 1000, 10_000, 1 << 20}) {
      AtomicInteger runs = new AtomicInteger();
      GraphRunner counting = GraphRunner.by(model.graph(), counted(runs));
      GraphExecution execution = GraphExecution.run(model, ints(5), counting, bytes);
      assertThat(execution.finalState()).isEqualTo(all.getLast());
      assertThat(runs).as("the end is always kept").hasValue(loops);
      for (int i = 0; i < 40; i++) {
        long[] indexes = random.longs(random.nextInt(1, 20), 0, loops + 1).sorted().toArray();
        List<GraphState> wanted =
            Arrays.stream(indexes).mapToObj(index -> all.get((int) index)).toList();
        runs.set(0);
        assertThat(execution.states(indexes))
            .as("seed %d, states %s", seed, Arrays.toString(indexes))
            .isEqualTo(wanted);
        assertThat(runs).as("one sweep").hasValueLessThanOrEqualTo(loops);
        int index = random.nextInt(loops + 1);
        GraphExecution.Moment moment = execution.at(index);
        assertThat(moment.state()).isEqualTo(all.get(index));
        assertThat(moment.slots().root()).isEqualTo(all.get(index).slotsRoot());
        for (int slot = 0; slot < 2; slot++) {
          assertThat(MerkleRoot.of(moment.value(slot), 0))
              .as("seed %d, state %d, slot %d", seed, index, slot)
              .isEqualTo(moment.slots().leaf(slot));
        }
        assertThat(execution.keptBytes()).isLessThan(bytes + (1 << 18));
      }
    }
  }

  @Test
  void theNextMoveOfAGameTakesTheRunUpWhereTheLastOneLooked() {
    int loops = 1 << 12;
    Model model = counter(loops, 1 << 30);
    AtomicInteger runs = new AtomicInteger();
    GraphExecution execution =
        GraphExecution.run(model, ints(5), GraphRunner.by(model.graph(), counted(runs)));
    long first = 0;
    for (long length = loops; length > 1; length /= 16) {
      runs.set(0);
      long[] indexes = new long[16];
      for (int i = 0; i < indexes.length; i++) {
        indexes[i] = first + (i + 1) * length / 16;
      }
      execution.states(indexes);
      assertThat((long) runs.get()).isLessThanOrEqualTo(length);
      first += 7 * length / 16;
    }
    runs.set(0);
    execution.at(first);
    assertThat(runs).as("asked for before").hasValue(0);
    execution.rest();
    execution.at(first);
    assertThat(runs).hasPositiveValue();
  }

  @Test
  void aRunOfAMillionStepsKeepsLittleAndShowsAnyState() {
    int loops = 1_000_000;
    Model model = counter(loops, Integer.MAX_VALUE);
    GraphExecution execution = run(model, ints(0));
    long[] indexes = new long[15];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (i + 1L) * loops / 16;
    }
    List<GraphState> states = execution.states(indexes);
    for (int i = 0; i < indexes.length; i++) {
      long steps = indexes[i];
      int sum = (int) (steps * (steps - 1) / 2); // of 0 to steps - 1, as ints wrap
      List<Bytes32> leaves =
          List.of(MerkleRoot.of(ints(sum), 0), MerkleRoot.of(ints((int) steps), 0));
      assertThat(states.get(i).slotsRoot()).as("state %d", steps).isEqualTo(root(leaves));
    }
    assertThat(execution.keptBytes()).isLessThan(1 << 20);
  }

  private static NodeRunner counted(AtomicInteger runs) {
    return (graph, node, operands) -> {
      runs.incrementAndGet();
      return RandomGraphs.plainly(0).run(graph, node, operands);
    };
  }

  @Test
  void whatIsKnownBeforeAnyRunIsEmptiedToo() {
    int floats = 3000;
    GraphBuilder builder = new GraphBuilder();
    int x = builder.slot("x", ElementType.F32, Shape.of(floats));
    int y = builder.slot("y", ElementType.F32, Shape.of(floats));
    int w = builder.constant("w", RandomGraphs.tensor(new SplittableRandom(1), floats));
    int folded = builder.slot("folded", ElementType.F32, Shape.of(floats));
    Kernel relu = KernelCatalog.byName("relu.f32");
    builder.call(relu, "of w", "Relu").read(w).write(folded).ints("n", floats).end();
    builder.call(relu, "of x", "Relu").read(x).write(y).ints("n", floats).end();
    Shape shape = Shape.of(floats);
    Graph graph = builder.build(builder.port("x", x, shape), builder.port("y", y, shape));
    Model model = Model.of(Clearing.added(graph), TestPrograms::of);
    byte[] input = RandomGraphs.tensor(new SplittableRandom(2), floats).bytes();
    List<GraphState> plain = new ArrayList<>();
    plainly(model, input, RandomGraphs.plainly(0), plain);
    assertThat(run(model, input).finalState()).isEqualTo(plain.getLast());
  }

  @Test
  void theStatesAreThoseOfThePlainLoop() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 80; i++) {
      int floats = i % 3 == 0 ? 3000 : 8; // some slots have more than a page
      Graph graph = RandomGraphs.graph(random, floats);
      Model model = Model.of(i % 4 < 2 ? graph : emptied(graph), TestPrograms::of);
      byte[] input = RandomGraphs.tensor(random, floats).bytes();
      int fates = i % 2 == 0 ? 0 : random.nextInt();
      List<GraphState> plain = new ArrayList<>();
      try {
        plainly(model, input, RandomGraphs.plainly(fates), plain);
      } catch (IllegalStateException e) {
        continue; // a broken node has no states
      }
      GraphRunner runner =
          GraphRunner.natively(
              model.graph(), RandomGraphs.natively(model.graph(), fates), RandomGraphs.plainly(0));
      GraphExecution execution = GraphExecution.run(model, input, runner, 200_000);
      String where = "seed %d, case %d".formatted(seed, i);
      assertThat(execution.finalState()).as(where).isEqualTo(plain.getLast());
      long[] indexes = random.longs(12, 0, execution.length() + 1).sorted().toArray();
      assertThat(execution.states(indexes))
          .as("%s, states %s", where, Arrays.toString(indexes))
          .isEqualTo(
              Arrays.stream(indexes)
                  .mapToObj(at -> plain.get((int) Math.min(at, plain.size() - 1)))
                  .toList());
      for (long step = 0; step < plain.size(); step += 1 + i % 5) {
        GraphExecution.Moment moment = execution.at(step);
        GraphState state = plain.get((int) step);
        assertThat(moment.state()).as(where).isEqualTo(state);
        if (state.status() != GraphState.Status.FAILED) {
          assertThat(moment.slots().root()).as(where).isEqualTo(state.slotsRoot());
        }
        for (Slot slot : model.graph().slots()) {
          int number = model.graph().slots().indexOf(slot);
          assertThat(MerkleRoot.of(moment.value(number), slot.depth()))
              .as("%s, state %d, slot %d", where, step, number)
              .isEqualTo(moment.slots().leaf(number));
        }
      }
    }
  }

  /// {@return one pass of a graph, with nodes behind that empty what it wrote}
  private static Graph emptied(Graph graph) {
    return Clearing.added(
        new Graph(graph.slots(), graph.nodes(), graph.input(), graph.output(), 1));
  }

  /// Adds the states of a run, up to the last that differs: each slot is hashed after each node.
  private static void plainly(
      Model model, byte[] input, NodeRunner nodes, List<GraphState> states) {
    MemorySegment start = Tensor.allocate(input.length).copyFrom(MemorySegment.ofArray(input));
    SparseTree slots = model.initialSlots();
    slots.set(model.graph().input().slot(), MerkleRoot.of(input, model.descriptor().inputDepth()));
    states.add(GraphState.running(slots.root()));
    long step = 0;
    for (NodeOutcome outcome : RandomGraphs.outcomes(model.graph(), start, nodes)) {
      CommittedNode node = model.nodes().get((int) (step++ % model.nodes().size()));
      switch (outcome) {
        case NodeOutcome.Failed _ -> states.add(GraphState.FAILED);
        case NodeOutcome.Exited(boolean stops, List<MemorySegment> outputs) -> {
          List<Bytes32> roots = new ArrayList<>();
          for (int i = 0; i < outputs.size(); i++) {
            roots.add(MerkleRoot.of(outputs.get(i), node.descriptor().outputs().get(i).depth()));
          }
          states.add(StateUpdate.write(slots, node.descriptor().outputs(), roots, stops).after());
        }
      }
    }
  }

  @Test
  void aFailedRunStaysAndHasNoOutput() {
    NodeRunner failing =
        (graph, node, operands) ->
            operands[1].get(ValueLayout.JAVA_INT, 0) == 6
                ? new NodeOutcome.Failed()
                : RandomGraphs.plainly(0).run(graph, node, operands);
    Model model = counter(100, 1000);
    GraphExecution execution =
        GraphExecution.run(model, ints(5), GraphRunner.by(model.graph(), failing));
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
    Model model = counter(2, 1000);
    GraphExecution execution =
        GraphExecution.run(model, ints(5), GraphRunner.by(model.graph(), wide));
    assertThat(execution.output()).isEqualTo(ints(1));
    assertThat(execution.at(1).slots().leaf(0).toArray()).startsWith(1, 0, 0, 0, 2).endsWith(3);
  }

  @Test
  void anInputOfTheWrongSizeIsRefused() {
    assertThatThrownBy(() -> run(counter(1, 1), new byte[3]))
        .hasMessage("the input has 3 bytes, the model takes 4");
  }

  @Test
  void memoryRootsFollowFromSlots() {
    Model model = counter(1, 1000);
    GraphExecution execution = run(model, ints(5));
    CommittedNode node = execution.node(0);
    byte[] memory = new byte[32 << node.descriptor().memDepth()];
    System.arraycopy(node.fixed(), 0, memory, 0, node.fixed().length);
    memory[(int) node.geometry().addresses()[1]] = 5;
    assertThat(node.descriptor().memoryRoot(execution.at(0).slots()::leaf))
        .isEqualTo(MerkleRoot.of(memory, node.descriptor().memDepth()));
  }

  @Test
  void aGivenOutputIsInTheStartAndChecked() {
    Model model = Model.checking(successor(), TestPrograms::of);
    byte[] given = ints(6);
    GraphExecution right = check(model, ints(5), given);
    given[0] = 9; // the caller's own again
    Bytes32 input = MerkleRoot.of(ints(5), 0);
    Bytes32 output = MerkleRoot.of(ints(6), 0);
    List<Bytes32> leaves = new ArrayList<>(List.of(input, output, Bytes32.ZERO, Bytes32.ZERO));
    assertThat(right.state(0)).isEqualTo(GraphState.running(root(leaves)));
    assertThat(right.at(0).slots().root()).isEqualTo(root(leaves));
    leaves.set(2, MerkleRoot.of(ints(6), 0));
    assertThat(right.finalState()).isEqualTo(new GraphState(GraphState.Status.DONE, root(leaves)));
    assertThat(right.output()).isEqualTo(ints(6));

    // What a challenge proves leads from the initial slots to the start, input first.
    SlotOpening first = model.inputOpening();
    SlotOpening second = model.outputOpening(input);
    assertThat(first.proof().root(first.value())).isEqualTo(model.descriptor().initialSlotsRoot());
    assertThat(second.proof().root(second.value())).isEqualTo(first.proof().root(input));
    assertThat(second.proof().root(output)).isEqualTo(right.state(0).slotsRoot());

    GraphExecution wrong = check(model, ints(5), ints(7));
    assertThat(wrong.finalState()).isEqualTo(GraphState.FAILED);
    assertThat(wrong.output()).isEmpty();
    assertThat(wrong.state(0)).isNotEqualTo(right.state(0));
  }

  @Test
  void anOutputIsGivenToModelsThatCheckItAndToNoOthers() {
    Model checking = Model.checking(successor(), TestPrograms::of);
    Model computing = Model.of(successor(), TestPrograms::of);
    assertThat(checking.id()).isNotEqualTo(computing.id());
    assertThatThrownBy(() -> run(checking, ints(5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checks an output, and none is given");
    assertThatThrownBy(() -> check(computing, ints(5), ints(6)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("computes its output, and one is given");
    assertThatThrownBy(() -> check(checking, ints(5), new byte[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the output has 3 bytes, the model takes 4");
  }

  private static GraphExecution run(Model model, byte[] input) {
    return GraphExecution.run(model, input, natively(model));
  }

  private static GraphExecution check(Model model, byte[] input, byte[] output) {
    return GraphExecution.check(model, input, output, natively(model));
  }

  private static GraphRunner natively(Model model) {
    return GraphRunner.natively(
        model.graph(), KernelProvider.reference(), NodeRunner.unavailable());
  }

  private static Graph successor() {
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.I32, Shape.of(1));
    int given = graph.slot("given", ElementType.I32, Shape.of(1));
    int note = graph.slot("note", ElementType.I32, Shape.of(1));
    Kernel kernel = Kernel.of(Successor.class, "successor");
    graph.call(kernel, "check", "Successor").read(x).read(given).write(note).end();
    return graph.build(graph.port("x", x, Shape.of(1)), graph.port("given", given, Shape.of(1)));
  }

  /// A model of one node, looped: a and b are slots 0 and 1, b is the input and a the output.
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
            Port.of("b", 1, ElementType.I32, Shape.of(1)),
            Port.of("a", 0, ElementType.I32, Shape.of(1)),
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
