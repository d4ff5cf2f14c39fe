package opml.lab.bench.node;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import opml.core.account.Wei;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.Sham;
import opml.lab.bench.ground.ShamCrowd;

/// A hundred challenges of one right claim in one block, played on to the end: how many blocks each reply takes.
final class ShamsRow {
  private static final int GAMES = 100;
  private static final int DIGIT = 7;
  private static final int BLOCK_SECONDS = 2;
  private static final double POLL_SECONDS = 0.5;
  private static final long WINDOW = 36_000;
  private static final long ALLOWANCE = 18_000;
  private static final Wei MONEY = Wei.ether(1_000);
  private static final Wei ATTACKERS_MONEY = Wei.ether(100_000);
  private static final int BLOCKS_MOST = 10;
  private static final int QUIET_BLOCKS = 10;
  private static final int BLOCKS_GIVEN_UP = 600;
  private static final int REQUESTER = 1;
  private static final int ATTACKER = 3;

  private final List<String> program;
  private final Consumer<String> progress;
  private final Map<GameId, Integer> positions = new HashMap<>();
  private final Map<GameId, Long> movedAt = new HashMap<>();
  private int rounds;
  private int late;
  private long slowest;
  private long lastMove;

  ShamsRow(List<String> program, Consumer<String> progress) {
    this.program = program;
    this.progress = progress;
  }

  RowFigures run() {
    try (TemporaryFolder folder = TemporaryFolder.make();
        Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      ground.dev().setBalance(ground.address(ATTACKER), ATTACKERS_MONEY);
      ground.ask(REQUESTER, Ground.digit(DIGIT), Ground.FEE);
      try (OperatedNode node =
          new OperatedNode(program, files.config(List.of(ground.dev().url()), POLL_SECONDS, ""))) {
        node.start();
        node.awaitWatched();
        Pause.until(120, () -> !ground.picture().claims().isEmpty());
        play(ground, ground.onlyClaim());
      }
      Picture end = ground.picture();
      long won =
          end.games().values().stream()
              .filter(game -> game.status() == GameStatus.SERVER_WON)
              .count();
      return new RowFigures(
          Map.of("late_rounds", late, "rounds", rounds, "slowest_blocks", slowest),
          List.of(
              Reach.none("replies that took more than 10 blocks", late),
              Reach.all("shams that were refuted", (int) won, GAMES)),
          List.of(
              "%d replies to %d shams, the slowest after %d blocks"
                  .formatted(rounds, GAMES, slowest)));
    }
  }

  private void play(Ground ground, ClaimId claim) {
    ShamCrowd crowd =
        new ShamCrowd(ground, ATTACKER, Sham.about(ground.model(), Ground.digit(DIGIT)));
    ground.stopBlocks();
    crowd.open(claim, GAMES);
    ground.blocksEvery(BLOCK_SECONDS);
    long begin = ground.dev().chain().latest().number();
    Thread shams = Thread.ofVirtual().start(() -> attack(ground, crowd));
    try {
      Set<GameId> running = new HashSet<>();
      boolean isOver = false;
      do {
        Picture picture = ground.picture();
        running.clear();
        picture.games().values().stream()
            .filter(game -> game.settled().isPlayed())
            .forEach(game -> running.add(game.id()));
        picture.games().values().forEach(game -> watch(game, picture.block().number()));
        if (!isOver
            && picture.block().number() > lastMove + QUIET_BLOCKS
            && onlyShamsThink(picture)) {
          // They have nothing more to post: only their time runs.
          progress.accept("the shams fall silent");
          ground.skip(ALLOWANCE);
          isOver = true;
        }
        if (picture.block().number() > begin + BLOCKS_GIVEN_UP) {
          throw new IllegalStateException(running.size() + " games do not end");
        }
        Pause.millis(250);
      } while (!running.isEmpty());
    } finally {
      shams.interrupt();
    }
  }

  private static boolean onlyShamsThink(Picture picture) {
    return picture.games().values().stream()
        .filter(game -> game.settled().isPlayed())
        .allMatch(game -> game.positions().getLast().onTurn() == Side.CHALLENGER);
  }

  /// Plays the shams' side, as fast as blocks come.
  private void attack(Ground ground, ShamCrowd crowd) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Picture picture = new HubReader(ground.deployment(), ground.dev().chain()).read();
        progress.accept(
            "%d games run, %d replies"
                .formatted(
                    picture.games().values().stream().filter(g -> g.settled().isPlayed()).count(),
                    rounds));
        crowd.playOn(picture);
        Thread.sleep(500);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Notes at which block each side has moved, and how many blocks the server took.
  private void watch(SeenGame game, long block) {
    int now = game.positions().size();
    int before = positions.getOrDefault(game.id(), 0);
    if (now == before) {
      return;
    }
    positions.put(game.id(), now);
    lastMove = block;
    Side onTurn = game.positions().getLast().onTurn();
    if (onTurn == Side.CHALLENGER && before > 0) {
      long took = block - movedAt.getOrDefault(game.id(), block);
      rounds++;
      late += took > BLOCKS_MOST ? 1 : 0;
      slowest = Math.max(slowest, took);
    }
    movedAt.put(game.id(), block);
  }
}
