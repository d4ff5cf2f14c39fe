package opml.lab.bench.siege;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.core.account.Wei;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.RunningAgent;
import opml.lab.bench.ground.Sham;

/// A server with money for 30 bonds and little more meets 30 requests, and then a sham on each of its claims, at an
/// unchanged price (audit, finding 6). What it claims it must be able to defend.
final class ReserveRow {
  private static final int REQUESTS = 30;
  private static final long WINDOW = 3600;
  private static final long ALLOWANCE = 90;

  /// Next to nothing, as on many a chain: then the tip, a gwei, is nearly all of the price.
  private static final Wei BASE_FEE = Wei.of(1_000_000);

  /// For each claim twice its own gas.
  private static final Wei LITTLE = Wei.gwei(2).times(150_000);

  /// So long may nothing happen before nothing is taken to happen any more.
  private static final int QUIET_SECONDS = 12;

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int SHAM = 3;

  private ReserveRow() {}

  static RowFigures run(Consumer<String> progress) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      ask(ground);
      ground.baseFee(BASE_FEE);
      Wei bonds = ground.parameters().claimBond().times(REQUESTS);
      ground.dev().setBalance(ground.address(SERVER), bonds.plus(LITTLE.times(REQUESTS)));
      ground.blocksEvery(1);
      RunningAgent server =
          ground.start(
              ground.agent(
                  ground.dev().url(),
                  SERVER,
                  Duration.ofSeconds(1),
                  (hub, journal) -> new Server(hub, ground.honest(), journal)));
      quiet(() -> ground.picture().claims().size(), "claims", progress);
      List<ClaimId> claims = List.copyOf(ground.picture().claims().keySet());
      sham(ground, claims);
      quiet(() -> answered(ground.picture()), "answered", progress);
      ground.skip(ALLOWANCE + 1);
      takeByTime(ground);
      long lost = claims.stream().filter(claim -> ground.status(claim) == ClaimStatus.DEAD).count();
      return new RowFigures(
          Map.of("reserve", Map.of("claims", claims.size(), "lost", lost)),
          List.of(
              Reach.atLeast("claims of a server with money for 30 bonds", claims.size(), 1),
              Reach.none("right claims that it loses", lost)),
          server.notes());
    }
  }

  private static void ask(Ground ground) {
    Mallory requester = ground.mallory(REQUESTER);
    List<Object> terms = ground.terms().encode();
    List<TxHash> sent = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      sent.add(
          requester.send(
              requester
                  .call("request", ground.model().id(), terms, Ground.shortDigit(i))
                  .paying(Ground.FEE),
              600_000));
    }
    if (ground.requested(requester.await(sent)).size() != REQUESTS) {
      throw new IllegalStateException("the requests are not all there");
    }
  }

  private interface Figure {
    int measure();
  }

  private static void quiet(Figure figure, String what, Consumer<String> progress) {
    int last = -1;
    long since = System.nanoTime();
    while (System.nanoTime() - since < QUIET_SECONDS * 1_000_000_000L) {
      int now = figure.measure();
      if (now != last) {
        progress.accept(now + " " + what);
        last = now;
        since = System.nanoTime();
      }
      if (now == REQUESTS) {
        return;
      }
      Pause.millis(1000);
    }
  }

  /// The junk list is about whatever digit the claim is about.
  private static void sham(Ground ground, List<ClaimId> claims) {
    Mallory sham = ground.mallory(SHAM);
    List<Sham> shams = new ArrayList<>();
    for (int i = 0; i < Math.min(10, claims.size()); i++) {
      shams.add(Sham.about(ground.model(), Ground.digit(i)));
    }
    List<TxHash> sent = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      sent.add(
          sham.send(
              shams.get(i % 10).challenge(sham, claims.get(i), ground.challengeBond(0)), Sham.GAS));
    }
    if (sham.await(sent).stream().anyMatch(receipt -> !receipt.succeeded())) {
      throw new IllegalStateException("a sham is refused");
    }
  }

  private static int answered(Picture picture) {
    return (int)
        picture.games().values().stream().filter(game -> game.positions().size() > 1).count();
  }

  private static void takeByTime(Ground ground) {
    Mallory sham = ground.mallory(SHAM);
    List<TxHash> sent = new ArrayList<>();
    for (SeenGame game : ground.picture().games().values()) {
      if (game.settled().isPlayed() && game.positions().getLast().onTurn() == Side.SERVER) {
        sent.add(sham.send(sham.call("timeout", game.id().hash()), 500_000));
      }
    }
    sham.await(sent);
  }
}
