package opml.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GraphRunnerTest {
  private static final Shape SHAPE = RandomGraphs.SHAPE;
  private static final NodeRunner NATIVE =
      new NativeNodes(KernelProvider.reference(), NodeRunner.unavailable());

  @Test
  void bitsDoNotDependOnThreads() throws InterruptedException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    try (ExecutorService one = Executors.newFixedThreadPool(1);
        ExecutorService two = Executors.newFixedThreadPool(2);
        ExecutorService many = Executors.newFixedThreadPool(9)) {
      List<Workers> crews =
          List.of(
              Workers.of(one),
              Workers.of(two),
              new Workers(two, 2),
              Workers.of(many),
              new Workers(many, 5),
              Workers.allCores());
      for (int i = 0; i < 300; i++) {
        Graph graph = RandomGraphs.graph(random);
        NodeRunner nodes = RandomGraphs.withAccidents(NATIVE, random.nextInt());
        GraphRunner runner = new GraphRunner(graph, i % 3 == 0 ? NATIVE : nodes);
        MemorySegment input = Tensor.ofFloats(SHAPE, 1, -2, 3, -4, 5, -6, 7, i).data();
        List<String> alone = course(runner, input, Workers.caller());
        for (Workers workers : crews) {
          assertThat(course(runner, input, workers))
              .as("seed %d, case %d, %s", seed, i, workers)
              .isEqualTo(alone);
        }
      }
    }
  }

  /// {@return all that can be seen of a run: each step in its order, and how it ended}
  private static List<String> course(GraphRunner runner, MemorySegment input, Workers workers) {
    List<String> course = new ArrayList<>();
    try {
      GraphRunner.Result result =
          runner.run(input, workers, (step, outcome) -> course.add(step + " " + text(outcome)));
      course.add(
          switch (result) {
            case GraphRunner.Result.Finished finished -> text(finished.output().data());
            case GraphRunner.Result.Failed failed -> failed.toString();
          });
    } catch (IllegalStateException e) {
      course.add(e.toString());
    }
    return course;
  }

  private static String text(NodeOutcome outcome) {
    return switch (outcome) {
      case NodeOutcome.Failed failed -> failed.toString();
      case NodeOutcome.Exited(boolean stops, List<MemorySegment> outputs) ->
          stops + " " + outputs.stream().map(GraphRunnerTest::text).toList();
    };
  }

  private static String text(MemorySegment segment) {
    return HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void theZerosOfManyLargeSlotsTakeTheMemoryOfOne() {
    Graph small = independent(1);
    List<Slot> slots = new ArrayList<>(small.slots());
    Shape large = Shape.of((int) Slot.MAX_BYTES);
    // More than the tests have.
    long count = 1 + Runtime.getRuntime().maxMemory() / Slot.MAX_BYTES;
    for (long i = 0; i < count; i++) {
      slots.add(new Slot("large" + i, ElementType.U8, large, Optional.empty()));
    }
    Graph graph = new Graph(slots, small.nodes(), small.input(), small.output(), 1);
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, -2, 3, -4, 5, -6, 7, 8).data();
    MemorySegment[] start = new GraphRunner(graph, NATIVE).start(input);
    assertThat(start).hasSize(slots.size());
    assertThat(start[small.slots().size()].byteSize()).isEqualTo(Slot.MAX_BYTES);
    assertThat(start[graph.input().slot()].mismatch(input)).isEqualTo(-1);
  }

  @Test
  void independentNodesRunSideBySide() throws InterruptedException {
    Graph graph = independent(2);
    CyclicBarrier together = new CyclicBarrier(2);
    NodeRunner meeting =
        (g, node, operands) -> {
          try {
            together.await(1, TimeUnit.MINUTES);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("one node ran while the other did not", e);
          }
          return NATIVE.run(g, node, operands);
        };
    MemorySegment input = Tensor.zero(ElementType.F32, SHAPE).data();
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      assertThat(output(new GraphRunner(graph, meeting).run(input, executor))).containsOnly(0f);
    }
  }

  @Test
  void nothingStartsBehindTheEnd() {
    AtomicInteger calls = new AtomicInteger();
    NodeRunner failing =
        (graph, node, operands) -> {
          calls.incrementAndGet();
          return new NodeOutcome.Failed();
        };
    List<Runnable> held = new ArrayList<>();
    Executor firstOnly =
        task -> {
          if (calls.get() == 0) {
            task.run();
          } else {
            held.add(task);
          }
        };
    GraphRunner runner = new GraphRunner(independent(5), failing);
    MemorySegment input = Tensor.zero(ElementType.F32, SHAPE).data();
    assertThat(runner.run(input, firstOnly)).isEqualTo(new GraphRunner.Result.Failed(0));
    assertThat(held).hasSize(4);
    held.forEach(Runnable::run);
    assertThat(calls).hasValue(1);
  }

  @Test
  void noMoreNodesRunAheadThanAllowedAndNoneIntoTheNextPass() throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    NodeRunner counting =
        (graph, node, operands) -> {
          begun.incrementAndGet();
          return NATIVE.run(graph, node, operands);
        };
    Graph once = independent(7);
    Graph graph = new Graph(once.slots(), once.nodes(), once.input(), once.output(), 3);
    MemorySegment input = Tensor.zero(ElementType.F32, SHAPE).data();
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      for (int ahead : new int[] {1, 3, 100}) {
        begun.set(0);
        List<Long> steps = new ArrayList<>();
        new GraphRunner(graph, counting)
            .run(
                input,
                new Workers(executor, ahead),
                (step, outcome) -> {
                  steps.add(step);
                  long most = Math.min(step + ahead, (step / 7 + 1) * 7);
                  assertThat((long) begun.get()).isBetween(step + 1, most);
                });
        assertThat(steps).isEqualTo(LongStream.range(0, 21).boxed().toList());
      }
    }
    assertThatThrownBy(() -> new Workers(Runnable::run, 0)).hasMessage("no node can run 0 ahead");
  }

  @Test
  void manyInputsKeepTheirOrder() {
    Graph graph = RandomGraphs.graph(new SplittableRandom(1));
    GraphRunner runner = new GraphRunner(graph, NATIVE);
    List<MemorySegment> inputs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      inputs.add(Tensor.ofFloats(SHAPE, i, 1, 2, 3, 4, 5, 6, 7).data());
    }
    List<GraphRunner.Result> results = runner.runAll(inputs);
    for (int i = 0; i < inputs.size(); i++) {
      assertThat(output(results.get(i))).isEqualTo(output(runner.run(inputs.get(i))));
    }
  }

  @Test
  void hostileTokenIdGivesVmBits() {
    Graph graph = add(1);
    KernelProvider throwing =
        (kernel, scalars, constants) ->
            (segments, scratch, from, to) -> {
              segments[2].fill((byte) 7);
              throw new IndexOutOfBoundsException("token 1000000 of 512");
            };
    NodeRunner machine =
        (g, node, operands) -> {
          assertThat(operands[2].mismatch(Tensor.allocate(32))).as("nothing is left").isEqualTo(-1);
          return new NodeOutcome.Exited(
              false, List.of(Tensor.ofFloats(SHAPE, 9, 9, 9, 9, 9, 9, 9, 9).data()));
        };
    GraphRunner runner = new GraphRunner(graph, new NativeNodes(throwing, machine));
    assertThat(output(runner.run(Tensor.zero(ElementType.F32, SHAPE).data()))).containsOnly(9f);
    GraphRunner alone = new GraphRunner(graph, new NativeNodes(throwing, NodeRunner.unavailable()));
    assertThatThrownBy(() -> alone.run(Tensor.zero(ElementType.F32, SHAPE).data()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("node n0 needs the machine");
  }

  @Test
  void whatRunsBehindAStopNeverHappened() throws InterruptedException {
    Graph graph = add(5);
    AtomicInteger calls = new AtomicInteger();
    KernelProvider stopping =
        (kernel, scalars, constants) ->
            (segments, scratch, from, to) -> {
              calls.incrementAndGet();
              kernel.run(segments, scalars);
              return segments[2].get(Tensor.F32, 0) >= 3 ? 1 : 0;
            };
    GraphRunner runner =
        new GraphRunner(graph, new NativeNodes(stopping, NodeRunner.unavailable()));
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, 1, 1, 1, 1, 1, 1, 1).data();
    assertThat(output(runner.run(input))).containsOnly(3f);
    assertThat(calls).hasValue(3);
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      assertThat(output(runner.run(input, executor))).containsOnly(3f);
    }
  }

  @Test
  void anyOtherExitFails() throws InterruptedException {
    KernelProvider failing = (kernel, scalars, constants) -> (segments, scratch, from, to) -> 2;
    GraphRunner runner =
        new GraphRunner(add(3), new NativeNodes(failing, NodeRunner.unavailable()));
    MemorySegment input = Tensor.zero(ElementType.F32, SHAPE).data();
    assertThat(runner.run(input)).isEqualTo(new GraphRunner.Result.Failed(0));
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      assertThat(runner.run(input, executor)).isEqualTo(new GraphRunner.Result.Failed(0));
    }
  }

  @Test
  void anInputOfTheWrongSizeIsRefused() {
    GraphRunner runner = new GraphRunner(add(1), NATIVE);
    assertThatThrownBy(() -> runner.run(Tensor.allocate(31)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the input has 31 bytes; x is f32 8, 32 bytes");
  }

  /// {@return `count` nodes that each add x to one slot: y = x, 2x, 3x, …}
  private static Graph add(int count) {
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Operand y = new Operand.Read(1);
      nodes.add(
          RandomGraphs.node("n" + i, "add.f32", new Operand.Read(0), y, new Operand.Write(1)));
    }
    return new Graph(
        List.of(RandomGraphs.slot("x"), RandomGraphs.slot("y")),
        nodes,
        new Port("x", 0, SHAPE),
        new Port("y", 1, SHAPE),
        1);
  }

  /// {@return `count` nodes that each read x, and write a slot of their own}
  private static Graph independent(int count) {
    List<Slot> slots = new ArrayList<>();
    List<GraphNode> nodes = new ArrayList<>();
    slots.add(RandomGraphs.slot("x"));
    for (int i = 0; i < count; i++) {
      slots.add(RandomGraphs.slot("y" + i));
      nodes.add(
          RandomGraphs.node("n" + i, "relu.f32", new Operand.Read(0), new Operand.Write(i + 1)));
    }
    return new Graph(slots, nodes, new Port("x", 0, SHAPE), new Port("y0", 1, SHAPE), 1);
  }

  private static float[] output(GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Finished finished -> finished.output().floats();
      case GraphRunner.Result.Failed failed -> throw new AssertionError("failed: " + failed);
    };
  }
}
