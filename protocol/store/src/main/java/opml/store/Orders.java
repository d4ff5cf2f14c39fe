package opml.store;

import java.util.Optional;

/// What an operator asks of the node whose store it is. It is the only part that others than its owner may write to.
///
/// Atomicity, durability and threads are those of the [Store].
public interface Orders {
  /// {@return since when the node is to begin nothing new, in seconds since 1970; nothing if it may}
  Optional<Long> drainedSince();

  /// Has the node begin nothing new. Nothing changes if that was said before.
  ///
  /// @param since seconds since 1970
  /// @return whether that is new
  boolean drain(long since);

  /// Takes [#drain] back.
  ///
  /// @return whether there was anything to take back
  boolean undrain();
}
