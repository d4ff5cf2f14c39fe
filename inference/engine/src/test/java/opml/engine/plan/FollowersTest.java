package opml.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

/// Kernels that take others along, in graphs of chance in which some of those cannot be taken.
class FollowersTest {
  private static final int FLOATS = 5;

  // slots
  private static final int X = 0;
  private static final int WEIGHT = 1;
  private static final int BIAS = 2;
  private static final int NUMBER = 3;

  /// One channel of one row, of which windows are the elements.
  private static final List<Long> CONVOLUTION =
      List.of(1L, 1L, 1L, (long) FLOATS, 1L, 1L, (long) FLOATS, 1L, 1L, 1L, 1L, 0L, 0L, 1L, 1L, 1L);

  private static final List<Long> SECOND_REPEATS = List.of(1L, (long) FLOATS, 0L, 1L, 0L, 0L);
  private static final List<Long> FIRST_REPEATS = List.of(1L, (long) FLOATS, 0L, 0L, 0L, 1L);

  private static final Team SOLE = new Team(1);

  /// By a kernel that takes others along.
  private record Taking(
      Kernel kernel,
      long[] scalars,
      int segments,
      List<Kernel> others,
      List<long[]> numbers,
      List<List<Optional<Constant>>> constants,
      Set<String> seen,
      boolean throwing)
      implements PreparedKernel {
    @Override
    public Optional<PreparedKernel> then(
        Kernel other, long[] ofOther, List<Optional<Constant>> known) {
      List<Kernel> all = new ArrayList<>(others);
      all.add(other);
      List<long[]> allNumbers = new ArrayList<>(numbers);
      allNumbers.add(ofOther);
      List<List<Optional<Constant>>> allConstants = new ArrayList<>(constants);
      allConstants.add(known);
      return Optional.of(
          new Taking(kernel, scalars, segments, all, allNumbers, allConstants, seen, throwing));
    }

    @Override
    public int run(MemorySegment[] given, MemorySegment scratch, int from, int to) {
      if (throwing && !others.isEmpty()) {
        given[segments - 1].fill((byte) 1);
        throw new IndexOutOfBoundsException("as if");
      }
      seen.add(kernel.name() + " + " + others.size());
      MemorySegment y = given[segments - 1];
      MemorySegment value = others.isEmpty() ? y : Tensor.allocate(y.byteSize());
      MemorySegment[] own = given.clone();
      own[segments - 1] = value;
      kernel.run(own, scalars);
      for (int i = 0; i < others.size(); i++) {
        MemorySegment next = Tensor.allocate(y.byteSize());
        MemorySegment[] operands = new MemorySegment[constants.get(i).size()];
        for (int j = 0; j < operands.length; j++) {
          operands[j] =
              j == operands.length - 1
                  ? next
                  : constants.get(i).get(j).map(Constant::data).orElse(value);
        }
        others.get(i).run(operands, numbers.get(i));
        value = next;
      }
      y.copyFrom(value);
      return 0;
    }
  }

  private static KernelProvider taking(Set<String> seen, boolean throwing) {
    return (kernel, scalars, constants) ->
        new Taking(
            kernel,
            scalars,
            kernel.segments().size(),
            List.of(),
            List.of(),
            List.of(),
            seen,
            throwing);
  }

