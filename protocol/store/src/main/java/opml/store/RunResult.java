package opml.store;

import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;

/// What a run gave. The same run gives the same, bit for bit.
///
/// @param run names model and input
/// @param root the commitment of its final state
/// @param steps how many steps it took, at least 0
/// @param at seconds since 1970
public record RunResult(Bytes32 run, Bytes32 root, Data output, long steps, long at) {
  public RunResult {
    if (steps < 0) {
      throw new IllegalArgumentException("not a number of steps: " + steps);
    }
  }

  /// {@return this result, which stands}
  ///
  /// @throws StoreException.Contradiction if the other one of the same run is another
  public RunResult standsAgainst(RunResult other) {
    if (!agreesWith(other)) {
      throw new StoreException.Contradiction(
          "run %s has the root %s after %d steps, and now %s after %d"
              .formatted(run, root, steps, other.root, other.steps));
    }
    return this;
  }

  /// {@return whether both say the same of the run, whenever it was}
  private boolean agreesWith(RunResult other) {
    return root.equals(other.root) && output.equals(other.output) && steps == other.steps;
  }
}
