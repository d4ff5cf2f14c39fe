package opml.lab.bench.peer;

/// Times two things turn by turn, so that whatever else the computer does hits both.
public final class Race {
  /// Both are run for so long before anything counts: HotSpot compiles vector code late.
  private static final long WARM_UP_NANOS = 3_500_000_000L;

  /// A turn is as many runs as take about this long.
  private static final long TURN_NANOS = 40_000_000L;

  private static final int TURNS = 15;

  private Race() {}

  /// What one run takes at best, of all turns.
  ///
  /// @param ours nanoseconds
  /// @param peer nanoseconds
  public record Times(double ours, double peer) {
    /// {@return how many times as long the peer takes}
    public double ratio() {
      return peer / ours;
    }
  }

  /// {@return what a run of each takes at best}
  public static Times run(Runnable ours, Runnable peer) {
    long ourTurn = warmUp(ours);
    long peerTurn = warmUp(peer);
    double ourBest = Double.POSITIVE_INFINITY;
    double peerBest = Double.POSITIVE_INFINITY;
    for (int turn = 0; turn < TURNS; turn++) {
      ourBest = Math.min(ourBest, time(ours, ourTurn));
      peerBest = Math.min(peerBest, time(peer, peerTurn));
    }
    return new Times(ourBest, peerBest);
  }

  /// {@return nanoseconds that one run takes at best}
  public static double time(Runnable run) {
    long turn = warmUp(run);
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < TURNS; i++) {
      best = Math.min(best, time(run, turn));
    }
    return best;
  }

  /// {@return how many runs make a turn}
  private static long warmUp(Runnable run) {
    long start = System.nanoTime();
    long runs = 0;
    while (System.nanoTime() - start < WARM_UP_NANOS) {
      run.run();
      runs++;
    }
    double each = (double) (System.nanoTime() - start) / runs;
    return Math.max(1, (long) (TURN_NANOS / each));
  }

  private static double time(Runnable run, long runs) {
    long start = System.nanoTime();
    for (long i = 0; i < runs; i++) {
      run.run();
    }
    return (double) (System.nanoTime() - start) / runs;
  }
}
