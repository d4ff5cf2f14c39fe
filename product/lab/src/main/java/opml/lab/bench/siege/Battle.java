package opml.lab.bench.siege;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimStatus;
import opml.game.move.GameStatus;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.ground.Attackers;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.RunningAgent;

/// Three lies and three shams: a liar claims three wrong results, an honest server the right ones beside them, a sham
/// challenges those, an honest verifier the wrong ones, and all play to the end. The honest ones' nodes are as bad as
/// the plan says; the others stand at the good node.
///
/// @param lies wrong claims
/// @param wrongFinal of them that became results
/// @param rightClaims of the honest server
/// @param challenges of the honest verifier
/// @param bondsLost by the honest two, in claims and games
record Battle(
    int lies,
    int wrongFinal,
    int rightClaims,
    int challenges,
    int bondsLost,
    double seconds,
    List<String> notes) {
  private static final int LIES = 3;
  private static final long WINDOW = 60;
  private static final long ALLOWANCE = 60;
  private static final Duration POLL = Duration.ofSeconds(1);

  /// So many looks without a move, a second each, before a wait is cut short.
  private static final int QUIET_LOOKS = 5;

  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int VERIFIER = 3;
  private static final int LIAR = 4;
  private static final int SHAM = 5;
  private static final int STRANGER = 6;

  Battle {
    notes = List.copyOf(notes);
  }

  /// What the honest two meet.
  ///
  /// @param idle requests of a stranger that nobody need answer
  /// @param node how their nodes are spoilt
  /// @param lifeSeconds how long they live until they are killed and started again
  record Plan(int idle, ChaosProxy.Options node, Optional<Duration> lifeSeconds) {}

  static Battle fight(Plan plan, Consumer<String> progress) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      return new Field(ground, plan, progress).fight();
    }
  }

  /// One fight.
  private record Field(Ground ground, Plan plan, Consumer<String> progress) {
    Battle fight() {
      long begin = System.nanoTime();
      idle();
      ground.blocksEvery(1);
      Server.Policy beside = new Server.Policy(Optional.empty(), true, 1, 0);
      List<RunningAgent> honest =
          List.of(
              honest(SERVER, (hub, journal) -> new Server(hub, ground.honest(), journal, beside)),
              honest(VERIFIER, (hub, journal) -> new Verifier(hub, ground.honest(), journal)));
      Attackers.start(ground, LIAR, SHAM);
      for (int i = 0; i < LIES; i++) {
        ground.ask(REQUESTER, Ground.digit(i), Ground.FEE);
      }
      SplittableRandom random = new SplittableRandom(plan.node().seed());
      long start = ground.now();
      long dieAt = System.nanoTime();
      Picture picture = ground.picture();
      String last = "";
      String before = "";
      int quiet = 0;
      while (!isOver(picture) && picture.now() < start + WINDOW + 3 * ALLOWANCE) {
        String line = line(picture);
        if (!line.equals(last)) {
          progress.accept("%4d s: %s".formatted(picture.now() - start, line));
          last = line;
        }
        if (plan.lifeSeconds().isPresent() && System.nanoTime() - dieAt >= 0) {
          honest.forEach(RunningAgent::kill);
          honest.forEach(RunningAgent::start);
          long life = plan.lifeSeconds().get().toMillis();
          dieAt = System.nanoTime() + random.nextLong(life / 2, life * 3 / 2) * 1_000_000;
        }
        Pause.millis(1000);
        picture = ground.picture();
        String position = position(picture);
        quiet = position.equals(before) ? quiet + 1 : 0;
        before = position;
        if (quiet >= QUIET_LOOKS && onlyShamsThink(picture)) {
          ground.skip(ALLOWANCE / 2);
          quiet = 0;
        }
      }
      progress.accept("%4d s: %s".formatted(picture.now() - start, line(picture)));
      return count(picture, honest, (System.nanoTime() - begin) / 1e9);
    }

    private RunningAgent honest(int account, RunningAgent.Birth birth) {
      ChaosProxy proxy = ground.proxy(plan.node());
      return ground.start(ground.agent(proxy.url(), account, POLL, birth));
    }

    /// Requests that cost the stranger nothing but gas, two thirds of them without their input.
    private void idle() {
      Mallory stranger = ground.mallory(STRANGER);
      List<Object> terms = ground.terms().encode();
      Bytes32 model = ground.model().id();
      List<TxHash> sent = new ArrayList<>();
      for (int i = 0; i < plan.idle(); i++) {
        sent.add(
            i % 3 == 0
                ? stranger.send(
                    stranger.call("request", model, terms, Ground.shortDigit(i)), 600_000)
                : stranger.send(
                    stranger.call("requestReferenced", model, terms, Bytes32.ZERO, new byte[] {1}),
                    300_000));
      }
      int asked = ground.requested(stranger.await(sent)).size();
      if (asked != plan.idle()) {
        throw new IllegalStateException(asked + " of " + plan.idle() + " idle requests are there");
      }
    }

    private List<SeenClaim> claims(Picture picture, int account) {
      return picture.claims().values().stream()
          .filter(claim -> claim.state().claim().server().equals(ground.address(account)))
          .toList();
    }

    private List<SeenGame> games(Picture picture, int account) {
      return picture.games().values().stream()
          .filter(game -> game.challenger().equals(ground.address(account)))
          .toList();
    }

    /// Nothing can be won or lost any more, or everything is.
    private boolean isOver(Picture picture) {
      List<SeenClaim> lies = claims(picture, LIAR);
      if (lies.size() < LIES || lies.stream().anyMatch(Field::isLive)) {
        return false;
      }
      boolean allFinal =
          lies.stream().allMatch(claim -> claim.state().status() == ClaimStatus.FINAL);
      return allFinal
          || (claims(picture, SERVER).size() >= LIES
              && claims(picture, SERVER).stream().allMatch(claim -> isSafe(picture, claim)));
    }

    private static boolean isLive(SeenClaim claim) {
      return claim.state().status() == ClaimStatus.LIVE;
    }

    /// It ended, or it won against the sham, who plays once a claim. A second claim of one request can be left alone.
    private static boolean isSafe(Picture picture, SeenClaim claim) {
      List<SeenGame> games = picture.gamesOn(claim.id());
      return !isLive(claim)
          || (!games.isEmpty() && games.stream().noneMatch(game -> game.settled().isPlayed()));
    }

    /// Nobody waits for anything but that the time of shams runs out, who have nothing to post any more.
    private boolean onlyShamsThink(Picture picture) {
      return claims(picture, LIAR).size() == LIES
          && claims(picture, LIAR).stream().noneMatch(Field::isLive)
          && picture.games().values().stream()
              .filter(game -> game.settled().isPlayed())
              .allMatch(game -> game.positions().getLast().onTurn() == Side.CHALLENGER);
    }

    private static String position(Picture picture) {
      return picture.games().values().stream()
          .map(game -> game.status() + " " + game.positions().size())
          .toList()
          .toString();
    }

    private Battle count(Picture picture, List<RunningAgent> honest, double seconds) {
      List<SeenClaim> lies = claims(picture, LIAR);
      long dead =
          claims(picture, SERVER).stream()
              .filter(claim -> claim.state().status() == ClaimStatus.DEAD)
              .count();
      long lost =
          games(picture, VERIFIER).stream()
              .filter(game -> game.status() == GameStatus.SERVER_WON)
              .count();
      return new Battle(
          lies.size(),
          (int) lies.stream().filter(claim -> claim.state().status() == ClaimStatus.FINAL).count(),
          claims(picture, SERVER).size(),
          games(picture, VERIFIER).size(),
          (int) (dead + lost),
          seconds,
          honest.stream().flatMap(agent -> agent.notes().stream()).toList());
    }

    private String line(Picture picture) {
      return "lies "
          + statuses(claims(picture, LIAR))
          + ", right claims "
          + statuses(claims(picture, SERVER))
          + ", honest challenges "
          + games(picture, VERIFIER).size()
          + ", shams "
          + games(picture, SHAM).stream().map(SeenGame::status).toList();
    }

    private static String statuses(List<SeenClaim> claims) {
      return claims.stream().map(claim -> claim.state().status()).toList().toString();
    }
  }
}
