package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Plays every scenario on a real chain: outcome, balances to the wei, and a hub that holds nothing afterwards.
class ScenariosTest {
  private static Optional<DevChain> chain = Optional.empty();

  @BeforeAll
  static void startChain() {
    boolean installed = AnvilBinary.installed().isPresent();
    if (!installed) {
      System.err.println("SKIPPED: anvil is not installed; ./opml test installs it");
    }
    Assumptions.assumeTrue(installed, "anvil is not installed");
    chain = Optional.of(DevChain.start());
  }

  @AfterAll
  static void stopChain() {
    chain.ifPresent(DevChain::close);
  }

  @TestFactory
  Stream<DynamicTest> everyScenarioEndsAsItMust() {
    Theatre theatre = new Theatre(chain.orElseThrow(), SampleDigit.ALL.get(7).digit());
    return Scenarios.all().stream()
        .map(
            scenario ->
                DynamicTest.dynamicTest(
                    scenario.name() + " (" + scenario.model().fileName() + ")",
                    () -> {
                      Report report = theatre.play(scenario, Audience.SILENT);
                      assertThat(report.failure()).isEmpty();
                      assertThat(report.ok()).isTrue();
                      assertThat(report.moves()).isLessThanOrEqualTo(movesAtMost(scenario));
                    }));
  }

  /// The audience must be able to see a play fail: a liar whom nobody checks gets through.
  @Test
  void aLieThatNobodyChecksBecomesFinal() {
    Scenario honest = Scenarios.all().getFirst();
    Scenario unchecked =
        new Scenario(
            "unchecked lie",
            "Nobody verifies.",
            honest.model(),
            honest.expected(),
            false,
            play -> {
              play.lyingServer("server", new Lie.InElement(6, 3));
              play.play();
              Scenarios.expectClaimDead(play, "server", "verifier");
            });
    Theatre theatre = new Theatre(chain.orElseThrow(), SampleDigit.ALL.get(7).digit());
    Report report = theatre.play(unchecked, Audience.SILENT);
    assertThat(report.outcome()).isEqualTo("request final, claim final");
    assertThat(report.ok()).as("the expected money is that of a caught liar").isFalse();
  }

  /// Eleven for one dispute over both levels; some scenarios have several.
  private static int movesAtMost(Scenario scenario) {
    return scenario.name().startsWith("eight")
        ? 8 * 11
        : scenario.name().startsWith("sham and") ? 22 : 11;
  }

  @Test
  void everyNameIsPlayedOnceForEachModel() {
    List<String> names =
        Scenarios.all().stream().map(s -> s.name() + " " + s.model().fileName()).toList();
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(60);
  }
}
