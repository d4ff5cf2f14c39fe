package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.move.Position;
import opml.game.toy.Toy;
import org.junit.jupiter.api.Test;

/// Sizes that cannot be tried exhaustively: a liar that plays random moves, against an honest server and an honest
/// verifier at once. A failure names its seed.
class RandomGamesTest {
  private static final int GAMES = 150;

  @Test
  void honestSidesWinLongGamesOfTwoLevels() {
    play(Toy.of(300, 900), GAMES);
  }

  @Test
  void honestSidesWinLongGamesOfThreeLevels() {
    play(Toy.of(37, 40, 50), GAMES);
  }

  @Test
  void honestSidesWinLongGamesOfProgramsThatEndEarly() {
    play(Toy.of(300, 300).halting(0, 120).halting(1, 77), GAMES);
  }

  private static void play(Toy toy, int games) {
    long longest = 0;
    for (long seed = 1; seed <= games; seed++) {
      try {
        longest = Math.max(longest, play(new Market(toy), new SplittableRandom(seed)));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(toy + ", seed " + seed, e);
      }
    }
    // Not every liar gave up at once.
    assertThat(longest).isGreaterThan(toy.levels() + 1);
  }

  private static long play(Market market, SplittableRandom random) {
    RandomLiar liar = new RandomLiar(market, Market.LIAR, random, 1);
    market.request();
    ClaimId right = market.claim(Market.SERVER, market.rightState());
    ClaimId wrong = market.claim(Market.LIAR, market.wrongState());
    GameId challenge = market.challenge(Market.LIAR, right, liar.challenge());
    HonestParty server = market.honest(Market.SERVER);
    HonestParty verifier = market.honest(Market.VERIFIER);
    market.play(server, verifier, liar);
    assertThat(market.statusOf(right)).isEqualTo(ClaimStatus.FINAL);
    assertThat(market.statusOf(wrong)).isEqualTo(ClaimStatus.DEAD);

    List<Position> longest = market.history(challenge);
    for (GameId game : market.games()) {
      if (market.history(game).size() > longest.size()) {
        longest = market.history(game);
      }
    }
    assertThat((long) longest.size())
        .isLessThanOrEqualTo(market.toy().movesAtMost(market.format()));
    return longest.size();
  }
}
