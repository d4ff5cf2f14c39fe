package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
import opml.engine.run.Residence;
import opml.engine.tensor.OutsideMemory;
import opml.llm.forward.SessionGraph;
import org.jspecify.annotations.Nullable;

/// The kernels of a model's nodes, made ready once for all sessions. Safe for many threads.
///
/// Where fast kernels are slow at first, only products with weights are fast from the beginning; the others are the
/// reference until [LateKernels] has their twins up to speed, and are then exchanged between two nodes. The bits are
/// the same before and after.
final class Passes {
  /// Where machine code wants its operands.
  static final long ALIGNMENT = 64;

  private final SessionGraph session;
  private final AtomicReferenceArray<PreparedKernel> kernels;
  private final AtomicInteger exchanges = new AtomicInteger();
  private final @Nullable LateKernels late;

  /// What slots hold in all sessions; nothing for those that each has for itself.
  private final List<Optional<Constant>> constants;

  /// @param residence of weights, if there is room for them
  /// @param progress hears how many nodes are ready, from several threads, one at a time
  Passes(SessionGraph session, KernelProvider provider, Residence residence, IntConsumer progress) {
    this.session = session;
    Graph graph = session.graph();
    this.kernels = new AtomicReferenceArray<>(graph.nodes().size());
    Residence possible = Constant.fit(graph.slots()) ? residence : Residence.NEVER;
    this.constants =
        graph.slots().stream()
            .map(slot -> slot.initial().map(tensor -> Constant.of(tensor, possible)))
            .toList();
    int[] ready = {0};
    // Weights are read from files, and packed: several at a time.
    AllCores.forEach(
        kernels.length(),
        i -> {
          GraphNode node = graph.nodes().get(i);
          boolean isLate = provider.isSlowAtFirst() && LateKernels.canWait(node);
          kernels.set(i, prepare(node, isLate ? KernelProvider.reference() : provider));
          synchronized (ready) {
            progress.accept(++ready[0]);
          }
        });
    this.late = provider.isSlowAtFirst() ? new LateKernels(this, provider) : null;
  }

  /// Tokens are to be read, or were.
  ///
  /// @param areMany whether the reference had better not be what reads them
  void work(boolean areMany) {
    if (late != null) {
      if (areMany) {
        late.hurry();
      } else {
        late.start();
      }
    }
  }

  /// {@return the kernel of a node, ready}
  PreparedKernel prepare(GraphNode node, KernelProvider provider) {
    List<Optional<Constant>> known = node.operands().stream().map(this::constant).toList();
    return provider.prepare(node.kernel(), node.scalarArray(), known);
  }

  /// {@return what an operand holds in every call, if it does}
  Optional<Constant> constant(Operand operand) {
    return operand instanceof Operand.Read(int slot) ? constants.get(slot) : Optional.empty();
  }

  SessionGraph session() {
    return session;
  }

  PreparedKernel kernel(int node) {
    return kernels.get(node);
  }

  /// Has nodes be run by other kernels from now on.
  void exchange(Map<Integer, PreparedKernel> better) {
    better.forEach(kernels::set);
    exchanges.incrementAndGet();
  }

  /// {@return how often kernels were exchanged so far: whoever has seen fewer exchanges asks for them again}
  int exchanges() {
    return exchanges.get();
  }

  /// {@return what a thread lends to any of the kernels}
  long scratchBytes() {
    long most = 0;
    for (int i = 0; i < kernels.length(); i++) {
      most = Math.max(most, kernel(i).scratchBytes());
    }
    return most;
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
    return OutsideMemory.allocate(padded(bytes), arena).asSlice(0, bytes);
  }

  /// {@return the constants that some kernel reads, by their slots}
  private boolean[] read() {
    Graph graph = session.graph();
    boolean[] read = new boolean[graph.slots().size()];
    for (int i = 0; i < graph.nodes().size(); i++) {
      List<Operand> operands = graph.nodes().get(i).operands();
      for (int j = 0; j < operands.size(); j++) {
        if (operands.get(j) instanceof Operand.Read(int slot) && kernel(i).reads(j)) {
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
