package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import opml.core.parallel.AllCores;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.run.Residence;
import opml.engine.tensor.OutsideMemory;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A graph whose kernels are prepared, once for all of its runs: each knows the scalars of its node, and those operands
/// that hold the same in every run.
///
/// A node that reads nothing else gives the same in every run too: it runs now, and where only the output is asked for,
/// never again. Where fast kernels take long to get ready, they take the reference's place while runs go on
/// ([Handover]).
final class Plan {
  /// What stands for a constant that a kernel does not read.
  static final MemorySegment UNREAD = MemorySegment.NULL;

  /// Bytes of a constant that takes a while to pack.
  private static final long MUCH = 1 << 20;

  private static final long[] NO_SCALARS = {};

  private final Graph graph;
  private final @Nullable Handover handover;
  private final long[][] scalars;

  /// What slots hold in all runs, by their numbers, where that does not depend on the run.
  private final Map<Integer, Constant> constants = new HashMap<>();

  /// What nodes write that run no more.
  private final Map<Integer, MemorySegment> folded = new HashMap<>();

  private final boolean[] folds;
  private final long[] bytes;
  private final Followers followers;
  private final MemorySegment zeros;
  private volatile NodeKernels kernels;

  Plan(Graph graph, KernelProvider provider) {
    this.graph = graph;
    int count = graph.nodes().size();
    this.scalars = new long[count][];
    this.folds = new boolean[count];
    this.bytes = graph.slots().stream().mapToLong(Slot::bytes).toArray();
    this.followers = Followers.of(graph, idle(graph));
    this.zeros = zeros(graph);
    boolean[] changing = Layout.changing(graph);
    Residence residence = Constant.fit(graph.slots()) ? Residence.AT_ONCE : Residence.NEVER;
    for (int i = 0; i < changing.length; i++) {
      if (!changing[i]) {
        constants.put(i, constant(graph.slots().get(i), residence));
      }
    }
    this.handover = provider.isSlowAtFirst() ? new Handover(this, provider) : null;
    KernelProvider first = provider.isSlowAtFirst() ? KernelProvider.reference() : provider;
    PreparedKernel[] prepared = new PreparedKernel[count];
    for (int i = 0; i < count; i++) {
      long[] ofNode = graph.nodes().get(i).scalarArray();
      scalars[i] = ofNode.length == 0 ? NO_SCALARS : ofNode;
    }
    // Large weights are read from files, and packed: several at a time. All else is done sooner
    // than it is spread.
    int[] large = IntStream.range(0, count).filter(this::readsMuch).toArray();
    AllCores.forEach(large.length, i -> prepared[large[i]] = prepare(large[i], first));
    for (int i = 0; i < count; i++) {
      if (!readsMuch(i)) {
        prepared[i] = prepare(i, first);
      }
    }
    @Nullable Fused[] fused = new Fused[count];
    for (int i = 0; i < count; i++) {
      fused[i] = fused(i, prepared[i]);
    }
    this.kernels = new NodeKernels(prepared, fused);
    fold();
  }

  private boolean readsMuch(int node) {
    return Arrays.stream(graph.nodes().get(node).inputs())
        .anyMatch(slot -> constants.containsKey(slot) && graph.slots().get(slot).bytes() >= MUCH);
  }

  /// {@return a node's kernel, made ready for all of its calls}
  PreparedKernel prepare(int node, KernelProvider provider) {
    GraphNode called = graph.nodes().get(node);
    return provider.prepare(called.kernel(), scalars[node], constantsOf(called));
  }

  /// {@return what does a node's work and that of as many others behind it as it can take along, if it can}
  @Nullable Fused fused(int node, PreparedKernel kernel) {
    if (!followers.follow(node)) {
      return null;
    }
    PreparedKernel all = kernel;
    int last = node;
    for (int next = followers.next(node); next >= 0; next = followers.next(next)) {
      GraphNode called = graph.nodes().get(next);
      Optional<PreparedKernel> more = all.then(called.kernel(), scalars[next], constantsOf(called));
      if (more.isEmpty()) {
        break;
      }
      all = more.get();
      last = next;
    }
    return last == node ? null : new Fused(all, last);
  }

  /// {@return what gets faster kernels ready, until it is over}
  @Nullable Handover handover() {
    return handover == null || handover.isOver() ? null : handover;
  }

