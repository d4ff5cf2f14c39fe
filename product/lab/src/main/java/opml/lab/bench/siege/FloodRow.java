package opml.lab.bench.siege;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import opml.agent.Server;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.move.Game;
import opml.game.move.Side;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.Pause;
import opml.lab.bench.ground.Sham;
import opml.lab.bench.ground.ShamCrowd;

/// More games on one right claim, all opened in one block, than there are blocks in which the server may think (audit,
/// finding 3): once a single one is lost by time, the claim is dead, and every other sham has its bond back.
///
/// @param games opened
/// @param answered of them, in time
/// @param gain the most that the attacker ever had beyond what he began with, once the games were open, in wei: gas and
///     bonds paid, credit counted in
record FloodRow(int games, int answered, BigInteger gain, String claim) {
  private static final int GAMES = 60;
  private static final int BLOCK_SECONDS = 2;
  private static final long WINDOW = 180;
  private static final long ALLOWANCE = 60;

  private static final int SAMPLE = 7;
  private static final int REQUESTER = 1;
  private static final int SERVER = 2;
  private static final int ATTACKER = 3;

  /// Both variants: the shams fall silent, or play on.
  static RowFigures run(Consumer<String> progress) {
    FloodRow silent = attack(false, progress);
    FloodRow playing = attack(true, progress);
    BigInteger gain = silent.gain().max(playing.gain());
    int games = silent.games() + playing.games();
    int answered = silent.answered() + playing.answered();
    return new RowFigures(
        Map.of("flood", Map.of("games", games, "answered", answered, "attacker_gain_wei", gain)),
        List.of(
            Reach.all("games of a flood that were answered", answered, games),
            Reach.none("wei that a flood gains", gain.doubleValue())),
        List.of(
            "silent shams: " + silent.answered() + " answered, claim " + silent.claim(),
            "shams that play on: " + playing.answered() + " answered, claim " + playing.claim()));
  }

  private static FloodRow attack(boolean playsOn, Consumer<String> progress) {
    try (Ground ground = Ground.with(WINDOW, ALLOWANCE)) {
      return new Attack(ground, playsOn, progress).run();
    }
  }

  private record Attack(Ground ground, boolean playsOn, Consumer<String> progress) {
    FloodRow run() {
      byte[] input = Ground.digit(SAMPLE);
      ground.ask(REQUESTER, input, Ground.FEE);
      ground.start(
          ground.agent(
              ground.dev().url(),
              SERVER,
              Duration.ofSeconds(1),
              (hub, journal) -> new Server(hub, ground.honest(), journal)));
      while (ground.picture().claims().isEmpty()) {
        Pause.millis(200);
      }
      ClaimId claim = ground.picture().claims().keySet().iterator().next();
      Mallory attacker = ground.mallory(ATTACKER);
      BigInteger before = attacker.total();
      ground.stopBlocks();
      crowd(input).open(claim, GAMES);
      ground.blocksEvery(BLOCK_SECONDS);
      return play(attacker, before, claim);
    }

    private FloodRow play(Mallory attacker, BigInteger before, ClaimId claim) {
      Set<GameId> answered = new HashSet<>();
      BigInteger best = attacker.total().subtract(before);
      boolean skipped = false;
      Picture picture = ground.picture();
      long start = picture.now();
      while (isRunning(picture) && picture.now() < start + 4 * ALLOWANCE) {
        picture = ground.picture();
        for (SeenGame game : picture.games().values()) {
          if (game.positions().size() > 1) {
            answered.add(game.id());
          }
        }
        progress.accept(
            String.format(
                Locale.ROOT,
                "%4d s: %d games, %d answered, %d running",
                picture.now() - start,
                picture.games().size(),
                answered.size(),
                picture.games().values().stream().filter(g -> g.settled().isPlayed()).count()));
        boolean settled = collect(attacker, picture);
        if (playsOn) {
          crowd(Ground.digit(SAMPLE)).playOn(picture);
        } else if (answered.size() == GAMES && !skipped) {
          skipped = true;
          ground.skip(ALLOWANCE); // only the shams' clocks run
        }
        best = best.max(attacker.total().subtract(before));
        if (!settled) {
          Pause.millis(1000 * BLOCK_SECONDS);
        }
      }
      collect(attacker, ground.picture());
      best = best.max(attacker.total().subtract(before));
      ClaimStatus status = ground.status(claim);
      return new FloodRow(GAMES, answered.size(), best, status.name().toLowerCase(Locale.ROOT));
    }

    private static boolean isRunning(Picture picture) {
      return picture.games().values().stream().anyMatch(game -> game.settled().isPlayed());
    }

    /// Takes by time what can be taken by time, and takes back what is void.
    ///
    /// @return whether there was any
    private boolean collect(Mallory attacker, Picture picture) {
      List<TxHash> sent = new ArrayList<>();
      for (SeenGame game : picture.games().values()) {
        Game settled = game.settled();
        Side onTurn = game.positions().getLast().onTurn();
        if (settled.isVoid()) {
          sent.add(attacker.send(attacker.call("reclaim", game.id().hash()), 300_000));
        } else if (sent.isEmpty()
            && settled.isPlayed()
            && onTurn == Side.SERVER
            && game.clock().isLate(onTurn, picture.now())) {
          sent.add(attacker.send(attacker.call("timeout", game.id().hash()), 500_000));
        }
      }
      attacker.await(sent);
      return !sent.isEmpty();
    }

    private ShamCrowd crowd(byte[] input) {
      return new ShamCrowd(ground, ATTACKER, Sham.about(ground.model(), input));
    }
  }
}
