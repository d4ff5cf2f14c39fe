package opml.lab.bench.vm;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SplittableRandom;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;
import opml.core.merkle.MerkleRoot;
import opml.lab.bench.BenchException;

/// The Merkle root of random bytes: million bytes a second of one core's time with the hasher that this JVM has chosen
/// and with the scalar one, and a second of the clock's time on all cores, in turns; the best of each.
///
/// @param vector the chosen hasher's
/// @param scalar the scalar one's
/// @param parallel the chosen hasher's on all cores
/// @param engine the chosen hasher's name
public record MerkleSpeed(double vector, double scalar, double parallel, String engine) {
  private static final int DEPTH = 23;
  private static final int TURNS = 3;

  /// {@return chosen over scalar}
  public double speedup() {
    return vector / scalar;
  }

  static MerkleSpeed measure() {
    byte[] bytes = new byte[Bytes32.BYTES << DEPTH];
    new SplittableRandom(1).nextBytes(bytes);
    NodeHasher chosen = NodeHasher.settled();
    double vector = 0;
    double scalar = 0;
    double parallel = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      Timed fast = Timed.of(bytes, chosen, false);
      Timed slow = Timed.of(bytes, NodeHasher.scalar(), false);
      Timed wide = Timed.of(bytes, chosen, true);
      if (!fast.root().equals(slow.root()) || !wide.root().equals(slow.root())) {
        throw new BenchException(chosen.name() + ": the root differs from the scalar hasher's");
      }
      vector = Math.max(vector, fast.speed());
      scalar = Math.max(scalar, slow.speed());
      parallel = Math.max(parallel, wide.speed());
    }
    return new MerkleSpeed(vector, scalar, parallel, chosen.name());
  }

  private record Timed(Bytes32 root, double speed) {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static Timed of(byte[] bytes, NodeHasher hasher, boolean parallel) {
      long begin = now(parallel);
      Bytes32 root = MerkleRoot.of(MemorySegment.ofArray(bytes), DEPTH, hasher, parallel);
      return new Timed(root, bytes.length * 1e3 / (now(parallel) - begin));
    }

    private static long now(boolean parallel) {
      return parallel ? System.nanoTime() : THREADS.getCurrentThreadCpuTime();
    }
  }
}
