package opml.core.hash;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import opml.core.simd.VectorModule;

/// Chooses a JVM's node hasher, once, and logs why.
///
/// Whether vector code is fast cannot be told from the processor alone: it also takes the vector
/// module, HotSpot's C2 and registers that it uses at this width; where one is missing the same code
/// runs a hundred times slower than scalar code. So the choice is made by trial: once a JVM has hashed
/// enough to care, a background thread runs the vector hasher beside the scalar one until it has been
/// compiled, compares every hash, and lets it take over if it is clearly faster.
///
/// The property `opml.keccak` decides instead: `scalar`, `128`, `256` or `512` (bits of a register),
/// or `auto`; `opml.keccak.seconds` is what a trial may take at most.
final class NodeHasherChoice {
  private static final Logger LOG = System.getLogger(NodeHasher.class.getName());

  /// Hashing less than this is over before a trial would be.
  private static final long PAIRS_BEFORE_TRIAL = 1 << 16;

  /// How much faster the vector hasher must be, so that noise does not decide.
  private static final double CLEARLY = 1.25;

  /// A round takes the scalar hasher a quarter of a millisecond or so.
  private static final int TRIAL_PAIRS = 512;

  /// A trial ends without success after this many rounds, but HotSpot gets the least time to compile, and
  /// on a machine that is busy with other things nobody waits longer than the most.
  private static final int TRIAL_ROUNDS = 1200;

  private static final long MOST_NANOS =
      1_000_000_000L * Math.max(1, Integer.getInteger("opml.keccak.seconds", 10));
  private static final long LEAST_NANOS = Math.min(3_000_000_000L, MOST_NANOS);
  private static final int ROUNDS_IN_A_ROW = 3;

  private static final AtomicLong hashed = new AtomicLong();
  private static final AtomicInteger started = new AtomicInteger();
  private static final CountDownLatch done = new CountDownLatch(1);
  private static volatile NodeHasher current = NodeHasher.scalar();

  private NodeHasherChoice() {}

  static {
    if (!setting().equals("auto")) {
      started.set(1);
      decide(NodeHasherChoice::forced);
    }
  }

  static NodeHasher current() {
    return current;
  }

  /// Takes note of work, and starts the trial when it is worthwhile.
  static void count(long pairs) {
    if (started.get() == 0 && hashed.addAndGet(pairs) >= PAIRS_BEFORE_TRIAL) {
      start();
    }
  }

  static NodeHasher settled() {
    start();
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return current;
  }

  /// {@return the bits that the property asks for, 0 if none}
  static int forcedBits() {
    return switch (setting()) {
      case "128" -> 128;
      case "256" -> 256;
      case "512" -> 512;
      default -> 0;
    };
  }

  private static String setting() {
    return System.getProperty("opml.keccak", "auto");
  }

  private static void start() {
    if (started.compareAndSet(0, 1)) {
      Thread.ofPlatform()
          .daemon()
          .name("opml-keccak-trial")
          .start(() -> decide(NodeHasherChoice::auto));
    }
  }

  private record Decision(NodeHasher hasher, String reason) {}

  private static void decide(Supplier<Decision> how) {
    Decision decision;
    try {
      decision = how.get();
    } catch (RuntimeException | LinkageError e) {
      // The reason matters less than going on: the scalar hasher is always right.
      decision = new Decision(NodeHasher.scalar(), "the vector code failed: " + e);
    }
    current = decision.hasher();
    done.countDown();
    LOG.log(Level.DEBUG, "node hashes: {0}, {1}", decision.hasher().name(), decision.reason());
  }

  private static Decision forced() {
    if (setting().equals("scalar")) {
      return new Decision(NodeHasher.scalar(), "as opml.keccak says");
    }
    if (forcedBits() == 0) {
      LOG.log(Level.WARNING, "opml.keccak is {0}, not scalar, 128, 256, 512 or auto", setting());
      return new Decision(NodeHasher.scalar(), "opml.keccak is none that we know");
    }
    if (!VectorModule.isThere()) {
      return new Decision(NodeHasher.scalar(), "the module jdk.incubator.vector is not there");
    }
    NodeHasher vector = new VectorNodeHasher();
    return agree(vector)
        ? new Decision(vector, "as opml.keccak says")
        : new Decision(NodeHasher.scalar(), "vector and scalar hashes differ");
  }

  private static Decision auto() {
    NodeHasher scalar = NodeHasher.scalar();
    if (!VectorModule.isThere()) {
      return new Decision(scalar, "the module jdk.incubator.vector is not there");
    }
    NodeHasher vector = new VectorNodeHasher();
    long start = System.nanoTime();
    double ratio = 0;
    for (int round = 0, inARow = 0; !isOver(round, System.nanoTime() - start); round++) {
      long[] nodes = trialNodes();
      long[] expected = nodes.clone();
      long vectorNanos = time(vector, nodes);
      long scalarNanos = time(scalar, expected);
      if (!Arrays.equals(nodes, expected)) {
        return new Decision(scalar, "vector and scalar hashes differ");
      }
      ratio = (double) scalarNanos / vectorNanos;
      inARow = ratio >= CLEARLY ? inARow + 1 : 0;
      if (inARow == ROUNDS_IN_A_ROW) {
        return new Decision(vector, "%.1f times as fast as scalar".formatted(ratio));
      }
    }
    return new Decision(scalar, "the vector code is only %.2f times as fast".formatted(ratio));
  }

  private static boolean isOver(int rounds, long nanos) {
    return nanos >= MOST_NANOS || rounds >= TRIAL_ROUNDS && nanos >= LEAST_NANOS;
  }

  private static long time(NodeHasher hasher, long[] nodes) {
    long start = System.nanoTime();
    hasher.parents(nodes, TRIAL_PAIRS);
    return System.nanoTime() - start;
  }

  private static boolean agree(NodeHasher vector) {
    long[] nodes = trialNodes();
    long[] expected = nodes.clone();
    vector.parents(nodes, 2 * vector.width() + 3);
    NodeHasher.scalar().parents(expected, 2 * vector.width() + 3);
    return Arrays.equals(nodes, expected);
  }

  private static long[] trialNodes() {
    return new SplittableRandom(System.nanoTime()).longs(8L * TRIAL_PAIRS).toArray();
  }
}
