package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameIdentity;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.Interval;
import opml.game.move.LevelStart;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.referee.Rules;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import opml.game.toy.ToyTrace;
import org.junit.jupiter.api.Test;

/// The rows of the attack table (`protocol.md` §7) that are about a single game.
class GameAttackTest {
  private static final int NEVER = Integer.MAX_VALUE;

  @Test
  void copycatMustPostAFalseEnd() {
    Toy toy = Toy.of(64, 64);
    assertThat(refusal(() -> Duel.withLyingChallenger(toy, 16, ToyLie.TRUTH, NEVER)))
        .isEqualTo(Refusal.END_NOT_DISPUTED);
    // Right states but for the end, on every level: it is refuted at its end, and cannot answer in
    // the end.
    Duel.withLyingChallenger(toy, 16, ToyLie.WRONG, 64)
        .honestMoves(Action.Dissect.class)
        .cannotRefine(3, ToyLie.TRUTH, NEVER, Refusal.END_NOT_DISPUTED)
        .refines(3, ToyLie.WRONG, 64)
        .honestMoves(Action.Dissect.class)
        .cannotDissect(3, ToyLie.WRONG, 63, Refusal.PART_IS_SINGLE_STEP)
        .cannotExecute(3, Refusal.STEP_IS_RIGHT)
        .isSilent()
        .honestWins();
  }

  @Test
  void refineWithEqualImageIsRefused() {
    Toy toy = Toy.of(8, 8);
    Duel.withLyingServer(toy, 16)
        .cannotRefine(5, ToyLie.TRUTH, NEVER, Refusal.END_NOT_DISPUTED)
        .cannotRefine(5, ToyLie.TWIN, 8, Refusal.END_NOT_DISPUTED)
        .cannotRefine(5, ToyLie.TWIN, 1, Refusal.END_NOT_DISPUTED)
        .cannotRefine(5, ToyLie.GARBAGE, 8, Refusal.STATE_MISMATCH)
        .refines(5, ToyLie.FLIPPED, 8) // "still running" means that the step failed: another image
        .honestMoves(Action.Execute.class)
        .honestWins();
  }

  @Test
  void dissectionMustDisagreeAndShrink() {
    Toy toy = Toy.of(256);
    Duel duel =
        Duel.withLyingServer(toy, 16)
            .cannotDissect(15, ToyLie.TRUTH, NEVER, Refusal.END_NOT_DISPUTED)
            .dissects(15, ToyLie.WRONG, 256);
    assertThat(duel.game().position().length()).isEqualTo(16);
    duel.honestMoves(Action.Execute.class).honestWins();
    Duel.withLyingServer(Toy.of(16), 16)
        .cannotDissect(0, ToyLie.WRONG, 0, Refusal.PART_IS_SINGLE_STEP);
  }

  @Test
  void lieBehindTheLastStepIsProven() {
    // Level 0 is over after 9 of 64 steps: who says that something changes later is shown the
    // start, by refining.
    Duel.withLyingServer(Toy.of(64, 4).halting(0, 9), 16)
        .cannotSayItIsOver(0, Refusal.PART_IS_NOT_SINGLE_STEP)
        .dissects(15, ToyLie.WRONG, 62)
        .cannotExecute(0, Refusal.NOT_ON_TURN)
        .honestMoves(Action.Refine.class)
        .honestWins();
    // Level 1 is over after 5 of 64 steps: the instruction that changes something later is
    // executed, and changes nothing.
    Duel.withLyingServer(Toy.of(4, 64).halting(1, 5), 16)
        .refines(2, ToyLie.WRONG, 62)
        .honestMoves(Action.Dissect.class)
        .cannotExecute(2, Refusal.STEP_IS_RIGHT)
        .isSilent()
        .honestWins();
    Duel.withLyingChallenger(Toy.of(64, 4).halting(0, 9), 16, ToyLie.WRONG, 61)
        .honestMoves(Action.Dissect.class)
        .cannotSayItIsOver(1, Refusal.STEP_IS_RIGHT)
        .isSilent()
        .honestWins();
  }

