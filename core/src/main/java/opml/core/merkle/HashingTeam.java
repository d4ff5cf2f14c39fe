package opml.core.merkle;

/// Threads that do independent work together.
@FunctionalInterface
public interface HashingTeam {
  /// Work on the items `from` to `to`, not included, by any thread.
  @FunctionalInterface
  interface Range {
    void run(int from, int to);
  }

  /// Does work on all of so many items, and returns when it is done.
  ///
  /// @param grain no part but the last has fewer items
  void over(int count, int grain, Range work);
}
