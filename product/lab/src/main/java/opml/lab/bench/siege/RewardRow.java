package opml.lab.bench.siege;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.rpc.RpcChain;
import opml.game.claim.ClaimStatus;
import opml.game.move.Parameters;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// The reward of an honest challenger, which the liar himself and a copycat before each of his transactions want to
/// take (audit, finding 9): a few orders on a chain, and all of them on the referee.
final class RewardRow {
  /// Who else challenges the lie.
  enum Order {
    COPYCAT(false, false),
    COPYCAT_THEN_LIAR(true, false),
    LIAR_THEN_COPYCAT(true, true);

    private final boolean liarChallenges;
    private final boolean liarFirst;

    Order(boolean liarChallenges, boolean liarFirst) {
      this.liarChallenges = liarChallenges;
      this.liarFirst = liarFirst;
    }
  }

  /// One order, played.
  ///
  /// @param gain of the honest challenger, gas paid
  /// @param burntShare of the liar's bond
  record Outcome(Order order, BigInteger gain, double burntShare) {}

  private static final Address BURNT = Address.ofHex("0x000000000000000000000000000000000000dead");
  private static final int ROUNDS_MAX = 40;
  private static final double BURNT_LEAST = 0.5;

  private static final int REQUESTER = 1;
  private static final int LIAR = 2;
  private static final int HONEST = 3;
  private static final int COPYCAT = 4;
  private static final int LIAR_AGAIN = 5;

  private RewardRow() {}

  static RowFigures run(Consumer<String> progress) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Order order : Order.values()) {
      outcomes.add(play(order));
      progress.accept(outcomes.getLast().toString());
    }
    Parameters parameters = Parameters.DEFAULT;
    RewardSearch.Result search =
        RewardSearch.run(parameters, RewardSearch.priceAllowed(parameters, RewardSearch.GAMES));
    progress.accept(search.toString());
    long orders = search.orders() + outcomes.size();
    long below =
        search.belowStart()
            + outcomes.stream().filter(outcome -> outcome.gain().signum() < 0).count();
    double burnt =
        outcomes.stream()
            .mapToDouble(Outcome::burntShare)
            .reduce(search.burntShareMin(), Math::min);
    return new RowFigures(
        Map.of("reward", Map.of("orders", orders, "below_start", below, "burnt_share", burnt)),
        List.of(
            Reach.none("orders that leave an honest challenger poorer", below),
            Reach.atLeast("burnt share of a liar's bond", burnt, BURNT_LEAST)),
        outcomes.stream().map(Outcome::toString).toList());
  }

  static Outcome play(Order order) {
    try (Ground ground = Ground.with(3600, 1800)) {
      Copycat copycat = new Copycat(ground.deployment(), ground.mallory(COPYCAT));
      ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN);
      proxy.listen(copycat::hears);
      RpcChain watched = ground.connect(proxy.url());
      Agent honest =
          new Verifier(
              new Hub(ground.deployment(), Ground.sender(watched, ground.wallet(HONEST))),
              ground.honest(),
              Journal.SILENT);
      Agent liar =
          new Server(
              ground.hub(LIAR), new Liar(ground.model(), new Lie.InElement(4, 1)), Journal.SILENT);
      Agent liarAgain = new Verifier(ground.hub(LIAR_AGAIN), ground.honest(), Journal.SILENT);
      ground.ask(REQUESTER, Ground.digit(7), Ground.FEE);
      liar.tick();
      BigInteger before = ground.total(HONEST);
      List<Agent> turns = new ArrayList<>(List.of(honest, liar));
      if (order.liarChallenges) {
        turns.addAll(order.liarFirst ? 0 : 2, List.of(liarAgain, liar));
      }
      rounds(ground, turns);
      for (int i = 0; i < 3; i++) {
        honest.tick(); // has its bond and its share paid out
      }
      Mallory anybody = ground.mallory(REQUESTER);
      anybody.must(anybody.call("burn"), 200_000);
      Wei burnt = ground.dev().chain().balance(BURNT, ground.dev().chain().latest());
      Wei bond = ground.parameters().claimBond();
      return new Outcome(
          order,
          ground.total(HONEST).subtract(before),
          new BigDecimal(burnt.value())
              .divide(new BigDecimal(bond.value()), MathContext.DECIMAL64)
              .doubleValue());
    }
  }

  private static void rounds(Ground ground, List<Agent> turns) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      for (Agent agent : turns) {
        agent.tick();
        if (ground.status(ground.onlyClaim()) == ClaimStatus.DEAD) {
          return;
        }
      }
    }
    throw new IllegalStateException("the lie is not refuted in " + ROUNDS_MAX + " rounds");
  }
}
