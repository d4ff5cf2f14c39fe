package opml.engine.run;

/// Sees the steps of a run take effect.
@FunctionalInterface
public interface Observer {
  /// Sees nothing.
  Observer NONE = (step, outcome) -> {};

  /// A step has taken effect. Called on the thread that started the run, in the order of the steps, up to one that
  /// stops or fails, that one included.
  ///
  /// @param step 0 to the graph's steps, exclusively
  void ran(long step, NodeOutcome outcome);
}
