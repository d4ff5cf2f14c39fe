package opml.lab.bench.siege;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Chain;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Sham;

/// A callback that hears whatever is only simulated, where gas costs nothing, and burns all its gas in a block. A
/// server that tries again drains himself; then shams take his claim.
final class DrainRow {
  private static final int SERVER = 2;
  private static final int ATTACKER = 3;
  private static final int LOOKS = 12;
  private static final int SHAMS = 4;
  private static final long CALLBACK_GAS = 1_000_000;

  private DrainRow() {}

  static RowFigures run(Consumer<String> progress) {
    try (Ground ground = Ground.with(600, 300)) {
      return run(ground, progress);
    }
  }

  private static RowFigures run(Ground ground, Consumer<String> progress) {
    Mallory attacker = ground.mallory(ATTACKER);
    Address callback = CallbackCode.KNOWS_A_SIMULATION.deploy(attacker);
    Chain chain = ground.dev().chain();
    Wei price = chain.latest().baseFee().plus(chain.suggestedTip());
    Hub hub = ground.hub(SERVER);
    Server server = new Server(hub, ground.honest(), Journal.SILENT);
    // The bond, its games, and a little.
    Wei money =
        ground.parameters().claimBond().plus(price.times(2 * (2_500_000 + 6_000_000) + 6_000_000));
    ground.dev().setBalance(ground.address(SERVER), money);
    BigInteger before = attacker.total();
    ground.ask(
        ATTACKER,
        ground.terms().delivering(callback, CALLBACK_GAS).named(ground.address(SERVER)),
        Ground.digit(7),
        price.times(4_000_000));
    long sent = chain.minedNonce(ground.address(SERVER));
    for (int look = 0; look < LOOKS; look++) {
      server.tick();
    }
    long transactions = chain.minedNonce(ground.address(SERVER)) - sent;
    progress.accept("%d transactions of the server in %d looks".formatted(transactions, LOOKS));
    ClaimId claim = ground.onlyClaim();
    Sham sham = Sham.about(ground.model(), Ground.digit(7));
    for (int i = 0; i < SHAMS; i++) {
      attacker.must(sham.challenge(attacker, claim, ground.challengeBond(i)), Sham.GAS);
    }
    for (int look = 0; look < 3; look++) {
      server.tick();
    }
    ground.skip(ground.parameters().allowance() + 1);
    server.tick();
    ground.skip(ground.parameters().window() + 1);
    server.tick();
    boolean lost = ground.status(claim) == ClaimStatus.DEAD;
    BigInteger gain = attacker.total().subtract(before);
    // A claim, one delivery in vain, four answers, their ends, the settling.
    return new RowFigures(
        Map.of("drain", Map.of("transactions", transactions, "bonds_lost", lost ? 1 : 0)),
        List.of(
            Reach.atMost("transactions for a callback that burns its gas", transactions, 2),
            Reach.none("bonds lost to it", lost ? 1 : 0),
            Reach.none("wei that it gains", gain.max(BigInteger.ZERO).doubleValue())),
        List.of());
  }
}
