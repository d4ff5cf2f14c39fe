package opml.lab.bench.siege;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import opml.agent.Agent;
import opml.agent.Server;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.hub.Journal;
import opml.hub.Terms;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Sham;

/// A right claim as a weapon (audit, finding 7): Mallory claims the right result at once, so that an honest server
/// stays out, and kills her own claim behind the deadline.
///
/// @param answered whether the request has its right result after all
/// @param bonds what it cost Mallory, in bonds of a claim
record DenialRow(boolean answered, double bonds) {
  private static final double BONDS_LEAST = 10;
  private static final int POOR_BONDS = 5;
  private static final int RICH_BONDS = 8;
  private static final long DEADLINE_SECONDS = 3600;
  private static final int LOOKS = 4;

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int MALLORY = 3;
  private static final int SHAM = 4;

  static RowFigures run(Consumer<String> progress) {
    DenialRow denial = attack(progress);
    DenialSearch.Result five = DenialSearch.run(POOR_BONDS);
    DenialSearch.Result eight = DenialSearch.run(RICH_BONDS);
    double ratio = denial.answered() ? five.claimBondsLost() : denial.bonds();
    return new RowFigures(
        Map.of("denial_ratio", ratio),
        List.of(Reach.atLeast("bonds that it costs to deny a request", ratio, BONDS_LEAST)),
        List.of(
            "on a chain, one death behind the deadline: the request is %s, which cost %.2f bonds"
                .formatted(denial.answered() ? "answered" : "denied", denial.bonds()),
            "by search, against a server with money for %d bonds %.2f, for %d bonds %.2f"
                .formatted(POOR_BONDS, five.claimBondsLost(), RICH_BONDS, eight.claimBondsLost())));
  }

  static DenialRow attack(Consumer<String> progress) {
    try (Ground ground = Ground.with(86_400, 43_200)) {
      byte[] input = Ground.digit(7);
      Terms terms = Terms.until(ground.now() + DEADLINE_SECONDS);
      RequestId request = ground.ask(REQUESTER, terms, input, Wei.ether(1));
      BigInteger before = ground.total(MALLORY).add(ground.total(SHAM));
      new Server(ground.hub(MALLORY), ground.honest(), Journal.SILENT).tick();
      ClaimId claim = ground.onlyClaim();
      Agent honest = new Server(ground.hub(SERVER), ground.honest(), Journal.SILENT);
      look(honest);
      ground.skip(DEADLINE_SECONDS + 1);
      Mallory sham = ground.mallory(SHAM);
      sham.must(
          Sham.about(ground.model(), input).challenge(sham, claim, ground.challengeBond(0)),
          Sham.GAS);
      look(honest);
      ground.skip(ground.parameters().allowance() + 1);
      long game = sham.must(timeout(ground, sham), 500_000).gasUsed();
      progress.accept("the right claim is dead, by a timeout of " + game + " gas");
      look(honest);
      ground.skip(ground.parameters().window() + 1);
      look(honest);
      return outcome(ground, request, before);
    }
  }

  private static Call timeout(Ground ground, Mallory sham) {
    return sham.call("timeout", ground.picture().games().keySet().iterator().next().hash());
  }

  private static void look(Agent honest) {
    for (int i = 0; i < LOOKS; i++) {
      honest.tick();
    }
  }

  private static DenialRow outcome(Ground ground, RequestId request, BigInteger before) {
    RequestStatus status =
        Objects.requireNonNull(ground.picture().requests().get(request)).state().status();
    BigInteger cost = before.subtract(ground.total(MALLORY)).subtract(ground.total(SHAM));
    BigDecimal bond = new BigDecimal(ground.parameters().claimBond().value());
    return new DenialRow(
        status == RequestStatus.FINAL,
        new BigDecimal(cost).divide(bond, MathContext.DECIMAL64).doubleValue());
  }
}
