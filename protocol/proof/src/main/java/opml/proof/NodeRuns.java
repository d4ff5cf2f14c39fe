package opml.proof;

/// Where the level-1 runs of a work come from.
@FunctionalInterface
public interface NodeRuns {
  /// {@return the run of the node of this step, from the state before it}
  MachineRun run(long step, Frames.Frame before);
}