  @Test
  void whatIsTakenAlongGivesThePlainLoopsBits() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    try (Team team = new Team(2)) {
      for (int i = 0; i < 400; i++) {
        Graph graph = graph(random);
        boolean throwing = i % 4 == 0;
        GraphRunner runner =
            GraphRunner.natively(
                graph, taking(seen, throwing), RandomGraphs.plainly(0), i % 2 == 0 ? SOLE : team);
        List<MemorySegment> inputs = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int j = 0; j < 3; j++) {
          MemorySegment input = tensor(random, FLOATS).data();
          inputs.add(input);
          PlainLoop.Course course = PlainLoop.run(graph, input, RandomGraphs.plainly(0));
          expected.add(text(course.output().getFirst()));
        }
        String where = "seed %d, case %d".formatted(seed, i);
        List<String> found = inputs.stream().map(x -> text(runner.run(x))).toList();
        assertThat(found).as(where).isEqualTo(expected);
        for (boolean byNode : new boolean[] {false, true}) {
          assertThat(all(runner, inputs, byNode)).as(where).isEqualTo(expected);
        }
      }
    }
    assertThat(seen).contains("conv2d.f32 + 0", "conv2d.f32 + 1", "conv2d.f32 + 2", "max.f32 + 0");
    assertThat(seen).doesNotContain("max.f32 + 1", "relu.f32 + 1");
  }

  private static List<String> all(GraphRunner runner, List<MemorySegment> inputs, boolean byNode) {
    List<MemorySegment> outputs = new ArrayList<>();
    List<GraphRunner.Ending> endings = new ArrayList<>();
    for (MemorySegment input : inputs) {
      outputs.add(Tensor.allocate(input.byteSize()));
      endings.add(new GraphRunner.Ending.Finished());
    }
    runner.runAll(inputs, outputs, endings, byNode);
    return outputs.stream().map(FollowersTest::text).toList();
  }

  private static String text(GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Finished finished -> text(finished.output().data());
      case GraphRunner.Result.Failed failed -> failed.toString();
    };
  }

  private static String text(MemorySegment floats) {
    return Arrays.toString(floats.toArray(ValueLayout.JAVA_INT_UNALIGNED));
  }

  /// A chain of convolutions of one channel and of what bounds their outputs, some of which others read, too.
  private static Graph graph(SplittableRandom random) {
    List<Slot> slots = new ArrayList<>();
    slots.add(slot("x", FLOATS, Optional.empty()));
    slots.add(slot("w", 1, Optional.of(tensor(random, 1))));
    slots.add(slot("b", 1, Optional.of(tensor(random, 1))));
    slots.add(slot("n", 1, Optional.of(tensor(random, 1))));
    List<GraphNode> nodes = new ArrayList<>();
    int value = X;
    for (int i = random.nextInt(1, 9); i > 0; i--) {
      int written = slots.size();
      boolean isEarlier = written > NUMBER + 1 && random.nextInt(4) == 0;
      int read = isEarlier ? random.nextInt(NUMBER + 1, written) : value;
      slots.add(slot("s" + written, FLOATS, Optional.empty()));
      nodes.add(
          switch (random.nextInt(5)) {
            case 0, 1 -> node("conv2d.f32", CONVOLUTION, read, WEIGHT, BIAS, written);
            case 2 -> node("relu.f32", List.of((long) FLOATS), read, written);
            case 3 -> node("max.f32", SECOND_REPEATS, read, NUMBER, written);
            default -> node("min.f32", FIRST_REPEATS, NUMBER, read, written);
          });
      value = written;
    }
    Shape shape = Shape.of(FLOATS);
    return new Graph(
        slots,
        nodes,
        Port.of("x", X, ElementType.F32, shape),
        Port.of("y", value, ElementType.F32, shape),
        1);
  }

  /// {@return a node that reads all slots but the last, which it writes}
  private static GraphNode node(String kernel, List<Long> scalars, int... slots) {
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      boolean isLast = i == slots.length - 1;
      operands.add(isLast ? new Operand.Write(slots[i]) : new Operand.Read(slots[i]));
    }
    return new GraphNode(kernel, kernel, KernelCatalog.byName(kernel), operands, scalars);
  }

  private static Slot slot(String name, int floats, Optional<Tensor> initial) {
    return new Slot(name, ElementType.F32, Shape.of(floats), initial);
  }

  private static Tensor tensor(SplittableRandom random, int floats) {
    return RandomGraphs.tensor(random, floats);
  }
}
