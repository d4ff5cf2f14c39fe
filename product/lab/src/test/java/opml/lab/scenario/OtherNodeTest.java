package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.devchain.Hardhat;
import opml.ethereum.devchain.NodeKind;
import opml.mnist.DemoModel;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Some scenarios on another implementation of a node: one dispute down to the instruction, one that a clock ends, and
/// the contracts of requesters that refuse to listen. `./opml demo --all --node hardhat` plays all.
class OtherNodeTest {
  private static final List<String> NAMES =
      List.of(
          "lie in the output only",
          "liar silent after 3 moves",
          "callback that reverts",
          "callback that burns all gas");

  private static Optional<DevChain> chain = Optional.empty();

  @BeforeAll
  static void startChain() {
    if (!Hardhat.isInstalled()) {
      System.err.println(Hardhat.MISSING);
    }
    Assumptions.assumeTrue(Hardhat.isInstalled(), Hardhat.MISSING);
    chain = Optional.of(DevChain.start(DevChain.Options.DEFAULT.withNode(NodeKind.HARDHAT)));
  }

  @AfterAll
  static void stopChain() {
    chain.ifPresent(DevChain::close);
  }

  @TestFactory
  Stream<DynamicTest> aScenarioEndsAsItMustOnHardhat() {
    Theatre theatre = new Theatre(chain.orElseThrow(), SampleDigit.ALL.get(7).digit());
    List<Scenario> scenarios =
        Scenarios.all().stream()
            .filter(scenario -> scenario.model() == DemoModel.INT8)
            .filter(scenario -> NAMES.contains(scenario.name()))
            .toList();
    assertThat(scenarios).hasSameSizeAs(NAMES);
    return scenarios.stream()
        .map(
            scenario ->
                DynamicTest.dynamicTest(
                    scenario.name(),
                    () -> {
                      Report report = theatre.play(scenario, Audience.SILENT);
                      assertThat(report.failure()).isEmpty();
                      assertThat(report.ok()).isTrue();
                    }));
  }
}
