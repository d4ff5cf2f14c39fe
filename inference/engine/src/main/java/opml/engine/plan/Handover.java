package opml.engine.plan;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;

/// Makes the fast kernels of a plan ready beside its runs, which begin with the reference.
///
/// To choose twins, to try them and to have HotSpot compile them takes a second or two, in which vector code is a
/// hundred times slower than it is in the end, and than the reference, which HotSpot compiles at once. A model that is
/// run once or twice is done by then. So nothing is made ready until the reference has worked for a while; then a
/// thread of its own prepares a node's kernel, calls it on zeros until it is faster than the reference was, and hands
/// it to the runs, which take it at their next step. The bits are the same before and after, so nobody sees when.
final class Handover {
  /// Work of the reference that is worth it: about the price.
  private static final long WORTH_NANOS = 300_000_000;

  /// A kernel gets so much time, or so many calls: then HotSpot has at least begun to compile it.
  private static final long MOST_NANOS = 1_000_000_000;

  private static final int MOST_CALLS = 20_000;

  /// One at a time, or they would take each other's processors.
  private static final ReentrantLock TURN = new ReentrantLock();

  private final Plan plan;
  private final KernelProvider provider;
  private final AtomicLong spent = new AtomicLong();

  /// The least nanoseconds of each node by the reference.
  private final AtomicLongArray least;

  private volatile int reached;
  private volatile boolean over;

  Handover(Plan plan, KernelProvider provider) {
    this.plan = plan;
    this.provider = provider;
    this.least = new AtomicLongArray(plan.graph().nodes().size());
    for (int i = 0; i < least.length(); i++) {
      least.set(i, Long.MAX_VALUE);
    }
  }

  /// {@return whether no kernel will become another any more}
  boolean isOver() {
    return over;
  }

  /// A run has taken a step alone.
  void ran(int node, long nanos) {
    reached = node;
    least.accumulateAndGet(node, nanos, Math::min);
    ran(nanos);
  }

  /// Runs have worked.
  void ran(long nanos) {
    long before = spent.getAndAdd(nanos);
    if (before < WORTH_NANOS && before + nanos >= WORTH_NANOS) {
      try {
        Thread.ofPlatform().daemon().name("opml-handover").start(this::work);
      } catch (OutOfMemoryError e) {
        // The system gives no thread. The reference goes on.
        over = true;
      }
    }
  }

  private void work() {
    TURN.lock();
    try {
      BitSet waiting = new BitSet();
      waiting.set(0, least.length());
      while (!waiting.isEmpty()) {
        // First what the run that goes on has before it.
        int ahead = waiting.nextSetBit(reached + 1);
        int node = ahead < 0 ? waiting.nextSetBit(0) : ahead;
        waiting.clear(node);
        if (plan.calls(node)) {
          PreparedKernel kernel = plan.prepare(node, provider);
          Fused more = plan.fused(node, kernel);
          call(node, more == null ? kernel : more.kernel());
          plan.take(node, kernel, more);
        }
      }
    } catch (OutOfMemoryError e) {
      // There is no room for weights in another form. The reference does not need any.
    } finally {
      over = true;
      TURN.unlock();
    }
  }

  private void call(int node, PreparedKernel kernel) {
    long start = System.nanoTime();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] segments =
          plan.segments(node, kernel, bytes -> arena.allocate(bytes, Layout.ALIGNMENT));
      MemorySegment scratch = arena.allocate(kernel.scratchBytes(), Layout.ALIGNMENT);
      for (int i = 0; i < MOST_CALLS; i++) {
        long begin = System.nanoTime();
        int _ = kernel.run(segments, scratch, 0, kernel.units());
        long end = System.nanoTime();
        if (end - begin < least.get(node) || end - start > MOST_NANOS) {
          return;
        }
      }
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      // On zeros, it is the machine's turn.
    }
  }
}
