package opml.lab.chaos;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.ground.Attackers;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.NodeFolder;
import opml.lab.bench.ground.OperatedNode;
import opml.lab.bench.ground.Pause;

/// Kills a node again and again while it serves and verifies. A requester asks all the time; a liar claims something
/// wrong beside each claim of the node's, and a sham challenges each right one, so that there is always something at
/// stake; both play on to the end.
///
/// A kill comes at the n-th call of a life, as a transaction leaves, or some time after the node has begun to look:
/// each of the three as often, by the seed.
public final class ChaosRun {
  private static final long WINDOW = 180;
  private static final long ALLOWANCE = 180;
  private static final int BLOCK_SECONDS = 1;
  private static final double POLL_SECONDS = 0.5;
  private static final Wei MONEY = Wei.ether(5_000);
  private static final int GAMES_MOST = 6;
  private static final int CALLS_MOST = 60;
  private static final long LIFE_MILLIS_MOST = 6_000;
  private static final long LIFE_SECONDS_MOST = 30;
  private static final int TROUBLE_EVERY = 15;
  private static final long TROUBLE_MILLIS_MOST = 3_000;

  private static final int REQUESTER = 1;
  private static final int LIAR = 2;
  private static final int SHAM = 3;

  private final ChaosPlan plan;
  private final Consumer<String> progress;
  private final SplittableRandom random;
  private int asked;
  private int deleted;
  private int troubled;

  /// When a life ends.
  private enum Moment {
    CALL,
    SENDING,
    TIME
  }

  private ChaosRun(ChaosPlan plan, Consumer<String> progress) {
    this.plan = plan;
    this.progress = progress;
    this.random = new SplittableRandom(plan.seed());
  }

  /// Plays the plan to its end: until nothing that the node has begun is open any more.
  ///
  /// @param folder for the node's files, empty
  /// @param progress is told what happens
  public static ChaosFigures play(
      ChaosPlan plan, TemporaryFolder folder, Consumer<String> progress) {
    return new ChaosRun(plan, progress).play(folder);
  }

  private ChaosFigures play(TemporaryFolder folder) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      long first = ground.dev().chain().latest().number();
      ChaosProxy proxy = ground.proxy(ChaosProxy.Options.CLEAN);
      NodeFolder files = NodeFolder.fill(ground, folder.path(), MONEY);
      ground.blocksEvery(BLOCK_SECONDS);
      Attackers.start(ground, LIAR, SHAM);
      try (OperatedNode node =
          new OperatedNode(
              plan.program(),
              files.config(List.of(proxy.url()), POLL_SECONDS, plan.store().config()))) {
        for (int kill = 1; kill <= plan.kills(); kill++) {
          live(ground, proxy, node);
          if (random.nextInt(plan.kills()) < plan.deletions()) {
            plan.store().delete().run();
            deleted++;
          }
          if (kill % 10 == 0 || kill == plan.kills()) {
            tell(ground, files, "%d kills".formatted(kill));
          }
        }
        node.start();
        node.awaitWatched();
        new Ending(ground, files.account(), ground.address(LIAR)).await(node, progress);
      }
      ChaosAudit audit = new ChaosAudit(ground, files.account());
      Picture picture = ground.picture();
      return new ChaosFigures(
          plan.store().name(),
          plan.kills(),
          deleted,
          troubled,
          asked,
          (int)
              picture.games().values().stream()
                  .filter(game -> game.side(files.account()).isPresent())
                  .count(),
          audit.weiLost(picture),
          audit.doubleSends(first),
          audit.late(picture),
          (int)
              picture.claims().values().stream()
                  .filter(claim -> claim.state().claim().server().equals(ground.address(LIAR)))
                  .filter(claim -> claim.state().status() == ClaimStatus.FINAL)
                  .count(),
          audit.slowest(picture));
    }
  }

  /// One life of the node, with a violent end.
  private void live(Ground ground, ChaosProxy proxy, OperatedNode node) {
    Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
    int calls = 1 + random.nextInt(CALLS_MOST);
    long millis = random.nextLong(LIFE_MILLIS_MOST);
    if (running(ground.picture()) < GAMES_MOST) {
      ground.ask(REQUESTER, Ground.digit(asked++), Ground.FEE);
    }
    CountDownLatch reached = new CountDownLatch(1);
    AtomicInteger heard = new AtomicInteger();
    proxy.overhear(
        call -> {
          boolean sends = call.path("method").asText().equals("eth_sendRawTransaction");
          boolean isNow =
              switch (moment) {
                case CALL -> heard.incrementAndGet() == calls;
                case SENDING -> sends;
                case TIME -> false;
              };
          if (isNow) {
            // The call goes its way all the same: its sender will never hear what became of it.
            node.kill();
            reached.countDown();
          }
        });
    node.start();
    try {
      trouble(proxy, node);
      if (moment == Moment.TIME) {
        node.awaitWatched();
        Pause.millis(millis);
      } else if (!reached.await(LIFE_SECONDS_MOST, TimeUnit.SECONDS)) {
        progress.accept("nothing was sent for %d s".formatted(LIFE_SECONDS_MOST));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      proxy.overhear(_ -> {});
      node.thaw();
      node.kill();
    }
  }

  /// Now and then, what the node needs is away for a while, or the node itself stands still.
  private void trouble(ChaosProxy proxy, OperatedNode node) {
    int kind = random.nextInt(TROUBLE_EVERY);
    long millis = random.nextLong(TROUBLE_MILLIS_MOST);
    switch (kind) {
      case 0 -> {
        proxy.away(true);
        Pause.millis(millis);
        proxy.away(false);
      }
      case 1 -> {
        Pause.millis(millis);
        node.freeze();
        Pause.millis(millis);
        node.thaw();
      }
      case 2 -> plan.store().restart().ifPresent(Runnable::run);
      default -> {
        return;
      }
    }
    troubled++;
  }

  private static long running(Picture picture) {
    return picture.games().values().stream().filter(game -> game.settled().isPlayed()).count();
  }

  private void tell(Ground ground, NodeFolder files, String what) {
    Picture picture = ground.picture();
    progress.accept(
        "%s: %d requests, own claims %d, games as server %d, as challenger %d, running %d"
            .formatted(
                what,
                picture.requests().size(),
                picture.claims().values().stream()
                    .filter(claim -> claim.state().claim().server().equals(files.account()))
                    .count(),
                games(picture, files, Side.SERVER),
                games(picture, files, Side.CHALLENGER),
                running(picture)));
  }

  private static long games(Picture picture, NodeFolder files, Side side) {
    return picture.games().values().stream()
        .filter(game -> game.side(files.account()).filter(side::equals).isPresent())
        .count();
  }
}
