package opml.lab.equality;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each of a list of mistakes, planted into the module vm, is caught by golden vectors, steps of chance, or short runs.
/// The corpus's answers are those of the honest `Step`, which the contract is compared with elsewhere.
class JavaMutationTest {
  private final long seed = Long.getLong("opml.equality.seed", System.nanoTime());

  @TempDir Path folder;

  @Test
  void everyFaultPlantedIntoTheMachineIsCaught() throws IOException {
    List<Fault> faults = JavaFaults.all();
    assertThat(faults).hasSizeGreaterThan(60);
    Corpus corpus = Corpus.make(seed, 5_000);
    List<ShortRuns.Run> runs = ShortRuns.make(seed, 60, 200);
    assertThat(caught(Mutant.honest(folder), corpus, runs))
        .as("without a fault, seed %d", seed)
        .isEqualTo("");
    List<String> survivors = new ArrayList<>();
    for (Fault fault : faults) {
      Path classes = Files.createTempDirectory(folder, "mutant");
      if (caught(Mutant.of(fault, classes), corpus, runs).isEmpty()) {
        survivors.add(fault.toString());
      }
    }
    assertThat(survivors)
        .as("faults of %d that nothing catches, seed %d", faults.size(), seed)
        .isEmpty();
  }

  /// {@return what there is against a machine; empty if nothing}
  private static String caught(
      Function<Object[], Bytes32> machine, Corpus corpus, List<ShortRuns.Run> runs) {
    try {
      for (Corpus.Refusal refusal : corpus.refused()) {
        if (!machine.apply(question(refusal.step())).isZero()) {
          return "accepted: " + refusal.step().name();
        }
      }
      for (StepCase step : corpus.steps()) {
        if (!machine.apply(question(step)).equals(step.poststate())) {
          return step.name();
        }
      }
      for (ShortRuns.Run run : runs) {
        if (!machine.apply(run.question()).equals(run.answer())) {
          return "a run";
        }
      }
      return "";
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  private static Object[] question(StepCase step) {
    return new Object[] {
      step.prestate(),
      step.program().codeRoot(),
      step.program().codeDepth(),
      step.program().memDepth(),
      step.witness()
    };
  }
}
