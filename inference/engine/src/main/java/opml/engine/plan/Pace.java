package opml.engine.plan;

import java.util.Arrays;

/// Decides by the clock whether a run's nodes are spread over the team. A hand-over takes about a microsecond if the
/// helper is awake and has a core; if it has not, because the computer does other work, a run that waits for it takes
/// many times as long. So now and then some runs are made alone and some spread, and what took less is done until the
/// next trial. Runs of milliseconds are always spread, but for a few
/// of which the nodes are timed: the hand-over is as dear for a small node of a long run.
///
/// Nothing that a run computes depends on it.
final class Pace {
  /// A run that takes longer is spread without a trial.
  private static final long LONG_NANOS = 2_000_000;

  /// Of a run that takes longer, nodes are not timed.
  private static final long TOO_LONG_NANOS = 500_000_000;

  /// A node that takes less is never spread.
  private static final long LEAST_NANOS = 4_000;

  /// A node that takes less is cut into as many pieces as there are threads: some kernels begin each with work that
  /// another piece would repeat.
  private static final long SHORT_NANOS = 200_000;

  /// Pieces for each thread of a longer node, so that one that is held up leaves its share to the others.
  private static final int PIECES = 4;

  /// The first runs of a trial, of which each node is timed.
  private static final int NODES = 8;

  /// The same of long runs.
  private static final int LONG_NODES = 3;

  /// Runs that are timed of each way.
  private static final int RUNS = 64;

  /// A run counts at most so many times as long as the shortest of its way: what another program took is chance.
  private static final int MOST_OF_SHORTEST = 4;

  /// To be spread, runs must be so much faster.
  private static final double GAIN = 0.95;

  private static final int FIRST_INTERVAL = 1024;
  private static final int LAST_INTERVAL = 1 << 16;

  private enum Phase {
    SETTLED,
    NODES,
    ALONE,
    SPREAD
  }

  private final long[] nodes; // nanoseconds of each alone
  private final long[] times = new long[RUNS];
  private Phase phase = Phase.SETTLED;
  private boolean spread = true;
  private boolean tried;
  private boolean isLong;
  private int interval = FIRST_INTERVAL;
  private int left;
  private int count;
  private double alone;

  Pace(int nodes) {
    this.nodes = new long[nodes];
    Arrays.fill(this.nodes, Long.MAX_VALUE);
  }

  /// Forgets what was found: runs take another time from now on.
  void restart() {
    begin(Phase.SETTLED);
    spread = true;
    tried = false;
    interval = FIRST_INTERVAL;
    left = 0;
    Arrays.fill(nodes, Long.MAX_VALUE);
  }

  /// {@return whether the next run is to be spread}
  boolean spreads() {
    return phase == Phase.SETTLED ? spread : phase == Phase.SPREAD;
  }

  /// {@return whether [#ran(int, long)] wants to know of the next run}
  boolean timesNodes() {
    return phase == Phase.NODES;
  }

  /// {@return into how many pieces for each thread a node is cut; 0 if it is not spread}
  int pieces(int node) {
    long nanos = nodes[node];
    if (nanos < LEAST_NANOS) {
      return 0;
    }
    return nanos < SHORT_NANOS ? 1 : PIECES;
  }

  /// A node ran alone.
  void ran(int node, long nanos) {
    nodes[node] = Math.min(nodes[node], nanos);
  }

  /// A run is done.
  ///
  /// @param helped whether it was spread
  void ran(long nanos, boolean helped) {
    switch (phase) {
      case SETTLED -> {
        left--;
        if (left <= 0 && (nanos < TOO_LONG_NANOS || !spread)) {
          isLong = nanos >= LONG_NANOS && spread;
          begin(Phase.NODES);
          Arrays.fill(nodes, Long.MAX_VALUE);
        }
      }
      case NODES -> {
        count++;
        if (isLong && count == LONG_NODES) {
          settle(true);
        } else if (count == NODES) {
          begin(Phase.ALONE);
        }
      }
      case ALONE -> {
        if (isLast(nanos)) {
          alone = mean();
          begin(Phase.SPREAD);
        }
      }
      case SPREAD -> {
        if (!helped) {
          settle(false); // somebody else has the team
        } else if (isLast(nanos)) {
          settle(mean() < GAIN * alone);
        }
      }
    }
  }

  private void begin(Phase next) {
    phase = next;
    count = 0;
  }

  private boolean isLast(long nanos) {
    times[count] = nanos;
    count++;
    return count == RUNS;
  }

  private double mean() {
    long least = Long.MAX_VALUE;
    for (long time : times) {
      least = Math.min(least, time);
    }
    double sum = 0;
    for (long time : times) {
      sum += Math.min(time, MOST_OF_SHORTEST * least);
    }
    return sum / RUNS;
  }

  /// Keeps to what was found, the longer the more often it was the same.
  private void settle(boolean better) {
    interval = tried && better == spread ? Math.min(2 * interval, LAST_INTERVAL) : FIRST_INTERVAL;
    tried = true;
    spread = better;
    left = interval;
    begin(Phase.SETTLED);
  }
}