  /// {@return whether runs to the output call a node's kernel}
  boolean calls(int node) {
    return !folds[node] && !Clearing.clears(graph.nodes().get(node));
  }

  /// Has the node run by another kernel, of the same bits, from now on.
  ///
  /// @param more what does the work of further nodes besides, if there is one
  void take(int node, PreparedKernel kernel, @Nullable Fused more) {
    kernels = kernels.with(node, kernel, more);
  }

  private Constant constant(Slot slot, Residence residence) {
    return slot.initial()
        .map(tensor -> Constant.of(tensor, residence))
        .orElseGet(() -> Constant.of(zeros.asSlice(0, slot.bytes())));
  }

  /// {@return the most bytes that an absent operand has, or a slot that is never anything but zeros}
  private static MemorySegment zeros(Graph graph) {
    boolean[] changing = Layout.changing(graph);
    long most = 0;
    for (int i = 0; i < changing.length; i++) {
      Slot slot = graph.slots().get(i);
      if (!changing[i] && slot.initial().isEmpty()) {
        most = Math.max(most, slot.bytes());
      }
    }
    for (GraphNode node : graph.nodes()) {
      for (Operand operand : node.operands()) {
        if (operand instanceof Operand.Absent(long bytes)) {
          most = Math.max(most, bytes);
        }
      }
    }
    return allocate(most).asReadOnly();
  }

  /// {@return zeroed memory outside of the heap, which goes with the last who knows it}
  static MemorySegment allocate(long bytes) {
    return OutsideMemory.allocate(bytes);
  }

  private List<Optional<Constant>> constantsOf(GraphNode node) {
    List<Optional<Constant>> known = new ArrayList<>();
    for (Operand operand : node.operands()) {
      known.add(
          switch (operand) {
            case Operand.Read(int slot) when graph.slots().get(slot).initial().isPresent() ->
                Optional.ofNullable(constants.get(slot));
            case Operand.Absent(long bytes) -> Optional.of(Constant.of(zeros.asSlice(0, bytes)));
            case Operand.Read _, Operand.Write _, Operand.Update _ -> Optional.empty();
          });
    }
    return known;
  }

  /// {@return the nodes that do nothing for the output, by their numbers: they empty what no later node names, and run
  /// once}
  static boolean[] idle(Graph graph) {
    boolean[] idle = new boolean[graph.nodes().size()];
    boolean[] named = new boolean[graph.slots().size()];
    named[graph.output().slot()] = true;
    for (int i = idle.length - 1; i >= 0 && graph.loops() == 1; i--) {
      GraphNode node = graph.nodes().get(i);
      idle[i] =
          Clearing.clears(node) && Arrays.stream(node.outputs()).noneMatch(slot -> named[slot]);
      for (Operand operand : node.operands()) {
        int slot = slotOf(operand);
        if (slot >= 0) {
          named[slot] = true;
        }
      }
    }
    return idle;
  }

  private void fold() {
    int[] writers = new int[graph.slots().size()];
    boolean[] idle = idle(graph);
    for (int i = 0; i < idle.length; i++) {
      for (int slot : graph.nodes().get(i).outputs()) {
        writers[slot] += idle[i] ? 0 : 1;
      }
    }
    boolean[] used = new boolean[writers.length];
    used[graph.input().slot()] = true;
    used[graph.output().slot()] = true;
    for (int i = 0; i < folds.length; i++) {
      GraphNode node = graph.nodes().get(i);
      if (!Clearing.clears(node) && mayFold(node, writers, used)) {
        foldNode(i, node);
      }
      for (int slot : node.inputs()) {
        used[slot] = true;
      }
    }
  }

  private boolean mayFold(GraphNode node, int[] writers, boolean[] used) {
    for (Operand operand : node.operands()) {
      boolean may =
          switch (operand) {
            case Operand.Read(int slot) -> constants.containsKey(slot) || folded.containsKey(slot);
            case Operand.Write(int slot) -> writers[slot] == 1 && !used[slot];
            case Operand.Update _ -> false;
            case Operand.Absent _ -> true;
          };
      if (!may) {
        return false;
      }
    }
    return true;
  }

