package opml.engine.run;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/// Who runs the nodes of a graph.
///
/// @param executor whose threads run them
/// @param ahead how many nodes, at least 1, may have started before the first of them has taken effect: more of them
///     find more that can run side by side, and hold more memory for results that wait
public record Workers(Executor executor, int ahead) {
  /// How many nodes many threads run ahead.
  public static final int AHEAD = 64;

  public Workers {
    if (ahead < 1) {
      throw new IllegalArgumentException("no node can run " + ahead + " ahead");
    }
  }

  /// {@return the caller's own thread, one node after the other}
  public static Workers caller() {
    return new Workers(Runnable::run, 1);
  }

  /// {@return the threads of an executor, which must not wait for the caller's}
  public static Workers of(Executor executor) {
    return new Workers(executor, AHEAD);
  }

  /// {@return all cores of this machine}
  public static Workers allCores() {
    return of(ForkJoinPool.commonPool());
  }
}
