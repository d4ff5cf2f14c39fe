package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import opml.game.move.GameFormat;
import opml.game.move.Side;
import opml.game.toy.Toy;
import opml.game.toy.ToyLie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The honest side against everything that the other one can do, at the sizes where everything can be tried. Each test
/// also demands a number of games played, so that none can pass by trying nothing.
class ExhaustiveSearchTest {
  private static final List<ToyLie> ALL_LIES = List.of(ToyLie.values());
  private static final List<ToyLie> THREE = List.of(ToyLie.TRUTH, ToyLie.WRONG, ToyLie.TWIN);
  private static final List<ToyLie> TWO = List.of(ToyLie.TRUTH, ToyLie.WRONG);

  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsEverySmallGameWithNothingRemembered(Side honest) {
    long games = 0;
    for (Toy toy :
        List.of(Toy.of(1), Toy.of(5), Toy.of(16), Toy.of(8, 3), Toy.of(4, 4), Toy.of(3, 3, 3))) {
      for (int arity = 2; arity <= 4; arity++) {
        games += new Search(toy, Search.rules(toy, arity), honest, THREE, false, 0).run().games();
      }
    }
    assertThat(games).isGreaterThan(2_000);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsAgainstEveryKindOfLie(Side honest) {
    long games = 0;
    for (Toy toy : List.of(Toy.of(9), Toy.of(4, 4), Toy.of(8, 3), Toy.of(3, 3, 3))) {
      for (int arity = 2; arity <= 4; arity++) {
        games += new Search(toy, Search.rules(toy, arity), honest, ALL_LIES, true, 0).run().games();
      }
    }
    assertThat(games).isGreaterThan(5_000);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsOnUpToThreeLevelsAndSixtyFourSteps(Side honest) {
    long games = 0;
    for (Toy toy : toysOfUpTo(64)) {
      for (int arity = 2; arity <= 4; arity++) {
        games += new Search(toy, Search.rules(toy, arity), honest, THREE, true, 0).run().games();
      }
    }
    assertThat(games).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsOnSixtyFourStepsAtEachLevel(Side honest) {
    long games = 0;
    for (Toy toy : List.of(Toy.of(64, 64), Toy.of(64, 8, 8), Toy.of(16, 16, 16))) {
      for (int arity = 2; arity <= 4; arity++) {
        games += new Search(toy, Search.rules(toy, arity), honest, THREE, true, 0).run().games();
      }
    }
    assertThat(games).isGreaterThan(10_000);
  }

  /// The protocol's own width: 2^15 lists where an interval is wide, all of them.
  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsEverySixteenAryGame(Side honest) {
    long tried = 0;
    for (Toy toy :
        List.of(
            Toy.of(1),
            Toy.of(15),
            Toy.of(16),
            Toy.of(17),
            Toy.of(64),
            Toy.of(2, 16),
            Toy.of(16, 16),
            Toy.of(64, 4),
            Toy.of(4, 64),
            Toy.of(4, 4, 4))) {
      Search search = new Search(toy, Search.rules(toy, 16), honest, TWO, true, 0).run();
      tried += search.games() + search.refused();
    }
    assertThat(tried).isGreaterThan(100_000);
  }

  @Test
  void longestGameIsAsLongAsTheProtocolSays() {
    for (Toy toy : List.of(Toy.of(16), Toy.of(16, 16), Toy.of(4, 4, 4), Toy.of(1, 2))) {
      long bound = toy.movesAtMost(new GameFormat(4, toy.levels()));
      long longest = 0;
      for (Side honest : Side.values()) {
        Search search = new Search(toy, Search.rules(toy, 4), honest, THREE, true, 0).run();
        longest = Math.max(longest, search.longest());
      }
      assertThat(longest).isEqualTo(bound);
    }
  }

  /// A program that is over early leaves a tail in which nothing happens; a lie may hide there, on any level.
  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsWhereProgramsEndEarly(Side honest) {
    List<ToyLie> lies = List.of(ToyLie.TRUTH, ToyLie.WRONG, ToyLie.FLIPPED, ToyLie.STALE);
    long games = 0;
    for (Toy toy : List.of(Toy.of(9), Toy.of(6, 5), Toy.of(4, 3, 4))) {
      for (int level = 0; level < toy.levels(); level++) {
        for (long used = 1; used < toy.lengths().get(level); used++) {
          Toy early = toy.halting(level, used);
          for (int arity = 2; arity <= 4; arity++) {
            games +=
                new Search(early, Search.rules(early, arity), honest, lies, true, 0).run().games();
          }
        }
      }
    }
    assertThat(games).isGreaterThan(5_000);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void honestSideWinsAtEveryPaceOfTheOther(Side honest) {
    long games = 0;
    long all = Search.ALLOWANCE.seconds();
    for (Toy toy : List.of(Toy.of(8), Toy.of(4, 4), Toy.of(3, 3, 3))) {
      games +=
          new Search(toy, Search.rules(toy, 2), honest, THREE, false, 0, 1, all / 2, all)
              .run()
              .games();
    }
    assertThat(games).isGreaterThan(1_000);
  }

  private static List<Toy> toysOfUpTo(long steps) {
    List<Toy> toys = new ArrayList<>();
    for (long a = 1; a <= steps; a++) {
      toys.add(Toy.of(a));
      for (long b = 1; a * b <= steps; b++) {
        toys.add(Toy.of(a, b));
        for (long c = 1; a * b * c <= steps; c++) {
          toys.add(Toy.of(a, b, c));
        }
      }
    }
    return toys;
  }
}
