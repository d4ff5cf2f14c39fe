package opml.lab.bench.siege;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.ClaimId;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.siege.ChaosProxy.Dialect;

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
    int refused = poisoned(CallbackCode.REVERTS_AT_THE_END, Dialect.HARDHAT, progress);
    int worded = poisoned(CallbackCode.REVERTS_AT_THE_END, Dialect.NETHERMIND, progress);
    int poor = poisoned(CallbackCode.BURNS_AND_TAKES, Dialect.ANVIL, progress);
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
    until(60, () -> !ground.picture().claims().isEmpty());
    ground.blocksEvery(WAITING_BLOCK_SECONDS);
    proxy.pool().full(true);
    sham(ground.picture().claims().keySet().iterator().next());
    until(60, () -> proxy.pool().size() > 0);
    progress.accept("a move waits; the server is killed, the base fee rises tenfold");
    server.kill();
    ground.baseFee(SPIKE);
    until(60, () -> ground.dev().chain().latest().baseFee().compareTo(SPIKE) >= 0);
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

  private static final long POISON_WINDOW = 60;
  private static final long POISON_ALLOWANCE = 30;
  private static final long CALLBACK_GAS = 1_000_000;
  private static final Wei POOR = Wei.gwei(2_600_000);

  private static int poisoned(CallbackCode code, Dialect dialect, Consumer<String> progress) {
    try (Ground ground = Ground.with(POISON_WINDOW, POISON_ALLOWANCE)) {
      return new StuckRow(ground, progress).poisoned(code, dialect);
    }
  }

  /// {@return 1 if the move in the victim's game came too late}
  private int poisoned(CallbackCode code, Dialect dialect) {
    Address callback = code.deploy(ground.mallory(SHAM));
    boolean poor = code == CallbackCode.BURNS_AND_TAKES;
    ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN.speaking(dialect));
    ground.baseFee(CALM);
    ground.ask(
        REQUESTER,
        ground.terms().delivering(callback, CALLBACK_GAS),
        Ground.digit(1),
        Ground.FEE.times(100));
    if (poor) {
      ground.ask(REQUESTER, Ground.digit(VICTIM), Ground.FEE);
    }
    ground.blocksEvery(1);
    ground.start(
        ground.agent(
            proxy.url(),
            SERVER,
            poor ? POLL.multipliedBy(8) : POLL,
            (hub, journal) -> new Server(hub, ground.honest(), journal)));
    if (poor) {
      until(60, () -> ground.picture().claims().size() == 2);
      ground.dev().setBalance(ground.address(SERVER), POOR);
      ground.baseFee(CALM.times(3));
    } else {
      until(60, () -> ground.picture().claims().size() == 1);
      Pause.millis(4000);
      ground.skip(POISON_WINDOW / 2);
      ground.ask(REQUESTER, Ground.digit(VICTIM), Ground.FEE);
      until(60, () -> ground.picture().claims().size() == 2);
      ground.skip(POISON_WINDOW / 2);
      Pause.millis(4000);
    }
    List<SeenClaim> claims = List.copyOf(ground.picture().claims().values());
    sham(claims.getLast().id());
    long end = ground.now() + POISON_ALLOWANCE;
    while (!isAnswered(ground.picture()) && ground.now() <= end) {
      Pause.millis(500);
    }
    boolean late = !isAnswered(ground.picture());
    progress.accept(
        "%s in the words of %s: the move is %s".formatted(code, dialect, late ? "late" : "made"));
    return late ? 1 : 0;
  }

  // ------------------------------------------------------------------ both

  private void sham(ClaimId claim) {
    Mallory mallory = ground.mallory(SHAM);
    Sham sham = Sham.about(ground.model(), Ground.digit(VICTIM));
    mallory.must(sham.challenge(mallory, claim, ground.challengeBond(0)), Sham.GAS);
  }

  /// {@return whether the server has made its first move in the only game}
  private static boolean isAnswered(Picture picture) {
    return picture.games().values().stream().map(SeenGame::positions).anyMatch(p -> p.size() > 1);
  }

  static void until(long seconds, BooleanSupplier done) {
    long end = System.nanoTime() + seconds * 1_000_000_000;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - end >= 0) {
        throw new IllegalStateException("the siege cannot be laid: " + seconds + " s passed");
      }
      Pause.millis(100);
    }
  }
}