  @Test
  void malformedStateIsJustWrong() {
    List<ToyLie> malformed = List.of(ToyLie.TRUTH, ToyLie.GARBAGE, ToyLie.ZERO, ToyLie.WRONG);
    long games = 0;
    for (Toy toy : List.of(Toy.of(9), Toy.of(9, 4), Toy.of(4, 3, 3))) {
      for (Side honest : Side.values()) {
        games += new Search(toy, Search.rules(toy, 3), honest, malformed, true, 0).run().games();
      }
    }
    assertThat(games).isGreaterThan(500);
  }

  @Test
  void zeroStateIsOrdinary() {
    List<ToyLie> lies = List.of(ToyLie.TRUTH, ToyLie.WRONG, ToyLie.ZERO, ToyLie.STALE);
    for (long zero = 0; zero <= 6; zero++) {
      Toy toy = Toy.of(6, 4).zeroAt(zero);
      assertThat(toy.trace().at(zero)).isEqualTo(Bytes32.ZERO);
      for (Side honest : Side.values()) {
        new Search(toy, Search.rules(toy, 3), honest, lies, true, 0).run();
      }
    }
  }

  @Test
  void moveAndTimeoutNeverBothValid() {
    long all = Search.ALLOWANCE.seconds();
    for (long used = 0; used <= all; used++) {
      Duel duel = Duel.withLyingServer(Toy.of(64), 4).waits(used).dissects(3, ToyLie.WRONG, 64);
      Game game = duel.game();
      assertThat(game.clock().serverLeft()).isEqualTo(all - used);
      for (long later = 0; later <= all + 2; later++) {
        long now = used + later;
        Action.Move move =
            new Action.Dissect(
                game.position(), 3, Duel.withLyingServer(Toy.of(64), 4).game().position().states());
        boolean moves =
            refusal(() -> duel.rules().move(game, Search.CHALLENGER, move, now))
                != Refusal.CLOCK_EXPIRED;
        boolean ends = refusal(() -> duel.rules().timeout(game, now)) != Refusal.CLOCK_RUNNING;
        assertThat(moves).as("after %s s and %s s", used, later).isNotEqualTo(ends);
        assertThat(moves).isEqualTo(later <= all);
      }
    }
  }

  @Test
  void silentForAMinusOneStillWins() {
    long almostAll = Search.ALLOWANCE.seconds() - 1;
    // The honest side is cut off at one of its moves, nearly for its whole allowance, and at no
    // other.
    for (int cut = 0; cut < 3; cut++) {
      Duel duel = Duel.withLyingServer(Toy.of(64, 16), 4);
      duel.dissects(3, ToyLie.WRONG, 64);
      duel.waits(cut == 0 ? almostAll : 0).honestMoves(Action.Dissect.class);
      duel.refines(3, ToyLie.WRONG, 16);
      duel.waits(cut == 1 ? almostAll : 0).honestMoves(Action.Dissect.class);
      assertThat(duel.game().clock().challengerLeft())
          .isEqualTo(cut < 2 ? 1 : Search.ALLOWANCE.seconds());
      duel.isSilent().honestWins();
    }
    Duel.withLyingChallenger(Toy.of(64, 16), 4, ToyLie.WRONG, 64)
        .waits(almostAll)
        .honestMoves(Action.Dissect.class)
        .isSilent()
        .honestWins();
  }

