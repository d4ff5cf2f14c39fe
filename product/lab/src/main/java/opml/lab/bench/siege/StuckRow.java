package opml.lab.bench.siege;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.game.claim.ClaimId;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.ChaosProxy.Dialect;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.RunningAgent;
import opml.lab.bench.ground.Sham;

/// What can stand before a due move: a transaction that waits at a price of yesterday while the agent is started again
/// (audit, finding 4), and an optional delivery that fails in a way that nobody foresaw (finding 5).
final class StuckRow {
  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int SHAM = 3;

  private static final int STUCK_BLOCKS_MOST = 3;
  private static final int VICTIM = 7;
  private static final Duration POLL = Duration.ofMillis(500);

  private final Ground ground;
  private final Consumer<String> progress;

  private StuckRow(Ground ground, Consumer<String> progress) {
    this.ground = ground;
    this.progress = progress;
  }

  static RowFigures run(Consumer<String> progress) {
    long blocks = waiting(progress);
    int refused = late(CallbackCode.REVERTS_AT_THE_END, Dialect.HARDHAT, progress);
    int worded = late(CallbackCode.REVERTS_AT_THE_END, Dialect.NETHERMIND, progress);
    int poor = late(CallbackCode.BURNS_AND_TAKES, Dialect.ANVIL, progress);
    int late = refused + worded + poor;
    return new RowFigures(
        Map.of("stuck_blocks", blocks, "late_moves", late),
        List.of(
            Reach.atMost("blocks until a stuck move is in", blocks, STUCK_BLOCKS_MOST),
            Reach.none("moves that a delivery made late", late)),
        List.of(
            "late behind a callback that reverts, in the words of hardhat %d, of nethermind %d; behind one too dear %d"
                .formatted(refused, worded, poor)));
  }

  // ------------------------------------------------------------------ a waiting move, and a
  // restart

  private static final int WAITING_BLOCK_SECONDS = 4;
  private static final long WAITING_ALLOWANCE = 60;
  private static final Wei CALM = Wei.gwei(1);
  private static final Wei SPIKE = Wei.gwei(10);

  private static long waiting(Consumer<String> progress) {
    try (Ground ground = Ground.with(600, WAITING_ALLOWANCE)) {
      return new StuckRow(ground, progress).waiting();
    }
  }

  /// {@return how many blocks passed from the new start to the move's; all of the allowance if it never came}
  private long waiting() {
    ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN);
    proxy.pool().keep();
    ground.baseFee(CALM);
    ground.ask(REQUESTER, Ground.digit(VICTIM), Ground.FEE);
    RunningAgent server =
        ground.start(
            ground.agent(
                proxy.url(),
                SERVER,
                POLL,
                (hub, journal) -> new Server(hub, ground.honest(), journal)));
    Pause.until(60, () -> !ground.picture().claims().isEmpty());
    ground.blocksEvery(WAITING_BLOCK_SECONDS);
    proxy.pool().full(true);
    sham(ground.picture().claims().keySet().iterator().next());
    Pause.until(60, () -> proxy.pool().size() > 0);
    progress.accept("a move waits; the server is killed, the base fee rises tenfold");
    server.kill();
    ground.baseFee(SPIKE);
    Pause.until(60, () -> ground.dev().chain().latest().baseFee().compareTo(SPIKE) >= 0);
    proxy.pool().full(false);
    long start = ground.dev().chain().latest().number();
    long end = ground.now() + WAITING_ALLOWANCE;
    server.start();
    while (!isAnswered(ground.picture()) && ground.now() <= end) {
      Pause.millis(200);
    }
    long blocks = ground.dev().chain().latest().number() - start;
    progress.accept(
        blocks + " blocks later the move is " + (isAnswered(ground.picture()) ? "in" : "not in"));
    return blocks;
  }

  // ------------------------------------------------------------------ a delivery before a move

  private static final long CALLBACK_GAS = 1_000_000;
  private static final Wei POOR = Wei.gwei(2_600_000);
  private static final int LOOKS = 5;

  /// Plays one poisoned delivery, look by look.
  ///
  /// @param code what the poisoner's contract does
  /// @param dialect the words of the server's node
  /// @return whether the move in the victim's game is not made within the allowance
  static boolean isLate(CallbackCode code, Dialect dialect) {
    try (Ground ground = Ground.with(3600, 1800)) {
      return new StuckRow(ground, _ -> {}).poisoned(code, dialect);
    }
  }

  private static int late(CallbackCode code, Dialect dialect, Consumer<String> progress) {
    boolean late = isLate(code, dialect);
    progress.accept(
        "%s in the words of %s: the move is %s".formatted(code, dialect, late ? "late" : "made"));
    return late ? 1 : 0;
  }

  private boolean poisoned(CallbackCode code, Dialect dialect) {
    Address callback = code.deploy(ground.mallory(SHAM));
    ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN.speaking(dialect));
    Hub hub =
        new Hub(
            ground.deployment(), Ground.sender(ground.connect(proxy.url()), ground.wallet(SERVER)));
    Server server = new Server(hub, ground.honest(), Journal.SILENT);
    ground.baseFee(CALM);
    ground.ask(
        REQUESTER,
        ground.terms().delivering(callback, CALLBACK_GAS),
        Ground.digit(1),
        Ground.FEE.times(100));
    if (code == CallbackCode.BURNS_AND_TAKES) {
      ground.ask(REQUESTER, Ground.digit(VICTIM), Ground.FEE);
      look(server);
      ground.dev().setBalance(ground.address(SERVER), POOR);
      ground.baseFee(CALM.times(3));
    } else {
      look(server);
      look(server); // and what is provisional is delivered
      ground.skip(ground.parameters().window() / 2);
      ground.ask(REQUESTER, Ground.digit(VICTIM), Ground.FEE);
      look(server);
      ground.skip(ground.parameters().window() / 2 + 1);
      look(server); // the poisoner's request is final
    }
    List<ClaimId> claims = List.copyOf(ground.picture().claims().keySet());
    if (claims.size() != 2) {
      throw new IllegalStateException("the siege cannot be laid: " + claims.size() + " claims");
    }
    sham(claims.getLast());
    for (int i = 0; i < LOOKS; i++) {
      look(server);
      ground.skip(ground.parameters().allowance() / (LOOKS + 1));
    }
    return !isAnswered(ground.picture());
  }

  /// As a loop looks: what goes wrong ends a look, not the agent.
  private static void look(Server server) {
    try {
      server.tick();
    } catch (ChainException e) {
      // It looks again.
      return;
    }
  }

  // ------------------------------------------------------------------ both

  private void sham(ClaimId claim) {
    Sham.about(ground.model(), Ground.digit(VICTIM)).open(ground, SHAM, claim);
  }

  /// {@return whether the server has made its first move in the only game}
  private static boolean isAnswered(Picture picture) {
    return picture.games().values().stream().map(SeenGame::positions).anyMatch(p -> p.size() > 1);
  }
}
