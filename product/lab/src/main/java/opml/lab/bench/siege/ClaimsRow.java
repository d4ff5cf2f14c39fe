package opml.lab.bench.siege;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Verifier;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.game.claim.RequestId;
import opml.hub.Picture;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Pause;

/// More wrong claims in one block than there are blocks in the window (audit, finding 3): one verifier with money must
/// challenge them all.
record ClaimsRow() {
  private static final int CLAIMS = 60;
  private static final int BLOCK_SECONDS = 2;
  private static final long WINDOW = 60;
  private static final long ALLOWANCE = 60;

  /// A model's run that failed: what a claim needs no evidence for.
  private static final long FAILED = 2;

  private static final int VERIFIER = 2;
  private static final int LIAR = 3;

  static RowFigures run(Consumer<String> progress) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      int challenged = attack(ground, progress);
      return new RowFigures(
          Map.of("claims", Map.of("wrong", CLAIMS, "challenged", challenged)),
          List.of(Reach.all("wrong claims that are challenged in time", challenged, CLAIMS)),
          List.of());
    }
  }

  private static int attack(Ground ground, Consumer<String> progress) {
    Mallory liar = ground.mallory(LIAR);
    List<Object> terms = ground.terms().encode();
    List<TxHash> sent = new ArrayList<>();
    for (int i = 0; i < CLAIMS; i++) {
      sent.add(
          liar.send(
              liar.call("request", ground.model().id(), terms, Ground.shortDigit(i)), 600_000));
    }
    List<RequestId> requests = ground.requested(liar.await(sent));
    ground.start(
        ground.agent(
            ground.dev().url(),
            VERIFIER,
            Duration.ofSeconds(1),
            (hub, journal) -> new Verifier(hub, ground.honest(), journal)));
    ground.stopBlocks();
    sent.clear();
    for (RequestId request : requests) {
      sent.add(
          liar.send(
              liar.call("claim", request.hash(), FAILED, Bytes32.ZERO, new byte[0])
                  .paying(ground.parameters().claimBond()),
              400_000));
    }
    ground.mine();
    ground.blocksEvery(BLOCK_SECONDS);
    if (liar.await(sent).stream().filter(Receipt::succeeded).count() != CLAIMS) {
      throw new IllegalStateException("the wrong claims are not all there");
    }
    long start = ground.now();
    Picture picture = ground.picture();
    while (challenged(picture) < CLAIMS && picture.now() <= start + WINDOW) {
      progress.accept(
          "%4d s: %d of %d challenged"
              .formatted(picture.now() - start, challenged(picture), CLAIMS));
      Pause.millis(1000 * BLOCK_SECONDS);
      picture = ground.picture();
    }
    return challenged(ground.picture());
  }

  private static int challenged(Picture picture) {
    return (int)
        picture.claims().values().stream()
            .filter(claim -> !picture.gamesOn(claim.id()).isEmpty())
            .count();
  }
}