  @Test
  void bothWrongStillTerminates() {
    for (Toy toy : List.of(Toy.of(5), Toy.of(3, 2), Toy.of(2, 2, 2))) {
      Rules rules = Search.rules(toy, 2);
      ToyTrace truth = toy.trace();
      long[] games = {0};
      long bound = toy.movesAtMost(rules.format());
      for (ToyLie claimed : List.of(ToyLie.TRUTH, ToyLie.WRONG, ToyLie.GARBAGE)) {
        Bytes32 end = claimed.about(toy, truth, truth.length());
        forEachList(
            toy,
            rules,
            truth,
            new Interval(0, truth.length()),
            list -> {
              GameIdentity identity =
                  new GameIdentity(new ClaimId(Bytes32.ZERO), 0, Search.CHALLENGER);
              try {
                Game game =
                    rules.challenge(
                        identity, Search.SERVER, end, truth.opening(), list, Search.ALLOWANCE, 0);
                anything(toy, rules, game, truth, bound, games);
              } catch (RefusedCallException _) {
                // Not a challenge.
              }
            });
      }
      assertThat(games[0]).isGreaterThan(50);
    }
  }

  /// Every move of whoever is on turn, who is bound by nothing; and silence, which always ends the game.
  private static void anything(
      Toy toy, Rules rules, Game game, ToyTrace level, long bound, long[] games) {
    Position position = game.position();
    assertThat(position.move()).isLessThanOrEqualTo(bound);
    Side onTurn = game.onTurn();
    Game late = rules.timeout(game, game.clock().lastMoment(onTurn) + 1);
    assertThat(late.status()).isEqualTo(GameStatus.wonBy(onTurn.other()));
    games[0]++;
    for (int part = 0; part < position.parts(); part++) {
      Interval disputed = position.part(part);
      int j = part;
      then(toy, rules, game, new Action.Execute(position, j), level, bound, games);
      then(toy, rules, game, new Action.Refine(position, j, List.of()), level, bound, games);
      if (!disputed.isSingleStep()) {
        forEachList(
            toy,
            rules,
            level,
            disputed,
            list ->
                then(toy, rules, game, new Action.Dissect(position, j, list), level, bound, games));
      } else if (!rules.format().isLast(position.level())) {
        below(toy, position, j)
            .ifPresent(
                below ->
                    forEachList(
                        toy,
                        rules,
                        below,
                        new Interval(0, below.length()),
                        list ->
                            then(
                                toy,
                                rules,
                                game,
                                new Action.Refine(position, j, list),
                                below,
                                bound,
                                games)));
      }
    }
  }

  private static void then(
      Toy toy, Rules rules, Game game, Action.Move move, ToyTrace level, long bound, long[] games) {
    Address caller = game.account(game.onTurn());
    Game next;
    try {
      next = rules.move(game, caller, move, 0);
    } catch (RefusedCallException _) {
      return;
    }
    if (next.status() == GameStatus.RUNNING) {
      anything(toy, rules, next, level, bound, games);
    } else {
      assertThat(next.status()).isEqualTo(GameStatus.wonBy(game.onTurn()));
      games[0]++;
    }
  }

  /// The run that really follows from the state before a part, true or not.
  private static Optional<ToyTrace> below(Toy toy, Position position, int part) {
    try {
      Optional<LevelStart> opening =
          toy.refine(
              position.level(),
              position.context(),
              position.part(part).first(),
              position.before(part));
      return opening.map(o -> toy.traceOf(position.level() + 1, o));
    } catch (RefusedCallException _) {
      return Optional.empty();
    }
  }

  private static void forEachList(
      Toy toy, Rules rules, ToyTrace level, Interval interval, Consumer<List<Bytes32>> visit) {
    new Lists(toy, List.of(ToyLie.TRUTH, ToyLie.WRONG, ToyLie.GARBAGE))
        .forEach(level, interval, rules.format().partition(interval.length()), visit);
  }

  private static Refusal refusal(Runnable call) {
    List<Refusal> refused = new ArrayList<>();
    try {
      call.run();
    } catch (RefusedCallException e) {
      refused.add(e.refusal());
    }
    return refused.isEmpty() ? null : refused.getFirst();
  }
}
