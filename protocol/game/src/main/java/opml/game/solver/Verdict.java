package opml.game.solver;

/// What an own run says about somebody's claim.
public enum Verdict {
  /// Output and final state are ours: it must not be challenged, and if it is one's own, it is defended.
  RIGHT,
  /// The final state is not ours: it must be challenged.
  WRONG,
  /// The final state is ours, the output is not. The contract proves that the output lies in the final state, so
  /// this means that the contract, the model or our own reading of the output is broken. No game can mend it; a
  /// person must look.
  UNBOUND
}
