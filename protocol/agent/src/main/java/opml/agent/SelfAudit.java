package opml.agent;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/// How often an account doubts itself: of so many of its runs, one step by chance is replayed in the machine before a
/// bond is staked on them.
///
/// @param share of the runs, 0 to 1
/// @param chance which of them, and which step
public record SelfAudit(double share, RandomGenerator chance) {
  public SelfAudit {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("not a share: " + share);
    }
  }

  /// {@return a seed that picks the step of a run, if the run is to be audited}
  OptionalLong draw() {
    synchronized (chance) {
      return chance.nextDouble() < share
          ? OptionalLong.of(chance.nextLong())
          : OptionalLong.empty();
    }
  }

  /// What an audit found out.
  ///
  /// @param step that was replayed
  /// @param difference what the machine says otherwise; nothing if it says the same
  record Finding(long step, Optional<String> difference) {}
}
