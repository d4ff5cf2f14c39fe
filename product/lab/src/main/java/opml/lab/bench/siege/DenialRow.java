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
import opml.hub.Picture;
import opml.hub.Terms;

/// A right claim as a weapon (audit, finding 7): Mallory claims the right result at once, so that an honest server stays
/// out, and kills her own claim behind the deadline.
final class DenialRow {
  private static final double BONDS_LEAST = 10;
  private static final long DEADLINE_SECONDS = 3600;
  private static final int LOOKS = 4;

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int MALLORY = 3;
  private static final int SHAM = 4;

  private DenialRow() {}

  static RowFigures run(Consumer<String> progress) {
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
      return figures(ground, request, before, progress);
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

  private static RowFigures figures(
      Ground ground, RequestId request, BigInteger before, Consumer<String> progress) {
    Picture picture = ground.picture();
    RequestStatus status = Objects.requireNonNull(picture.requests().get(request)).state().status();
    boolean answered = status == RequestStatus.FINAL;
    BigInteger cost = before.subtract(ground.total(MALLORY)).subtract(ground.total(SHAM));
    double bonds =
        new BigDecimal(cost)
            .divide(new BigDecimal(ground.parameters().claimBond().value()), MathContext.DECIMAL64)
            .doubleValue();
    String line =
        "the request is %s; that cost %.2f bonds"
            .formatted(answered ? "answered" : "denied", bonds);
    progress.accept(line);
    return new RowFigures(
        Map.of("denial_ratio", bonds),
        List.of(Reach.atLeast("bonds that it costs to deny a request", bonds, BONDS_LEAST)),
        List.of(line));
  }
}
