package opml.engine.run;

/// Sees the steps of a run take effect.
@FunctionalInterface
public interface Observer {
  /// A step has taken effect. Called on the thread of the run, in the order of the steps, up to one that stops or
  /// fails, that one included. What the outcome shows is what the slots hold until the next step.
  ///
  /// @param step 0 to the graph's steps, exclusively
  void ran(long step, NodeOutcome outcome);
}
