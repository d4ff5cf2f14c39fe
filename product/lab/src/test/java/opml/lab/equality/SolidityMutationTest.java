package opml.lab.equality;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import opml.core.hash.Bytes32;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Each of a list of mistakes, planted into `Step.sol`, is caught by the corpus that Java answers.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class SolidityMutationTest {
  private static final int CHANCE = 20_000;
  private static final int PIECE = 2_000;

  private final long seed = Long.getLong("opml.equality.seed", System.nanoTime());

  @Test
  void everyFaultPlantedIntoTheContractIsCaught() {
    Solc.assumeInstalled();
    List<Fault> faults = SolidityFaults.all();
    assertThat(faults).hasSizeGreaterThan(60);
    JsonNode compiled = Solc.compile(sources(faults));
    Corpus corpus = Corpus.make(seed, CHANCE);
    try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT)) {
      List<StepContract> contracts =
          IntStream.rangeClosed(0, faults.size())
              .mapToObj(
                  number ->
                      StepContract.install(
                          chain,
                          number,
                          Solc.code(compiled, path(number), "Step"),
                          Solc.code(compiled, "test/machine/StepBatch.sol", "StepBatch")))
              .toList();
      assertThat(caught(contracts.getFirst(), corpus))
          .as("without a fault, seed %d", seed)
          .isEqualTo("");
      List<String> survivors = new ArrayList<>();
      for (int number = 1; number <= faults.size(); number++) {
        if (caught(contracts.get(number), corpus).isEmpty()) {
          survivors.add(faults.get(number - 1).toString());
        }
      }
      assertThat(survivors)
          .as("faults of %d that nothing catches, seed %d", faults.size(), seed)
          .isEmpty();
    }
  }

  private static Map<String, String> sources(List<Fault> faults) {
    String honest = Solc.source("src/machine/Step.sol");
    Map<String, String> sources = new HashMap<>();
    String batch = Solc.source("test/machine/StepBatch.sol");
    sources.put("test/machine/StepBatch.sol", batch);
    String types = Solc.source("src/machine/IStep.sol");
    sources.put("src/machine/IStep.sol", types);
    sources.put(path(0), honest);
    for (int number = 1; number <= faults.size(); number++) {
      sources.put(path(number), faults.get(number - 1).plant(honest));
    }
    sources.replaceAll((_, text) -> text.replace("\"./IStep.sol\"", "\"src/machine/IStep.sol\""));
    return sources;
  }

  private static String path(int number) {
    return "fault" + number + "/Step.sol";
  }

  /// {@return what the corpus has against a contract; empty if nothing}
  private static String caught(StepContract contract, Corpus corpus) {
    List<Corpus.Refusal> refused = corpus.refused();
    List<Bytes32> refusals = contract.answers(refused.stream().map(Corpus.Refusal::step).toList());
    for (int i = 0; i < refusals.size(); i++) {
      if (!refusals.get(i).equals(refused.get(i).answer())) {
        return "accepted, or refused for another reason: " + refused.get(i).step().name();
      }
    }
    for (int from = 0; from < corpus.steps().size(); from += PIECE) {
      List<StepCase> piece =
          corpus.steps().subList(from, Math.min(corpus.steps().size(), from + PIECE));
      List<Bytes32> answers = contract.answers(piece);
      for (int i = 0; i < piece.size(); i++) {
        if (!answers.get(i).equals(piece.get(i).poststate())) {
          return "step %d, %s".formatted(from + i, piece.get(i).name());
        }
      }
    }
    return "";
  }
}
