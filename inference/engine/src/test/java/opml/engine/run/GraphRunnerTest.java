package opml.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class GraphRunnerTest {
  private static final Shape SHAPE = Shape.of(8);
  private static final NodeRunner NATIVE =
      new NativeNodes(KernelProvider.reference(), NodeRunner.unavailable());

  @Test
  void bitsDoNotDependOnThreads() throws InterruptedException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50; i++) {
      Graph graph = randomGraph(random);
      Tensor input = Tensor.ofFloats(SHAPE, 1, -2, 3, -4, 5, -6, 7, 8);
      GraphRunner runner = new GraphRunner(graph, NATIVE);
      float[] alone = output(runner.run(input.data()));
      for (int threads : new int[] {1, 2, 5}) {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
          assertThat(output(runner.run(input.data(), executor)))
              .as("seed %d, case %d", seed, i)
              .isEqualTo(alone);
        }
      }
    }
  }

  @Test
  void manyInputsKeepTheirOrder() {
    Graph graph = randomGraph(new SplittableRandom(1));
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
        (kernel, segments, scalars) -> {
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
        (kernel, segments, scalars) -> {
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
    KernelProvider failing = (kernel, segments, scalars) -> 2;
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
  public static Graph add(int count) {
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(node(i, "add.f32", new Operand.Read(0), new Operand.Read(1), new Operand.Write(1)));
    }
    return new Graph(
        List.of(slot("x"), slot("y")), nodes, new Port("x", 0, SHAPE), new Port("y", 1, SHAPE), 1);
  }

  /// Slots that are read and written again and again, in any order.
  private static Graph randomGraph(SplittableRandom random) {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      slots.add(slot("s" + i));
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int to = random.nextInt(5);
      Operand a = new Operand.Read(random.nextInt(5));
      Operand b = new Operand.Read(random.nextInt(5));
      nodes.add(
          switch (random.nextInt(3)) {
            case 0 -> node(i, "add.f32", a, b, new Operand.Write(to));
            case 1 -> node(i, "mul.f32", a, b, new Operand.Write(to));
            default -> node(i, "relu.f32", a, new Operand.Write(to));
          });
    }
    return new Graph(
        slots, nodes, new Port("s0", 0, SHAPE), new Port("s1", 1, SHAPE), random.nextInt(1, 3));
  }

  private static GraphNode node(int index, String kernel, Operand... operands) {
    List<Long> scalars =
        kernel.startsWith("relu")
            ? List.of(8L)
            : List.of(1L, 1L, 1L, 8L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 1L);
    return new GraphNode(
        "n" + index, kernel, KernelCatalog.byName(kernel), List.of(operands), scalars);
  }

  private static Slot slot(String name) {
    return new Slot(name, ElementType.F32, SHAPE, Optional.empty());
  }

  private static float[] output(GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Finished finished -> finished.output().floats();
      case GraphRunner.Result.Failed failed -> throw new AssertionError("failed: " + failed);
    };
  }
}
