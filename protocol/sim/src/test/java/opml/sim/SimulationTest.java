package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
  private static final int GAMES = Integer.getInteger("opml.games", 300);

  @Test
  void nothingHonestIsLostWhateverGoesWrong() {
    long seed = System.nanoTime() & Integer.MAX_VALUE;
    Simulation.Result result =
        new Simulation(seed).play(GAMES, Runtime.getRuntime().availableProcessors(), _ -> {});
    assertThat(result.failures()).as("seed %d", seed).isEmpty();
    assertThat(result.honestLost() + result.overBudget()).as("seed %d", seed).isZero();
    assertThat(result.games()).isEqualTo(GAMES);
  }

  @Test
  void theSameSeedGivesTheSameHistoryOnAnyNumberOfCores() {
    long seed = System.nanoTime() & Integer.MAX_VALUE;
    Simulation simulation = new Simulation(seed);
    Simulation.Result one = simulation.play(30, 1, _ -> {});
    assertThat(simulation.play(30, 3, _ -> {}).history())
        .as("seed %d", seed)
        .isEqualTo(one.history());
    assertThat(new Simulation(seed + 1).play(30, 1, _ -> {}).history())
        .as("seed %d", seed)
        .isNotEqualTo(one.history());
  }

  @Test
  void aGameThatBreaksOffIsNotLeftOutInSilence() {
    assertThatThrownBy(
            () ->
                new Simulation(7)
                    .play(
                        3,
                        1,
                        _ -> {
                          throw new AssertionError("within a game");
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("seed 7")
        .hasRootCauseMessage("within a game");
  }

  @ParameterizedTest
  @EnumSource(
      value = Canary.class,
      names = {
        "TIMEOUT_AT_THE_LAST_SECOND",
        "SETTLED_IN_THE_WINDOW",
        "EQUAL_END_ADMITTED",
        "A_WEI_TOO_MUCH",
        "VERIFIER_NEVER_MOVES",
        "SERVER_NEVER_MOVES",
        "ANSWER_TO_THE_WRONG_GAME",
        "WRONG_INSTRUCTION",
        "WRONG_FORECAST",
        "GAMES_NOT_RESERVED"
      })
  void aPlantedBugIsFound(Canary canary) {
    assertThat(new Simulation(1).find(canary, 200).foundAfter()).isPresent();
  }

  @Test
  void aGameThatFailsIsShrunk() {
    Sabotage sabotage = Canary.VERIFIER_NEVER_MOVES.sabotage();
    long seed = 0;
    Optional<Script> least = Optional.empty();
    while (least.isEmpty()) {
      least = Simulation.least(++seed, sabotage);
    }
    Script script = least.get();
    assertThat(Match.play(script, sabotage).findings()).isNotEmpty();
    assertThat(script.mishaps()).as("%s", script).isEmpty();
    assertThat(script.cast()).extracting(Persona::calling).contains(Calling.VERIFIER);
    assertThat(script.cast().size() + script.mishaps().size())
        .isLessThanOrEqualTo(Script.of(seed).cast().size() + Script.of(seed).mishaps().size());
  }
}
