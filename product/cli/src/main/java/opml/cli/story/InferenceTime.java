package opml.cli.story;

import java.util.Arrays;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.trace.GraphExecution;
import opml.proof.NodeMachines;

/// The time of a whole inference in the machine, every node executed instruction by instruction, all states
/// committed.
final class InferenceTime {
  private static final int RUNS = 5;

  private InferenceTime() {}

  /// {@return the median of some runs after a warm-up, in seconds}
  ///
  /// @throws IllegalStateException if the machine does not come to the native run's end
  static double seconds(Model model, byte[] input, GraphState expected) {
    GraphRunner machine = GraphRunner.by(model.graph(), new NodeMachines(model));
    double[] seconds = new double[RUNS];
    for (int run = -2; run < RUNS; run++) {
      long begin = System.nanoTime();
      GraphExecution execution = GraphExecution.run(model, input, machine);
      double taken = (System.nanoTime() - begin) / 1e9;
      if (!execution.finalState().equals(expected)) {
        throw new IllegalStateException("the machine's result is not the native one");
      }
      if (run >= 0) {
        seconds[run] = taken;
      }
    }
    Arrays.sort(seconds);
    return seconds[RUNS / 2];
  }
}
