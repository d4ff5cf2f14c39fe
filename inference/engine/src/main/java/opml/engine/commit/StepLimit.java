package opml.engine.commit;

import opml.kernels.bound.StepBound;

/// How long a node's level-1 trace is: the least multiple of four bits above the kernel's bound, because a dissection
/// has 16 parts. A program that still runs then has failed.
public final class StepLimit {
  private static final int BITS_PER_MOVE = 4;
  private static final int MAX = 40;

  /// No node may execute as many instructions.
  public static final long MOST = 1L << MAX;

  private StepLimit() {}

  /// {@return whether a node's program stays below the most instructions that a dispute may be about}
  public static boolean holds(StepBound bound, long[] scalars) {
    return bound.instructions(scalars) < MOST;
  }

  /// {@return the binary logarithm of the step limit}
  ///
  /// @throws IllegalArgumentException if the program may run for 2^40 steps
  public static int log2(StepBound bound, long[] scalars) {
    long steps = bound.instructions(scalars);
    for (int log2 = BITS_PER_MOVE; log2 <= MAX; log2 += BITS_PER_MOVE) {
      if (steps < 1L << log2) {
        return log2;
      }
    }
    throw new IllegalArgumentException(
        "may execute %d instructions, not below 2^%d; the node would have to be split into tiles"
            .formatted(steps, MAX));
  }
}
