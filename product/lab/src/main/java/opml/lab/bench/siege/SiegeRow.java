package opml.lab.bench.siege;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import opml.lab.bench.BenchRow;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.NodeFault;

/// The rows of the siege. Each stands alone.
public enum SiegeRow implements BenchRow {
  BLIND("150 idle requests, and 2 % of the honest ones' calls are refused"),
  FAULTS("12 % of the honest ones' calls go wrong in one of fifteen ways"),
  FLOOD("60 games on one right claim in one block"),
  CLAIMS("60 wrong claims in one block"),
  STUCK("a fee spike over a waiting move and a restart; deliveries before a due move"),
  RESERVE("30 claims, and a sham on each, with money for 30 bonds"),
  REWARD("a liar who challenges himself, and a copycat before each honest transaction"),
  DENIAL("a right claim that dies behind the deadline"),
  SANDWICH("shams around every challenge, opened and lost in its block"),
  DRAIN("a callback that hears what is simulated, and burns its gas in a block"),
  GAS("an undisputed inference and a dispute, beside what they cost before"),
  IDLE("a look at 10,000 requests that are over"),
  LATE_NODE("40 % of the honest ones' calls are answered two blocks late"),
  RESTARTS("the honest ones are killed and started again, every few seconds"),
  FINDINGS("every finding of the audit, each a test by name"),
  OTHER_NODE("all scenarios of the demo on another implementation of a node");

  private static final int IDLE_REQUESTS = 10_000;

  private final String story;

  SiegeRow(String story) {
    this.story = story;
  }

  @Override
  public String story() {
    return story;
  }

  /// Where and how to measure.
  ///
  /// @param home the checkout, whose tests are run
  /// @param seed of everything that is left to chance
  /// @param progress is told what happens
  public record Siege(Path home, long seed, Consumer<String> progress) {}

  /// Measures; takes from seconds to minutes.
  public RowFigures run(Siege siege) {
    return switch (this) {
      case BLIND ->
          battle(
              siege,
              "blind",
              new Battle.Plan(150, node(siege, 0.02, NodeFault.REFUSALS), Optional.empty()));
      case FAULTS ->
          battle(
              siege,
              "faults",
              new Battle.Plan(0, node(siege, 0.12, NodeFault.ALL), Optional.empty()));
      case LATE_NODE -> late(siege);
      case RESTARTS -> restarts(siege);
      case FLOOD -> FloodRow.run(siege.progress());
      case CLAIMS -> ClaimsRow.run(siege.progress());
      case STUCK -> StuckRow.run(siege.progress());
      case RESERVE -> ReserveRow.run(siege.progress());
      case REWARD -> RewardRow.run(siege.progress());
      case DENIAL -> DenialRow.run(siege.progress());
      case SANDWICH -> SandwichRow.run(siege.progress());
      case DRAIN -> DrainRow.run(siege.progress());
      case GAS -> GasRow.run(siege.progress());
      case OTHER_NODE -> OtherNodeRow.run(siege.home(), siege.progress());
      case FINDINGS -> FindingsRow.run(siege.home());
      case IDLE -> IdleRow.run(IDLE_REQUESTS, siege.progress());
    };
  }

  private static ChaosProxy.Options node(Siege siege, double rate, Set<NodeFault> faults) {
    return ChaosProxy.Options.of(siege.seed(), rate, faults);
  }

  /// Whoever looks at an older chain than the one that has his own last transaction must not do the same twice.
  private static RowFigures late(Siege siege) {
    Battle battle =
        Battle.fight(
            new Battle.Plan(0, node(siege, 0.4, Set.of(NodeFault.STALE)), Optional.empty()),
            siege.progress());
    return duties("late_node", battle);
  }

  private static RowFigures restarts(Siege siege) {
    Battle battle =
        Battle.fight(
            new Battle.Plan(0, node(siege, 0, Set.of()), Optional.of(Duration.ofSeconds(6))),
            siege.progress());
    return duties("restarts", battle);
  }

  private static RowFigures duties(String name, Battle battle) {
    return new RowFigures(
        Map.of(
            name,
            Map.of(
                "wrong_final",
                battle.wrongFinal(),
                "bonds_lost",
                battle.bondsLost(),
                "challenges_per_lie",
                (double) battle.challenges() / battle.lies(),
                "claims_per_request",
                (double) battle.rightClaims() / battle.lies())),
        List.of(
            Reach.none("wrong results, " + name, battle.wrongFinal()),
            Reach.none("honest bonds lost, " + name, battle.bondsLost()),
            Reach.atMost("honest challenges, " + name, battle.challenges(), battle.lies()),
            Reach.atMost("right claims, " + name, battle.rightClaims(), battle.lies())),
        battle.notes());
  }

  private static RowFigures battle(Siege siege, String name, Battle.Plan plan) {
    Battle battle = Battle.fight(plan, siege.progress());
    return new RowFigures(
        Map.of(name, Map.of("wrong_final", battle.wrongFinal(), "bonds_lost", battle.bondsLost())),
        List.of(
            Reach.none("wrong results, " + name, battle.wrongFinal()),
            Reach.none("honest bonds lost, " + name, battle.bondsLost())),
        battle.notes());
  }
}
