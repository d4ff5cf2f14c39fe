package opml.lab.bench.siege;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.GraphState;
import opml.ethereum.chain.Chain;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import opml.hub.Evidence;
import opml.hub.Picture;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.Sham;

/// A liar who opens shams on his own wrong claim in front of every challenge, and loses them behind it in the same
/// block: each challenge that deposits what was due when it was sent is refused, and at the block's end no game is
/// open. The base bond of a lost sham is his own again; only what crowding adds to it burns.
final class SandwichRow {
  private static final int REQUESTER = 1;
  private static final int VERIFIER = 2;
  private static final int LIAR = 3;
  private static final int SHAM = 4;

  private static final long WINDOW = 600;
  private static final long ALLOWANCE = 300;
  private static final int BLOCKS_MOST = 12;
  private static final int BLOCKS_GOAL = 3;

  private static final Wei IN_FRONT = Wei.gwei(6);
  private static final long RESULT_FAILED = 2;

  private final Ground ground;
  private final int shams;
  private int games;

  private SandwichRow(Ground ground, int shams) {
    this.ground = ground;
    this.shams = shams;
  }

  static RowFigures run(Consumer<String> progress) {
    int one = blocks(1, progress);
    int many = blocks(6, progress);
    return new RowFigures(
        Map.of("sandwich", Map.of("blocks", one, "blocks_of_six", many)),
        List.of(
            Reach.atMost("blocks that a sham around it keeps a challenge out", one, BLOCKS_GOAL),
            Reach.atMost("blocks that six do", many, BLOCKS_GOAL)),
        List.of());
  }

  /// {@return how many blocks with a challenge in them it took until one opened a game}
  static int blocks(int shams, Consumer<String> progress) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      int blocks = new SandwichRow(ground, shams).blocks();
      progress.accept(
          "%d shams around each challenge: it is in after %d blocks".formatted(shams, blocks));
      return blocks;
    }
  }

  private int blocks() {
    byte[] input = Ground.digit(SHAM);
    RequestId request = ground.ask(REQUESTER, input, Ground.FEE);
    Mallory liar = ground.mallory(LIAR);
    Mallory sham = ground.mallory(SHAM);
    liar.must(
        liar.call("claim", request.hash(), RESULT_FAILED, Bytes32.ZERO, new byte[0])
            .paying(ground.parameters().claimBond()),
        400_000);
    ClaimId claim = ground.onlyClaim();
    ground.stopBlocks();
    ground.start(
        ground.agent(
            ground.dev().url(),
            VERIFIER,
            Duration.ofMillis(200),
            (hub, journal) -> new Verifier(hub, ground.honest(), journal)));
    for (int block = 1; block <= BLOCKS_MOST; block++) {
      awaitChallenge();
      surround(claim, input, liar, sham);
      ground.mine();
      if (isChallenged(ground.picture())) {
        return block;
      }
    }
    return BLOCKS_MOST;
  }

  private void awaitChallenge() {
    Chain chain = ground.dev().chain();
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (chain.pendingNonce(ground.address(VERIFIER))
            <= chain.minedNonce(ground.address(VERIFIER))
        && System.nanoTime() < end) {
      Pause.millis(20);
    }
  }

  /// Shams whose list ends with the final state, which their own server shows at once to be where the run stays.
  private void surround(ClaimId claim, byte[] input, Mallory liar, Mallory sham) {
    Bytes32 nothing = Keccak.hash(new byte[] {1});
    Work work = ground.honest().graphWork(ground.model(), input);
    long steps = ground.model().descriptor().steps();
    List<Bytes32> states = new ArrayList<>();
    states.add(new GraphState(GraphState.Status.DONE, nothing).commitment());
    while (states.size() < Math.min(16, steps)) {
      states.add(Keccak.hash(new byte[] {2, (byte) states.size()}));
    }
    byte[] evidence = new Evidence().bytes(work.openingEvidence()).states(states).pack();
    byte[] list = new Evidence().states(states).pack();
    List<Object> position = List.of(0L, 0L, steps, work.trace().at(0), ground.model().id());
    for (int i = 0; i < shams; i++) {
      sham.send(
          sham.call("challenge", claim.hash(), evidence).paying(ground.challengeBond(i)),
          Sham.GAS,
          IN_FRONT);
      GameId game = new GameIdentity(claim, games++, ground.address(SHAM)).id();
      liar.sendLast(liar.call("refine", game.hash(), position, 1L, 1L, nothing, list), 300_000);
    }
  }

  private boolean isChallenged(Picture picture) {
    return picture.games().values().stream()
        .anyMatch(game -> game.challenger().equals(ground.address(VERIFIER)));
  }
}
