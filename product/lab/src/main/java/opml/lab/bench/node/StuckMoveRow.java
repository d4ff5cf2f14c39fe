package opml.lab.bench.node;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.core.account.Wei;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.Sham;

/// A move waits in the pool because its fee no longer covers the base fee, and the process that signed it is killed:
/// how soon its next life gets the move in.
final class StuckMoveRow {
  private static final int REQUESTER = 1;
  private static final int SHAM = 3;
  private static final int DIGIT = 7;
  private static final Wei MONEY = Wei.ether(100);

  private static final int BLOCK_SECONDS = 2;
  private static final double POLL_SECONDS = 0.5;
  private static final long WINDOW = 3_600;
  private static final long ALLOWANCE = 1_800;
  private static final Wei CALM = Wei.gwei(1);
  private static final Wei SPIKE = CALM.times(50);
  private static final int BLOCKS_MOST = 3;
  private static final int BLOCKS_GIVEN_UP = 100;
  private static final long PATIENCE = 120;

  private final List<String> program;
  private final Consumer<String> progress;

  StuckMoveRow(List<String> program, Consumer<String> progress) {
    this.program = program;
    this.progress = progress;
  }

  RowFigures run() {
    try (TemporaryFolder folder = TemporaryFolder.make();
        Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN);
      proxy.pool().keep();
      ground.baseFee(CALM);
      ground.ask(REQUESTER, Ground.digit(DIGIT), Ground.FEE);
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      try (OperatedNode node =
          new OperatedNode(program, files.config(List.of(proxy.url()), POLL_SECONDS, ""))) {
        node.start();
        node.awaitWatched();
        long blocks = blocks(ground, proxy, node);
        return new RowFigures(
            Map.of("blocks_stuck", blocks),
            List.of(
                Reach.atMost(
                    "blocks after a restart until a stuck move is in", blocks, BLOCKS_MOST)),
            List.of());
      }
    }
  }

  private long blocks(Ground ground, ChaosProxy proxy, OperatedNode node) {
    Pause.until(PATIENCE, () -> !ground.picture().claims().isEmpty());
    ground.blocksEvery(BLOCK_SECONDS);
    proxy.pool().full(true);
    Sham.about(ground.model(), Ground.digit(DIGIT)).open(ground, SHAM, ground.onlyClaim());
    Pause.until(PATIENCE, () -> proxy.pool().size() > 0);
    progress.accept("a move waits; the node is killed, the base fee rises fiftyfold");
    node.kill();
    ground.baseFee(SPIKE);
    Pause.until(PATIENCE, () -> ground.dev().chain().latest().baseFee().compareTo(SPIKE) >= 0);
    proxy.pool().full(false);
    node.start();
    node.awaitWatched();
    long begin = ground.dev().chain().latest().number();
    long blocks = 0;
    while (!isAnswered(ground) && blocks < BLOCKS_GIVEN_UP) {
      Pause.millis(200);
      blocks = ground.dev().chain().latest().number() - begin;
    }
    progress.accept(
        "%d blocks later the move is %s".formatted(blocks, isAnswered(ground) ? "in" : "not in"));
    return blocks;
  }

  private static boolean isAnswered(Ground ground) {
    return ground.picture().games().values().stream().anyMatch(game -> game.positions().size() > 1);
  }
}