  /// Runs a node here and now, unless that tells that its end depends on more than its kernel.
  private void foldNode(int index, GraphNode node) {
    PreparedKernel kernel = kernels.of(index);
    MemorySegment[] segments = segments(index, kernel, Plan::allocate);
    try {
      if (kernel.run(segments, allocate(scratchBytes()), 0, kernel.units()) == 0) {
        folds[index] = true;
        for (int i = 0; i < segments.length; i++) {
          if (node.operands().get(i) instanceof Operand.Write(int slot)) {
            folded.put(slot, segments[i]);
          }
        }
      }
    } catch (RuntimeException e) {
      // It throws again when its turn comes.
    }
  }

  /// {@return operands for a call of a node: what is the same in all runs, and memory for the others}
  MemorySegment[] segments(int node, PreparedKernel kernel, LongFunction<MemorySegment> memory) {
    List<Operand> operands = graph.nodes().get(node).operands();
    MemorySegment[] segments = new MemorySegment[operands.size()];
    for (int i = 0; i < segments.length; i++) {
      segments[i] =
          switch (operands.get(i)) {
            case Operand.Read(int slot) when isConstant(slot, true) ->
                kernel.reads(i) ? constant(slot) : UNREAD;
            case Operand.Read(int slot) -> memory.apply(graph.slots().get(slot).bytes());
            case Operand.Write(int slot) -> memory.apply(graph.slots().get(slot).bytes());
            case Operand.Update(int slot) -> memory.apply(graph.slots().get(slot).bytes());
            case Operand.Absent(long bytes) -> zeros.asSlice(0, bytes);
          };
    }
    return segments;
  }

  Graph graph() {
    return graph;
  }

  /// {@return the bytes of a slot}
  long bytes(int slot) {
    return bytes[slot];
  }

  /// {@return which nodes have nothing to do but with what others have written}
  Followers followers() {
    return followers;
  }

  /// {@return the kernels that runs call from now on}
  NodeKernels kernels() {
    return kernels;
  }

  long[] scalars(int node) {
    return scalars[node];
  }

  /// {@return whether what a node writes is known without running it}
  boolean folds(int node) {
    return folds[node];
  }

  /// {@return whether a slot holds the same in every run}
  ///
  /// @param folding whether nodes that fold do not run
  boolean isConstant(int slot, boolean folding) {
    return constants.containsKey(slot) || folding && folded.containsKey(slot);
  }

  /// {@return what a slot holds in every run}; read now, if it was stored and no kernel has needed it so far
  MemorySegment constant(int slot) {
    Constant constant = constants.get(slot);
    MemorySegment found = constant == null ? folded.get(slot) : constant.data();
    if (found == null) {
      throw new IllegalArgumentException("slot %d is no constant".formatted(slot));
    }
    return found;
  }

  /// {@return what a constant slot holds, in the model's own memory if it is a model's: whoever runs nodes elsewhere
  /// knows it by that}
  MemorySegment value(int slot) {
    Optional<Tensor> initial = graph.slots().get(slot).initial();
    boolean isModels = constants.containsKey(slot) && initial.isPresent();
    return isModels ? initial.get().data() : constant(slot);
  }

  /// {@return so many bytes of zeros, which many read}
  MemorySegment zeros(long bytes) {
    return zeros.asSlice(0, bytes);
  }

  /// {@return whether a node names a slot that it writes a second time}
  static boolean namesTwice(GraphNode node, int slot) {
    int named = 0;
    for (Operand operand : node.operands()) {
      named += slotOf(operand) == slot ? 1 : 0;
    }
    return named > 1;
  }

  static int slotOf(Operand operand) {
    return switch (operand) {
      case Operand.Read(int slot) -> slot;
      case Operand.Write(int slot) -> slot;
      case Operand.Update(int slot) -> slot;
      case Operand.Absent _ -> -1;
    };
  }

  /// {@return the bytes that any node writes aside, because it names a slot that it writes a second time}
  long asideBytes() {
    long most = 0;
    for (GraphNode node : graph.nodes()) {
      long bytes = 0;
      for (int slot : node.outputs()) {
        bytes += namesTwice(node, slot) ? Layout.aligned(graph.slots().get(slot).bytes()) : 0;
      }
      most = Math.max(most, bytes);
    }
    return most;
  }

  /// {@return memory that kernels borrow, for so many threads}
  MemorySegment[] scratch(int threads) {
    MemorySegment[] scratch = new MemorySegment[threads];
    for (int i = 0; i < threads; i++) {
      scratch[i] = allocate(scratchBytes());
    }
    return scratch;
  }

  /// {@return the bytes that the kernel of any node borrows}
  long scratchBytes() {
    return kernels.scratchBytes();
  }
}
