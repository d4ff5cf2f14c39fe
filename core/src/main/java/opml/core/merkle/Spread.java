package opml.core.merkle;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;

/// Ranges of independent work, spread over the cores.
final class Spread {
  private Spread() {}

  /// Runs `work` on parts of `count` items, on the common pool if they are more than `grain`.
  static void over(int count, int grain, HashingTeam.Range work) {
    if (count <= grain) {
      work.run(0, count);
    } else {
      ForkJoinPool.commonPool().invoke(new Part(0, count, grain, work));
    }
  }

  @SuppressWarnings("serial") // never leaves the process
  private static final class Part extends RecursiveAction {
    private final int from;
    private final int to;
    private final int grain;
    private final transient HashingTeam.Range work;

    Part(int from, int to, int grain, HashingTeam.Range work) {
      this.from = from;
      this.to = to;
      this.grain = grain;
      this.work = work;
    }

    @Override
    protected void compute() {
      if (to - from <= grain) {
        work.run(from, to);
      } else {
        // Halves on a multiple of the grain, so that every part but the last fills its batches.
        int middle = from + Math.ceilDiv((to - from) / 2, grain) * grain;
        invokeAll(new Part(from, middle, grain, work), new Part(middle, to, grain, work));
      }
    }
  }
}
