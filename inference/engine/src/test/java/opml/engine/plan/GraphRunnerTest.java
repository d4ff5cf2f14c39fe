package opml.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class GraphRunnerTest {
  private static final int FLOATS = 8;
  private static final Shape SHAPE = Shape.of(FLOATS);

  @Test
  void aRunIsThePlainLoopWhateverHappensInIt() {
    // a node that folds writes a slot with an initial value, which a node that throws reads
    runsAreThePlainLoop(40453226645594L);
    runsAreThePlainLoop(System.nanoTime());
  }

  private static void runsAreThePlainLoop(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2000; i++) {
      Graph graph = RandomGraphs.graph(random, FLOATS);
      int fates = i % 4 == 0 ? 0 : random.nextInt();
      MemorySegment input = RandomGraphs.tensor(random, FLOATS).data();
      List<String> plain = new ArrayList<>();
      String end = "";
      try {
        PlainLoop.Course course = PlainLoop.run(graph, input, RandomGraphs.plainly(fates));
        course.outcomes().forEach(outcome -> plain.add(text(outcome)));
        end = text(course.output());
      } catch (IllegalStateException e) {
        end = e.toString();
      }
      GraphRunner runner =
          GraphRunner.natively(graph, RandomGraphs.natively(graph, fates), RandomGraphs.plainly(0));
      // Twice, since the second run finds the memory of the first.
      for (int round = 0; round < 2; round++) {
        String where = "seed %d, case %d, round %d".formatted(seed, i, round);
        assertThat(toTheOutput(runner, input)).as(where).isEqualTo(end);
        if (!end.contains("breaks")) {
          assertThat(observed(runner, input)).as(where).isEqualTo(plain);
        }
      }
      GraphRunner elsewhere = GraphRunner.by(graph, RandomGraphs.plainly(fates));
      assertThat(toTheOutput(elsewhere, input)).as("seed %d, case %d", seed, i).isEqualTo(end);
    }
  }

  @Test
  void bitsDoNotDependOnThreads() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    try (Team two = new Team(2);
        Team many = new Team(7)) {
      for (int i = 0; i < 100; i++) {
        Graph graph = RandomGraphs.graph(random, 1024);
        MemorySegment input = RandomGraphs.tensor(random, 1024).data();
        String alone = text(PlainLoop.run(graph, input, RandomGraphs.plainly(0)).output());
        for (Team team : List.of(new Team(1), two, many)) {
          GraphRunner runner =
              GraphRunner.natively(
                  graph, RandomGraphs.natively(graph, 0), NodeRunner.unavailable(), team);
          assertThat(toTheOutput(runner, input))
              .as("seed %d, case %d, %d threads", seed, i, team.threads())
              .isEqualTo(alone);
        }
      }
    }
  }

  private static String toTheOutput(GraphRunner runner, MemorySegment input) {
    try {
      return switch (runner.run(input)) {
        case GraphRunner.Result.Finished(Tensor output) -> text(List.of(output.data()));
        case GraphRunner.Result.Failed _ -> text(List.of());
      };
    } catch (IllegalStateException e) {
      return e.toString();
    }
  }

  private static List<String> observed(GraphRunner runner, MemorySegment input) {
    List<String> course = new ArrayList<>();
    try (GraphRun run = runner.start(input)) {
      run.proceed(
          runner.graph().steps(),
          (step, outcome) -> {
            assertThat(step).isEqualTo(course.size());
            course.add(text(outcome));
          });
      assertThat(run.step()).isEqualTo(course.size());
    }
    return course;
  }

  private static String text(NodeOutcome outcome) {
    return switch (outcome) {
      case NodeOutcome.Failed failed -> failed.toString();
      case NodeOutcome.Exited(boolean stops, List<MemorySegment> outputs) ->
          stops + " " + text(outputs);
    };
  }

  private static String text(List<MemorySegment> segments) {
    return segments.stream()
        .map(segment -> HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE)))
        .toList()
        .toString();
  }

  @Test
  void theZerosOfManyLargeSlotsTakeTheMemoryOfOne() {
    Graph small = add(1);
    List<Slot> slots = new ArrayList<>(small.slots());
    Shape large = Shape.of((int) Slot.MAX_BYTES);
    // More than the tests have.
    long count = 1 + Runtime.getRuntime().maxMemory() / Slot.MAX_BYTES;
    for (long i = 0; i < count; i++) {
      slots.add(new Slot("large" + i, ElementType.U8, large, Optional.empty()));
    }
    Graph graph = new Graph(slots, small.nodes(), small.input(), small.output(), 1);
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, -2, 3, -4, 5, -6, 7, 8).data();
    try (GraphRun start = natively(graph).start(input)) {
      assertThat(start.value(small.slots().size()).byteSize()).isEqualTo(Slot.MAX_BYTES);
      assertThat(start.value(graph.input().slot()).mismatch(input)).isEqualTo(-1);
    }
  }

  @Test
  void slotsThatAreNotNeededAtTheSameTimeShareTheirPlace() {
    Graph graph = chain(100);
    assertThat(natively(graph).bytes()).as("two of the chain, and the output").isEqualTo(3 * 4096);
    assertThat(Layout.apart(graph).bytes()).isEqualTo(101 * 4096);
    Graph cleared = Clearing.added(graph);
    assertThat(natively(cleared).bytes()).as("nobody empties them").isEqualTo(3 * 4096);
    assertThat(GraphRunner.by(cleared, RandomGraphs.plainly(0)).bytes())
        .as("somebody else empties them, and may write what he likes")
        .isEqualTo(100 * 4096);
  }

  @Test
  void manyInputsGiveWhatSingleRunsGive() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    try (Team two = new Team(2);
        Team many = new Team(8)) {
      for (int i = 0; i < 120; i++) {
        // Weights of 512 KiB are cut. With fates, none of the inputs breaks its run.
        boolean large = i % 30 == 0;
        int fates = large ? 0 : random.nextInt();
        int floats = large ? 1 << 17 : FLOATS;
        Graph graph = RandomGraphs.graph(random, floats);
        List<MemorySegment> inputs = new ArrayList<>();
        List<String> single = new ArrayList<>();
        int batch = List.of(1, 2, 3, 4, 5, 16, 17).get(random.nextInt(7));
        GraphRunner alone = among(graph, fates, new Team(1));
        while (inputs.size() < batch) {
          MemorySegment input = RandomGraphs.tensor(random, floats).data();
          String end = toTheOutput(alone, input);
          if (!end.contains("breaks")) {
            inputs.add(input);
            single.add(end);
          } else if (inputs.isEmpty()) {
            break;
          }
        }
        for (Team team : List.of(new Team(1), two, many)) {
          GraphRunner runner = among(graph, fates, team);
          for (int round = 0; round < 4; round++) {
            assertThat(toTheOutputs(runner, inputs, round % 2 == 0))
                .as("seed %d, case %d, %d threads, round %d", seed, i, team.threads(), round)
                .isEqualTo(single);
          }
        }
      }
    }
  }

  private static GraphRunner among(Graph graph, int fates, Team team) {
    return GraphRunner.natively(
        graph, RandomGraphs.natively(graph, fates), RandomGraphs.plainly(0), team);
  }

  private static List<String> toTheOutputs(
      GraphRunner runner, List<MemorySegment> inputs, boolean byNode) {
    List<MemorySegment> outputs = new ArrayList<>();
    List<GraphRunner.Ending> endings = new ArrayList<>();
    for (MemorySegment input : inputs) {
      outputs.add(Tensor.allocate(input.byteSize()));
      endings.add(new GraphRunner.Ending.Finished());
    }
    runner.runAll(inputs, outputs, endings, byNode);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < endings.size(); i++) {
      boolean failed = endings.get(i) instanceof GraphRunner.Ending.Failed;
      texts.add(text(failed ? List.of() : List.of(outputs.get(i))));
    }
    return texts;
  }

  @Test
  void manyInputsKeepTheirOrder() {
    Graph graph = RandomGraphs.graph(new SplittableRandom(1), FLOATS);
    List<MemorySegment> inputs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      inputs.add(Tensor.ofFloats(SHAPE, i, 1, 2, 3, 4, 5, 6, 7).data());
    }
    try (Team team = new Team(3)) {
      GraphRunner runner =
          GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable(), team);
      List<GraphRunner.Result> results = runner.runAll(inputs);
      for (int i = 0; i < inputs.size(); i++) {
        assertThat(output(results.get(i))).isEqualTo(output(runner.run(inputs.get(i))));
      }
      List<MemorySegment> two = inputs.subList(0, 2);
      assertThatThrownBy(() -> runner.runAll(inputs, two, new ArrayList<>()))
          .hasMessage("100 inputs have 2 outputs and 0 endings");
      assertThat(runner.bytes(100)).as("a run for each thread").isEqualTo(3 * runner.bytes());
      assertThat(runner.runAll(List.of())).isEmpty();
    }
  }

  @Test
  void aRunAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Graph graph = RandomGraphs.graph(new SplittableRandom(7), 4096);
    MemorySegment input = RandomGraphs.tensor(new SplittableRandom(1), 4096).data();
    MemorySegment output = Tensor.allocate(input.byteSize());
    for (int size : new int[] {1, 2}) {
      try (Team team = new Team(size)) {
        GraphRunner runner = GraphRunner.natively(graph, copies(), NodeRunner.unavailable(), team);
        List<MemorySegment> inputs = Collections.nCopies(5, input);
        List<MemorySegment> outputs = Collections.nCopies(5, output);
        List<GraphRunner.Ending> endings = new ArrayList<>();
        inputs.forEach(_ -> endings.add(new GraphRunner.Ending.Finished()));
        List<Runnable> ways =
            List.of(
                () -> runner.run(input, output),
                () -> runner.runAll(inputs, outputs, endings, false),
                () -> runner.runAll(inputs, outputs, endings, true));
        for (Runnable way : ways) {
          long least = Long.MAX_VALUE;
          for (int round = 0; round < 200 && least > 0; round++) {
            long before = threads.getTotalThreadAllocatedBytes();
            for (int i = 0; i < 20; i++) {
              way.run();
            }
            // Of all threads: the compiler's and the tests' own allocate now and then.
            least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
          }
          assertThat(least)
              .as("bytes of 20 runs on %d threads, way %d", size, ways.indexOf(way))
              .isZero();
        }
      }
    }
  }

  /// {@return kernels that allocate nothing themselves, which references may: they only copy their first operand}
  private static KernelProvider copies() {
    return (kernel, scalars, constants) ->
        new PreparedKernel() {
          @Override
          public int units() {
            return 2;
          }

          @Override
          public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
            MemorySegment first = segments[0];
            MemorySegment last = segments[segments.length - 1];
            if (from == 0) {
              MemorySegment.copy(first, 0, last, 0, Math.min(first.byteSize(), last.byteSize()));
            }
            return 0;
          }
        };
  }

  @Test
  void runsBeginWithTheReferenceAndGoOnWithKernelsThatAreSlowAtFirst() {
    Graph graph = chain(5);
    AtomicInteger calls = new AtomicInteger();
    try (Team team = new Team(2)) {
      GraphRunner runner =
          GraphRunner.natively(graph, slowAtFirst(calls), NodeRunner.unavailable(), team);
      SplittableRandom random = new SplittableRandom(1);
      List<MemorySegment> inputs = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        inputs.add(RandomGraphs.tensor(random, 1024).data());
        expected.add(toTheOutput(natively(graph), inputs.get(i)));
      }
      assertThat(toTheOutput(runner, inputs.getFirst())).isEqualTo(expected.getFirst());
      assertThat(runner.runAll(inputs)).hasSize(6);
      assertThat(calls).as("a model that is run seldom").hasValue(0);
      assertThat(runner.isWarm()).isFalse();
      try (GraphRun begun = runner.start(inputs.get(1))) {
        begun.proceed(2);
        long end = System.nanoTime() + 60_000_000_000L;
        for (int i = 0; !runner.isWarm(); i++) {
          assertThat(System.nanoTime() - end).as("nanoseconds too late").isNegative();
          int input = i % 6;
          assertThat(toTheOutput(runner, inputs.get(input))).isEqualTo(expected.get(input));
        }
        begun.proceed(5);
        assertThat(text(List.of(begun.value(graph.output().slot())))).isEqualTo(expected.get(1));
      }
      for (int round = 0; round < 2; round++) {
        calls.set(0);
        assertThat(toTheOutput(runner, inputs.get(2))).isEqualTo(expected.get(2));
        assertThat(calls).as("each part of each node").hasValue(20);
        List<GraphRunner.Result> results = runner.runAll(inputs);
        for (int i = 0; i < 6; i++) {
          assertThat(output(results.get(i))).isEqualTo(output(natively(graph).run(inputs.get(i))));
        }
        assertThat(calls).hasValue(20 + 6 * 20);
      }
    }
  }

  /// {@return kernels of four parts that lend memory and overwrite all, unlike the reference}
  ///
  /// @param calls counts parts
  private static KernelProvider slowAtFirst(AtomicInteger calls) {
    return new KernelProvider() {
      @Override
      public boolean isSlowAtFirst() {
        return true;
      }

      @Override
      public PreparedKernel prepare(
          Kernel kernel, long[] scalars, List<Optional<Constant>> constants) {
        return new PreparedKernel() {
          @Override
          public int units() {
            return 4;
          }

          @Override
          public long scratchBytes() {
            return 4096;
          }

          @Override
          public boolean overwrites() {
            return true;
          }

          @Override
          public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
            calls.addAndGet(to - from);
            MemorySegment whole = segments[1];
            kernel.run(
                new MemorySegment[] {segments[0], scratch.asSlice(0, whole.byteSize())}, scalars);
            long part = whole.byteSize() / 4;
            MemorySegment.copy(scratch, from * part, whole, from * part, (to - from) * part);
            return 0;
          }
        };
      }
    };
  }

  @Test
  void aNodeThatReadsConstantsAloneRunsOnceForAllRuns() {
    GraphBuilder builder = new GraphBuilder();
    int x = builder.slot("x", ElementType.F32, SHAPE);
    int w = builder.constant("w", Tensor.ofFloats(SHAPE, -1, 2, -3, 4, -5, 6, -7, 8));
    int v = builder.slot("v", ElementType.F32, SHAPE);
    int y = builder.slot("y", ElementType.F32, SHAPE);
    builder
        .call(KernelCatalog.byName("relu.f32"), "constant", "")
        .read(w)
        .write(v)
        .ints("n", FLOATS)
        .end();
    Graph start = builder.build(builder.port("x", x, SHAPE), builder.port("v", v, SHAPE));
    List<GraphNode> nodes = new ArrayList<>(start.nodes());
    nodes.add(
        RandomGraphs.node(
            "sum",
            "add.f32",
            FLOATS,
            new Operand.Read(x),
            new Operand.Read(v),
            new Operand.Write(y)));
    Graph sum =
        new Graph(
            List.of(
                start.slots().get(0),
                start.slots().get(1),
                start.slots().get(2),
                new Slot("y", ElementType.F32, SHAPE, Optional.empty())),
            nodes,
            start.input(),
            Port.of("y", 3, ElementType.F32, SHAPE),
            1);
    Graph graph = Clearing.added(sum);
    AtomicInteger relus = new AtomicInteger();
    KernelProvider counting =
        (kernel, scalars, constants) ->
            (segments, scratch, from, to) -> {
              relus.addAndGet(kernel.name().startsWith("relu") ? 1 : 0);
              return kernel.run(segments, scalars);
            };
    GraphRunner runner = GraphRunner.natively(graph, counting, NodeRunner.unavailable());
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, 1, 1, 1, 1, 1, 1, 1).data();
    for (int i = 0; i < 3; i++) {
      assertThat(output(runner.run(input))).containsExactly(1, 3, 1, 5, 1, 7, 1, 9);
    }
    assertThat(relus).hasValue(1);
    assertThat(observed(runner, input)).as("a state shows every slot").hasSize(3);
    assertThat(relus).hasValue(2);
    NodeRunner other = RandomGraphs.constantly(Tensor.ofFloats(SHAPE, 2, 2, 2, 2, 2, 2, 2, 2));
    assertThat(output(runner.with(0, other).run(input))).containsOnly(3);
  }

  @Test
  void whatIsEmptiedIsZerosForWhoeverLooks() {
    Graph graph = Clearing.added(chain(3));
    MemorySegment input = RandomGraphs.tensor(new SplittableRandom(1), 1024).data();
    int[] emptied = graph.nodes().getLast().outputs();
    assertThat(emptied).hasSize(2);
    try (GraphRun run = natively(graph).start(input)) {
      for (int slot : emptied) {
        assertThat(run.isEmpty(slot)).as("before").isTrue();
      }
      run.proceed(3);
      for (int slot : emptied) {
        assertThat(run.isEmpty(slot)).as("in between").isFalse();
      }
      run.proceed(4);
      for (int slot : emptied) {
        assertThat(run.isEmpty(slot)).as("behind").isTrue();
        assertThat(run.value(slot).mismatch(Tensor.allocate(4096))).isEqualTo(-1);
      }
      assertThat(run.isEmpty(graph.output().slot())).isFalse();
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
          assertThat(operands[1].mismatch(Tensor.allocate(32))).as("nothing is left").isEqualTo(-1);
          return new NodeOutcome.Exited(
              false, List.of(Tensor.ofFloats(SHAPE, 9, 9, 9, 9, 9, 9, 9, 9).data()));
        };
    GraphRunner runner = GraphRunner.natively(graph, throwing, machine);
    assertThat(output(runner.run(Tensor.zero(ElementType.F32, SHAPE).data()))).containsOnly(9f);
    GraphRunner alone = GraphRunner.natively(graph, throwing, NodeRunner.unavailable());
    assertThatThrownBy(() -> alone.run(Tensor.zero(ElementType.F32, SHAPE).data()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("node n0 needs the machine");
  }

  @Test
  void oneNodeMayBeRunByAnother() {
    Graph graph = add(3);
    NodeRunner other = RandomGraphs.constantly(Tensor.ofFloats(SHAPE, 5, 5, 5, 5, 5, 5, 5, 5));
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, 1, 1, 1, 1, 1, 1, 1).data();
    assertThat(output(natively(graph).with(1, other).run(input))).containsOnly(6f);
    assertThat(output(natively(graph).run(input))).containsOnly(3f);
  }

  @Test
  void whatAnotherIsGivenStaysAsItWas() {
    List<MemorySegment> given = new ArrayList<>();
    List<String> then = new ArrayList<>();
    NodeRunner keeping =
        (graph, node, operands) -> {
          given.addAll(List.of(operands[0], operands[1]));
          then.add(text(List.of(operands[0], operands[1])));
          return RandomGraphs.plainly(0).run(graph, node, operands);
        };
    GraphRunner runner = GraphRunner.by(add(5), keeping);
    for (int i = 0; i < 3; i++) {
      assertThat(output(runner.run(Tensor.ofFloats(SHAPE, i, 1, 1, 1, 1, 1, 1, 1).data())))
          .startsWith(5 * i, 5);
    }
    for (int i = 0; i < then.size(); i++) {
      assertThat(text(given.subList(2 * i, 2 * i + 2))).isEqualTo(then.get(i));
    }
  }

  @Test
  void whatStandsBehindAStopNeverHappens() {
    AtomicInteger calls = new AtomicInteger();
    KernelProvider stopping =
        (kernel, scalars, constants) ->
            (segments, scratch, from, to) -> {
              calls.incrementAndGet();
              kernel.run(segments, scalars);
              return segments[2].get(Tensor.F32, 0) >= 3 ? 1 : 0;
            };
    GraphRunner runner = GraphRunner.natively(add(5), stopping, NodeRunner.unavailable());
    MemorySegment input = Tensor.ofFloats(SHAPE, 1, 1, 1, 1, 1, 1, 1, 1).data();
    assertThat(output(runner.run(input))).containsOnly(3f);
    assertThat(calls).hasValue(3);
    try (GraphRun run = runner.start(input)) {
      run.proceed(5);
      assertThat(run.step()).isEqualTo(3);
      assertThat(run.hasStopped()).isTrue();
      run.proceed(5);
      assertThat(run.step()).as("over").isEqualTo(3);
    }
  }

  @Test
  void anyOtherExitFails() {
    KernelProvider failing = (kernel, scalars, constants) -> (segments, scratch, from, to) -> 2;
    GraphRunner runner = GraphRunner.natively(add(3), failing, NodeRunner.unavailable());
    MemorySegment input = Tensor.zero(ElementType.F32, SHAPE).data();
    assertThat(runner.run(input)).isEqualTo(new GraphRunner.Result.Failed(0));
    MemorySegment output = Tensor.ofFloats(SHAPE, 1, 2, 3, 4, 5, 6, 7, 8).data();
    assertThat(runner.run(input, output)).isEqualTo(new GraphRunner.Ending.Failed(0));
    assertThat(output.get(Tensor.F32, 0)).as("not written").isEqualTo(1);
  }

  @Test
  void inputsAndOutputsOfTheWrongSizeAreRefused() {
    GraphRunner runner = natively(add(1));
    assertThatThrownBy(() -> runner.run(Tensor.allocate(31)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the input has 31 bytes; x is f32 8, 32 bytes");
    assertThatThrownBy(() -> runner.run(Tensor.allocate(32), Tensor.allocate(33)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the output gets 33 bytes; y is f32 8, 32 bytes");
  }

  private static GraphRunner natively(Graph graph) {
    return GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
  }

  /// {@return `count` nodes that each add x to one slot: y = x, 2x, 3x, …}
  private static Graph add(int count) {
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Operand y = new Operand.Read(1);
      nodes.add(
          RandomGraphs.node(
              "n" + i, "add.f32", FLOATS, new Operand.Read(0), y, new Operand.Write(1)));
    }
    return new Graph(
        List.of(
            new Slot("x", ElementType.F32, SHAPE, Optional.empty()),
            new Slot("y", ElementType.F32, SHAPE, Optional.empty())),
        nodes,
        Port.of("x", 0, ElementType.F32, SHAPE),
        Port.of("y", 1, ElementType.F32, SHAPE),
        1);
  }

  /// {@return so many nodes, each with a slot of a page of its own}
  private static Graph chain(int nodes) {
    GraphBuilder builder = new GraphBuilder();
    Shape shape = Shape.of(1024);
    int x = builder.slot("x", ElementType.F32, shape);
    int last = x;
    for (int i = 0; i < nodes; i++) {
      int next = builder.slot("y" + i, ElementType.F32, shape);
      builder
          .call(KernelCatalog.byName("relu.f32"), "n" + i, "")
          .read(last)
          .write(next)
          .ints("n", 1024)
          .end();
      last = next;
    }
    return builder.build(builder.port("x", x, shape), builder.port("y", last, shape));
  }

  private static float[] output(GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Finished finished -> finished.output().floats();
      case GraphRunner.Result.Failed failed -> throw new AssertionError("failed: " + failed);
    };
  }
}
