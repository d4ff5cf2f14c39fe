package opml.ethereum.send;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import opml.core.time.Time;

/// What a [Sender] finds around it in its process, besides the chain.
///
/// @param time that it waits by
/// @param nonces shared by all senders of an account on this chain
/// @param threads makes so many that may ask the chain at the same time; the sender closes them
public record Surroundings(Time time, Nonces nonces, IntFunction<ExecutorService> threads) {
  /// {@return this computer's time, threads of its own, and nonces that nobody shares}
  public static Surroundings ordinary() {
    return sharing(new Nonces());
  }

  /// {@return this computer's time, threads of its own, and these nonces}
  public static Surroundings sharing(Nonces nonces) {
    return new Surroundings(
        Time.SYSTEM,
        nonces,
        most -> Executors.newFixedThreadPool(most, Thread.ofVirtual().factory()));
  }
}
