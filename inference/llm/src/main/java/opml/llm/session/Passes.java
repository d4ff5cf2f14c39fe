package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import opml.core.parallel.AllCores;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.llm.forward.SessionGraph;

/// The kernels of a model's nodes, made ready once for all sessions. Safe for many threads.
final class Passes {
  /// Where machine code wants its operands.
  static final long ALIGNMENT = 64;

  private final SessionGraph session;
  private final PreparedKernel[] kernels;
  private final long scratchBytes;

  /// What slots hold in all sessions; nothing for those that each has for itself.
  private final List<Optional<Constant>> constants;

  /// @param progress hears how many nodes are ready, from several threads, one at a time
  Passes(SessionGraph session, KernelProvider provider, IntConsumer progress) {
    this.session = session;
    Graph graph = session.graph();
    this.kernels = new PreparedKernel[graph.nodes().size()];
    boolean resident = Constant.areResident(graph.slots());
    this.constants =
        graph.slots().stream()
            .map(slot -> slot.initial().map(tensor -> Constant.of(tensor, resident)))
            .toList();
    int[] ready = {0};
    // Weights are read from files, and packed: several at a time.
    AllCores.forEach(
        kernels.length,
        i -> {
          GraphNode node = graph.nodes().get(i);
          List<Optional<Constant>> known = node.operands().stream().map(this::constant).toList();
          kernels[i] = provider.prepare(node.kernel(), node.scalarArray(), known);
          synchronized (ready) {
            progress.accept(++ready[0]);
          }
        });
    this.scratchBytes =
        Arrays.stream(kernels).mapToLong(PreparedKernel::scratchBytes).max().orElse(0);
  }

  private Optional<Constant> constant(Operand operand) {
    return operand instanceof Operand.Read(int slot) ? constants.get(slot) : Optional.empty();
  }

  SessionGraph session() {
    return session;
  }

  PreparedKernel kernel(int node) {
    return kernels[node];
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /// {@return memory of slots: of constants, but for weights that kernels have packed, and zeros of those that are
  /// wanted}
  MemorySegment[] slots(IntPredicate wanted, Arena arena) {
    List<Slot> all = session.graph().slots();
    boolean[] read = read();
    return IntStream.range(0, all.size())
        .mapToObj(
            i -> {
              if (constants.get(i).isPresent()) {
                return read[i] ? constants.get(i).get().data() : MemorySegment.NULL;
              }
              return wanted.test(i) ? allocate(arena, all.get(i).bytes()) : MemorySegment.NULL;
            })
        .toArray(MemorySegment[]::new);
  }

  /// {@return memory of zeros, as machine code wants it}
  static MemorySegment allocate(Arena arena, long bytes) {
    return arena.allocate(padded(bytes), ALIGNMENT).asSlice(0, bytes);
  }

  /// {@return the constants that some kernel reads, by their slots}
  private boolean[] read() {
    Graph graph = session.graph();
    boolean[] read = new boolean[graph.slots().size()];
    for (int i = 0; i < graph.nodes().size(); i++) {
      List<Operand> operands = graph.nodes().get(i).operands();
      for (int j = 0; j < operands.size(); j++) {
        if (operands.get(j) instanceof Operand.Read(int slot) && kernels[i].reads(j)) {
          read[slot] = true;
        }
      }
    }
    return read;
  }

  private static long padded(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
