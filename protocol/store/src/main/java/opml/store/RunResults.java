package opml.store;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;

/// What runs gave, so that none has to be repeated.
///
/// Atomicity, durability and threads are those of the [Store].
public interface RunResults {
  /// Keeps a result. If one of the run is known, that one stands.
  ///
  /// @return the result that stands
  /// @throws StoreException.Contradiction if the one that stands is another one: one of the two runs went wrong
  RunResult put(RunResult result);

  Optional<RunResult> find(Bytes32 run);

  /// {@return the newest results, newest first, and by the run where two are of one second}
  ///
  /// @param limit at least 1
  List<RunResult> newest(int limit);

  /// Forgets the results from before a second.
  ///
  /// @return how many
  long forget(long before);
}
