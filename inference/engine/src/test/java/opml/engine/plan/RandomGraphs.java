package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;

/// Graphs of chance, and what may befall their nodes.
public final class RandomGraphs {
  private static final Kernel ACCUMULATE = Kernel.of(Accumulator.class, "accumulate");

  private RandomGraphs() {}

  /// {@return a graph whose slots, of so many floats, are read, written and changed again and again, in any order}
  public static Graph graph(SplittableRandom random, int floats) {
    int count = random.nextInt(2, 9);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Optional<Tensor> initial =
          random.nextInt(3) == 0 ? Optional.of(tensor(random, floats)) : Optional.empty();
      slots.add(new Slot("s" + i, ElementType.F32, Shape.of(floats), initial));
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = random.nextInt(1, 30); i > 0; i--) {
      Operand a = read(random, count, floats);
      Operand b = read(random, count, floats);
      int to = random.nextInt(count);
      String name = "n" + nodes.size();
      nodes.add(
          switch (random.nextInt(5)) {
            case 4 -> clearing(random, name, count);
            case 0 -> node(name, "add.f32", floats, a, b, new Operand.Write(to));
            case 1 -> node(name, "mul.f32", floats, a, b, new Operand.Write(to));
            case 2 -> node(name, "relu.f32", floats, a, new Operand.Write(to));
            default ->
                new GraphNode(
                    name,
                    "",
                    ACCUMULATE,
                    List.of(a, new Operand.Update(to)),
                    List.of((long) floats));
          });
    }
    Shape shape = Shape.of(floats);
    return new Graph(
        slots,
        nodes,
        Port.of("s0", 0, ElementType.F32, shape),
        Port.of("s1", 1, ElementType.F32, shape),
        random.nextInt(1, 5));
  }

  /// {@return a node that empties up to four slots}
  private static GraphNode clearing(SplittableRandom random, String name, int count) {
    List<Operand> operands = new ArrayList<>();
    int[] slots = random.ints(random.nextInt(1, 5), 0, count).distinct().toArray();
    for (int slot : slots) {
      operands.add(new Operand.Write(slot));
    }
    while (operands.size() < 4) {
      operands.add(new Operand.Absent(1));
    }
    return new GraphNode(name, "Clear", Clearing.kernel(), operands, List.of());
  }

  private static Operand read(SplittableRandom random, int count, int floats) {
    return random.nextInt(10) == 0
        ? new Operand.Absent(4L * floats)
        : new Operand.Read(random.nextInt(count));
  }

  public static Tensor tensor(SplittableRandom random, int floats) {
    float[] values = new float[floats];
    for (int i = 0; i < floats; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return Tensor.ofFloats(Shape.of(floats), values);
  }

  static GraphNode node(String name, String kernel, int floats, Operand... operands) {
    List<Long> scalars =
        kernel.startsWith("relu")
            ? List.of((long) floats)
            : List.of(1L, 1L, 1L, (long) floats, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 1L);
    return new GraphNode(name, kernel, KernelCatalog.byName(kernel), List.of(operands), scalars);
  }

  /// What befalls a node, told by what it reads alone.
  enum Fate {
    FAILS,
    STOPS,
    BREAKS,
    THROWS,
    RUNS;

    static Fate of(GraphNode node, int number, int seed, MemorySegment[] operands) {
      if (Clearing.clears(node)) {
        return RUNS; // nothing that could befall it is left
      }
      int fate = seed + 31 * number;
      for (int i = 0; i < operands.length; i++) {
        if (!(node.operands().get(i) instanceof Operand.Write)) {
          fate = 31 * fate + Arrays.hashCode(operands[i].toArray(ValueLayout.JAVA_BYTE));
        }
      }
      return switch (Math.floorMod(fate * 0x9e3779b9 >> 8, 50)) {
        case 0 -> FAILS;
        case 1 -> STOPS;
        case 2 -> BREAKS;
        case 3, 4 -> THROWS;
        default -> RUNS;
      };
    }
  }

  /// {@return the kernels in Java, on memory that is each node's own: what a run must amount to}
  public static NodeRunner plainly(int seed) {
    return (graph, number, operands) -> {
      GraphNode node = graph.nodes().get(number);
      return switch (seed == 0 ? Fate.RUNS : Fate.of(node, number, seed, operands)) {
        case FAILS -> new NodeOutcome.Failed();
        case BREAKS -> throw new IllegalStateException("node " + number + " breaks");
        case STOPS -> exited(node, operands, true);
        case THROWS, RUNS -> exited(node, operands, false);
      };
    };
  }

  /// {@return somebody who writes the same whatever a node is}
  static NodeRunner constantly(Tensor output) {
    return (graph, node, operands) -> new NodeOutcome.Exited(false, List.of(output.data()));
  }

  /// {@return what each step does, up to one that stops or fails}
  public static List<NodeOutcome> outcomes(Graph graph, MemorySegment input, NodeRunner nodes) {
    return PlainLoop.run(graph, input, nodes).outcomes();
  }

  private static NodeOutcome exited(GraphNode node, MemorySegment[] operands, boolean stops) {
    node.kernel().run(operands, node.scalarArray());
    List<MemorySegment> outputs = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      Operand operand = node.operands().get(i);
      if (operand instanceof Operand.Write || operand instanceof Operand.Update) {
        outputs.add(operands[i]);
      }
    }
    return new NodeOutcome.Exited(stops, outputs);
  }

  /// {@return kernels that may be cut into four, and to which the same happens as to [#plainly]; where one throws, it
  /// has written nonsense}
  public static KernelProvider natively(Graph graph, int seed) {
    AtomicInteger numbers = new AtomicInteger();
    return (kernel, scalars, constants) -> {
      int number =
          numbers.getAndIncrement(); // kernels with little to read are prepared in the order of the
      // nodes
      GraphNode node = graph.nodes().get(number);
      boolean cuts = node.operands().getLast() instanceof Operand.Write && seed == 0;
      return new PreparedKernel() {
        @Override
        public int units() {
          return cuts ? 4 : 1;
        }

        @Override
        public long scratchBytes() {
          return graph.slots().getFirst().bytes();
        }

        @Override
        public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
          if (cuts) {
            runParts(segments, scratch, from, to);
            return 0;
          }
          return switch (seed == 0 ? Fate.RUNS : Fate.of(node, number, seed, segments)) {
            case FAILS -> 2;
            case BREAKS -> throw new IllegalStateException("node " + number + " breaks");
            case STOPS -> {
              kernel.run(segments, scalars);
              yield 1;
            }
            case RUNS -> kernel.run(segments, scalars);
            case THROWS -> {
              segments[segments.length - 1].fill((byte) 0x5a);
              throw new IndexOutOfBoundsException("node " + number + " throws");
            }
          };
        }

        private void runParts(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
          MemorySegment[] own = segments.clone();
          MemorySegment whole = segments[segments.length - 1];
          own[own.length - 1] = scratch.asSlice(0, whole.byteSize());
          kernel.run(own, scalars);
          long part = whole.byteSize() / 4;
          MemorySegment.copy(scratch, from * part, whole, from * part, (to - from) * part);
        }
      };
    };
  }
}
