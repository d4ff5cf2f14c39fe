package opml.game.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Allowance;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Interval;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;
import opml.game.trace.Trace;
import org.junit.jupiter.api.Test;

/// Games are played at random up to some move, and then by the run on both sides: it must end as was foretold.
class ForecastTest {
  private static final Address SERVER = Address.ofHex("0x00000000000000000000000000000000000005e0");
  private static final Address VERIFIER =
      Address.ofHex("0x00000000000000000000000000000000000000ca");
  private static final int GAMES = 400;
  private static final int TRIES = 30;

  private final Toy toy = Toy.of(70, 90).halting(0, 60);
  private final ToyTrace truth = toy.trace();
  private final GameFormat format = GameFormat.PROTOCOL;
  private final Solver solver = new Solver(format);
  private final Rules rules = new Rules(format, toy);

  private Game challenged(Bytes32 claimed, List<Bytes32> states) {
    return rules.challenge(
        new GameIdentity(new ClaimId(Bytes32.ZERO), 0, VERIFIER),
        SERVER,
        claimed,
        truth.opening(),
        states,
        new Allowance(100_000),
        0);
  }

  private List<Bytes32> list(SplittableRandom random, Trace trace, Interval interval) {
    List<Bytes32> states = new ArrayList<>();
    for (long index : interval.ends(format.partition(interval.length()))) {
      ToyLie lie = random.nextInt(3) > 0 ? ToyLie.TRUTH : ToyLie.WRONG;
      states.add(lie.about(toy, (ToyTrace) trace, index));
    }
    return states;
  }

  /// {@return any move that the rules admit, true or false; nothing if none was found}
  private Optional<Game> any(SplittableRandom random, Game game) {
    Optional<Trace> level = Solver.level(game, truth);
    for (int i = 0; level.isPresent() && i < TRIES; i++) {
      Position position = game.position();
      int part = random.nextInt(position.parts());
      Interval disputed = position.part(part);
      Action.Move move;
      if (!disputed.isSingleStep()) {
        move = new Action.Dissect(position, part, list(random, level.get(), disputed));
      } else if (format.isLast(position.level())) {
        move = new Action.Execute(position, part);
      } else {
        move =
            new Action.Refine(
                position,
                part,
                level
                    .get()
                    .refine(disputed.first())
                    .map(below -> list(random, below, new Interval(0, below.length())))
                    .orElse(List.of()));
      }
      try {
        return Optional.of(rules.move(game, game.account(game.onTurn()), move, 0));
      } catch (RefusedCallException _) {
        // Another one, then.
      }
    }
    return Optional.empty();
  }

  /// {@return the game after the move by the run, if there is one}
  private Optional<Game> solved(Game game) {
    return solver.actions(game, truth, game.onTurn(), 0).stream()
        .map(Action.Move.class::cast)
        .map(move -> rules.move(game, game.account(game.onTurn()), move, 0))
        .findFirst();
  }

  private Game end(Game begun) {
    Game game = begun;
    while (game.isPlayed()) {
      Game last = game;
      game =
          solved(game)
              .orElseGet(() -> rules.timeout(last, last.clock().lastMoment(last.onTurn()) + 1));
    }
    return game;
  }

  @Test
  void aGameThatBothSidesPlayByTheRunEndsAsWasForetold() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int[] won = new int[3];
    for (int i = 0; i < GAMES; i++) {
      boolean isRight = random.nextBoolean();
      Bytes32 end = truth.at(truth.length());
      List<Bytes32> states = list(random, truth, new Interval(0, truth.length()));
      states.removeLast();
      states.add(isRight ? toy.wrong(0, end) : end);
      Game game = challenged(isRight ? end : toy.wrong(0, end), states);
      for (int moves = random.nextInt(6); moves > 0 && game.isPlayed(); moves--) {
        Optional<Game> next = any(random, game);
        if (next.isEmpty()) {
          break;
        }
        game = next.get();
      }
      if (!game.isPlayed()) {
        continue;
      }
      Forecast forecast = Forecast.of(game, truth);
      won[forecast.winner().map(Side::ordinal).orElse(2)]++;
      if (forecast.winner().isPresent()) {
        assertThat(end(game).status())
            .as("seed %d, game %d: %s", seed, i, forecast)
            .isEqualTo(GameStatus.wonBy(forecast.winner().get()));
      }
      assertThat(forecast.posted()).isEqualTo(game.position().parts());
    }
    assertThat(won).as("seed %d: each outcome was foretold", seed).doesNotContain(0);
  }

  @Test
  void whoIsHonestFromTheBeginningIsForetoldToWinAtEveryMove() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < GAMES / 4; i++) {
      Side honest = random.nextBoolean() ? Side.SERVER : Side.CHALLENGER;
      Bytes32 end = truth.at(truth.length());
      List<Bytes32> states = solver.opening(truth);
      if (honest == Side.SERVER) {
        states = list(random, truth, new Interval(0, truth.length()));
        states.removeLast();
        states.add(toy.wrong(0, end));
      }
      Game game = challenged(honest == Side.SERVER ? end : toy.wrong(0, end), states);
      while (game.isPlayed()) {
        assertThat(Forecast.of(game, truth).winner()).as("seed %d", seed).contains(honest);
        Optional<Game> next = game.onTurn() == honest ? solved(game) : any(random, game);
        if (next.isEmpty()) {
          break;
        }
        game = next.get();
      }
      assertThat(end(game).status()).as("seed %d", seed).isEqualTo(GameStatus.wonBy(honest));
    }
  }

  @Test
  void aRunOfSomethingElseForetellsNothing() {
    Bytes32 end = truth.at(truth.length());
    Game game = challenged(toy.wrong(0, end), solver.opening(truth));
    Position position = game.position();
    assertThat(Forecast.of(game, truth))
        .isEqualTo(new Forecast(Optional.of(Side.CHALLENGER), position.parts(), position.parts()));
    assertThat(Forecast.of(game, Toy.of(69, 90).trace())).isEqualTo(Forecast.unknown(position));
  }
}
