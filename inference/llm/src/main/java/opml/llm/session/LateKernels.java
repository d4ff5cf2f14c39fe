package opml.llm.session;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.OutsideMemory;
import opml.kernels.catalog.Kernel;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.llm.forward.SessionGraph;

/// Gets the vector kernels of sessions up to speed beside their first tokens, which the reference works on.
///
/// To try twins and to have HotSpot compile them takes seconds, in which vector code is a hundred times slower than in
/// the end, and much slower than the reference, which is compiled at once. Products with weights do not wait: by the
/// reference they take all of the time, and their innermost loops are machine code from the beginning.
final class LateKernels {
  /// A kernel gets so much time: then HotSpot has at least begun to compile it.
  private static final long MOST_NANOS = 2_000_000_000L;

  /// The reference gets so much, of which the fastest call counts.
  private static final long REFERENCE_NANOS = 20_000_000;

  /// Calls follow one another for so long that HotSpot begins to compile them; then with pauses, which leave the
  /// processor to it and to the session.
  private static final long EAGER_NANOS = 150_000_000;

  private static final long PAUSE_NANOS = 10_000_000;

  /// Tokens of the calls by which kernels are compiled.
  private static final int ROWS = 8;

  private final Passes passes;
  private final KernelProvider provider;
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile boolean inHurry;

  LateKernels(Passes passes, KernelProvider provider) {
    this.passes = passes;
    this.provider = provider;
  }

  /// {@return whether a node may be run by the reference at first}
  static boolean canWait(GraphNode node) {
    return !node.kernel().name().startsWith("linear.");
  }

  /// Begins, in a thread of its own, unless it has begun; passes hear of each kernel that is up to speed.
  void start() {
    if (!begun.get() && begun.compareAndSet(false, true)) {
      try {
        Thread.ofPlatform().daemon().name("opml-late-kernels").start(this::exchangeAll);
      } catch (OutOfMemoryError e) {
        // The system gives no thread. The reference goes on.
      }
    }
  }

  /// Has passes take kernels that are not up to speed: there is work for them that brings them there, and takes longer
  /// by the reference.
  void hurry() {
    if (!inHurry) {
      inHurry = true;
      if (begun.compareAndSet(false, true)) {
        exchangeAll();
      }
    }
  }

  private void exchangeAll() {
    List<GraphNode> all = passes.session().graph().nodes();
    Map<Kernel, List<Integer>> late =
        IntStream.range(0, all.size())
            .filter(node -> canWait(all.get(node)))
            .boxed()
            .collect(
                Collectors.groupingBy(
                    node -> all.get(node).kernel(), LinkedHashMap::new, Collectors.toList()));
    try {
      late.values().forEach(this::exchange);
    } catch (OutOfMemoryError e) {
      // There is no room. The reference does not need any.
    }
  }

  /// @param nodes all that one kernel runs
  private void exchange(List<Integer> nodes) {
    List<GraphNode> all = passes.session().graph().nodes();
    Map<Integer, PreparedKernel> ready =
        nodes.stream()
            .collect(
                Collectors.toMap(node -> node, node -> passes.prepare(all.get(node), provider)));
    call(all.get(nodes.getFirst()), requireNonNull(ready.get(nodes.getFirst())));
    passes.exchange(ready);
  }

  /// Calls a kernel on zeros until it is faster than the reference.
  private void call(GraphNode node, PreparedKernel kernel) {
    if (inHurry) {
      return;
    }
    MemorySegment[] segments =
        node.operands().stream().map(this::segment).toArray(MemorySegment[]::new);
    PreparedKernel reference = passes.prepare(node, KernelProvider.reference());
    try {
      fastest(kernel, segments, MOST_NANOS, fastest(reference, segments, REFERENCE_NANOS, 0));
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      // On zeros, it is the machine's turn.
    }
  }

  /// Calls a kernel again and again.
  ///
  /// @param most nanoseconds that it gets
  /// @param enough nanoseconds of a call that is fast enough
  /// @return nanoseconds of the fastest call
  private long fastest(PreparedKernel kernel, MemorySegment[] segments, long most, long enough) {
    MemorySegment scratch = OutsideMemory.allocate(kernel.scratchBytes() + 1);
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    long now;
    do {
      long begin = System.nanoTime();
      int _ = kernel.run(segments, scratch, 0, kernel.units());
      now = System.nanoTime();
      least = Math.min(least, now - begin);
      if (now - start > EAGER_NANOS) {
        // HotSpot knows by now; it compiles beside, and only has to be waited for.
        LockSupport.parkNanos(Math.max(PAUSE_NANOS, 4 * (now - begin)));
      }
    } while (least > enough && now - start < most && !inHurry);
    return least;
  }

  private MemorySegment segment(Operand operand) {
    return passes
        .constant(operand)
        .map(Constant::data)
        .orElseGet(
            () ->
                switch (operand) {
                  case Operand.Read(int slot) -> zeros(slot);
                  case Operand.Write(int slot) -> zeros(slot);
                  case Operand.Update(int slot) -> zeros(slot);
                  case Operand.Absent(long bytes) -> OutsideMemory.allocate(bytes);
                });
  }

  /// {@return memory of a slot, empty but that control asks for some rows}
  private MemorySegment zeros(int slot) {
    SessionGraph session = passes.session();
    MemorySegment memory = OutsideMemory.allocate(session.graph().slots().get(slot).bytes());
    if (slot == session.control()) {
      int tokens = session.graph().slots().get(session.tokens()).shape().dims().getFirst();
      Mem.putI32(memory, 4L * Tile.TOKENS, Math.min(ROWS, tokens));
      Mem.putI32(memory, 4L * Tile.CHOICES, 1);
    }
    return memory;
  }
}
