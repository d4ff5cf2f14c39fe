package opml.ethereum.quorum;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import org.jspecify.annotations.Nullable;

/// One of several nodes, and how it has stood up to now. One that fails, or says what others do not, is left alone for
/// a while, each time longer; it is asked all the same where the others are too few. Only time without a fault makes
/// the next rest shorter: a node that answers many questions and then hangs must not begin anew each time.
final class Witness {
  private static final Duration FIRST_REST = Duration.ofSeconds(5);
  private static final Duration LONGEST_REST = Duration.ofMinutes(10);

  /// Who takes longer for an answer keeps others waiting, and comes after them.
  private static final Duration SLOW = Duration.ofSeconds(5);

  private final String name;
  private final Supplier<? extends Chain> connection;
  private final LongSupplier nanoTime;
  private @Nullable FutureTask<Chain> connecting;
  private int faults;
  private long restsUntil;

  /// @param name for people; without what is secret in its URL
  /// @param connection connects to the node, and throws if it is not there or serves another chain
  /// @param nanoTime as [System#nanoTime()]
  Witness(String name, Supplier<? extends Chain> connection, LongSupplier nanoTime) {
    this.name = name;
    this.connection = connection;
    this.nanoTime = nanoTime;
    this.restsUntil = nanoTime.getAsLong();
  }

  /// {@return what the node says to a question}
  ///
  /// @throws ChainException if it does not answer it
  <T> T ask(Function<? super Chain, T> question) {
    return question.apply(chain());
  }

  /// Whoever comes first connects; the others wait for that, and hear of it if it fails. Nobody else waits.
  private Chain chain() {
    FutureTask<Chain> attempt = attempt();
    attempt.run(); // once: later calls do nothing
    try {
      return attempt.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for " + name, e);
    } catch (ExecutionException e) {
      forget(attempt);
      if (e.getCause() instanceof ChainException why) {
        throw why;
      }
      throw new IllegalStateException("a connection that ends like this: " + name, e.getCause());
    }
  }

  private synchronized FutureTask<Chain> attempt() {
    FutureTask<Chain> known = connecting;
    if (known == null) {
      known = new FutureTask<>(connection::get);
      connecting = known;
    }
    return known;
  }

  private synchronized void forget(FutureTask<Chain> failed) {
    if (failed.equals(connecting)) {
      connecting = null;
    }
  }

  /// {@return a time to begin with, for [#isSlow(long)]}
  long begin() {
    return nanoTime.getAsLong();
  }

  /// {@return whether an answer that was asked for at this time took too long}
  boolean isSlow(long begun) {
    return nanoTime.getAsLong() - begun > SLOW.toNanos();
  }

  synchronized boolean isResting() {
    return nanoTime.getAsLong() - restsUntil < 0;
  }

  /// Notes a fault. Those of several threads at once, or while it rests, are one.
  ///
  /// @return for how long the node is left alone from now on
  synchronized Duration fault() {
    long now = nanoTime.getAsLong();
    long since = now - restsUntil;
    if (since < 0 && faults > 0) {
      return Duration.ofNanos(-since);
    }
    long forgotten = since / LONGEST_REST.toNanos();
    faults = (int) Math.max(0, faults - forgotten);
    Duration rest = FIRST_REST.multipliedBy(1L << Math.min(faults, 10));
    faults++;
    Duration bounded = rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    restsUntil = now + bounded.toNanos();
    return bounded;
  }

  /// Lets go of the connection, if there is one.
  synchronized void close() {
    FutureTask<Chain> known = connecting;
    if (known != null
        && known.state() == Future.State.SUCCESS
        && known.resultNow() instanceof AutoCloseable open) {
      try {
        open.close();
      } catch (Exception e) {
        throw new IllegalStateException("a connection that does not close: " + name, e);
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
