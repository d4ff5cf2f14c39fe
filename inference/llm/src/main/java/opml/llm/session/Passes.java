package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.llm.forward.SessionGraph;

/// The kernels of a model's nodes, made ready once for all sessions. Safe for many threads.
final class Passes {
  /// Where machine code wants its operands.
  static final long ALIGNMENT = 64;

  private final SessionGraph session;
  private final List<PreparedKernel> kernels = new ArrayList<>();
  private final long scratchBytes;

  /// What slots hold in all sessions; nothing for those that each has for itself.
  private final List<Optional<MemorySegment>> constants;

  /// @param progress hears how many nodes are ready
  Passes(SessionGraph session, KernelProvider provider, IntConsumer progress) {
    this.session = session;
    Graph graph = session.graph();
    this.constants =
        graph.slots().stream()
            .map(slot -> slot.initial().map(Tensor::data).map(Passes::outside))
            .toList();
    long most = 0;
    for (GraphNode node : graph.nodes()) {
      List<Optional<MemorySegment>> known = node.operands().stream().map(this::constant).toList();
      PreparedKernel kernel = provider.prepare(node.kernel(), node.scalarArray(), known);
      most = Math.max(most, kernel.scratchBytes());
      kernels.add(kernel);
      progress.accept(kernels.size());
    }
    this.scratchBytes = most;
  }

  /// Twins want memory outside of the heap; weights that come from a file lie there already.
  private static MemorySegment outside(MemorySegment data) {
    return data.isNative()
        ? data
        : Arena.ofAuto()
            .allocate(padded(data.byteSize()), ALIGNMENT)
            .asSlice(0, data.byteSize())
            .copyFrom(data);
  }

  private Optional<MemorySegment> constant(Operand operand) {
    return operand instanceof Operand.Read(int slot) ? constants.get(slot) : Optional.empty();
  }

  SessionGraph session() {
    return session;
  }

  PreparedKernel kernel(int node) {
    return kernels.get(node);
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /// {@return memory for all slots of a session, zeroed}
  MemorySegment[] slots(Arena arena) {
    List<Slot> all = session.graph().slots();
    return IntStream.range(0, all.size())
        .mapToObj(
            i ->
                constants
                    .get(i)
                    .orElseGet(() -> arena.allocate(padded(all.get(i).bytes()), ALIGNMENT))
                    .asSlice(0, all.get(i).bytes()))
        .toArray(MemorySegment[]::new);
  }

  private static long padded(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
