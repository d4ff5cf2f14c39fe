package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.solver.Paths;
import opml.game.toy.Toy;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// The rows of the attack table (`protocol.md` §7) that are about several claims and games, and about money.
class MarketAttackTest {
  private static final BigInteger CLAIM_BOND = Market.PARAMETERS.claimBond().value();
  private static final BigInteger CHALLENGE_BOND = Market.PARAMETERS.challengeBond().value();
  private static final BigInteger BURNT =
      CLAIM_BOND
          .subtract(Market.PARAMETERS.reward(CLAIM_BOND, 1))
          .subtract(Market.PARAMETERS.toRequester(CLAIM_BOND));

  private final Market market = new Market(Toy.of(40, 50));

  @Test
  void unchallengedRightClaimEarnsTheFee() {
    RequestId request = market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    market.play(market.honest(Market.SERVER), market.honest(Market.VERIFIER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.FINAL);
    assertThat(market.hub().request(request).status()).isEqualTo(RequestStatus.FINAL);
    assertThat(market.gain(Market.SERVER)).isEqualTo(Market.FEE);
    assertThat(market.games()).isEmpty();
  }

  @Test
  void honestVerifierKillsAWrongClaim() {
    RequestId request = market.request();
    ClaimId claim = market.claim(Market.LIAR, market.wrongState());
    market.play(market.honest(Market.VERIFIER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.DEAD);
    assertThat(market.hub().request(request).status()).isEqualTo(RequestStatus.EXPIRED);
    assertThat(market.gain(Market.LIAR)).isEqualTo(CLAIM_BOND.negate());
    assertThat(market.gain(Market.VERIFIER)).isEqualTo(Market.PARAMETERS.reward(CLAIM_BOND, 1));
    assertThat(market.gain(Market.REQUESTER)).isEqualTo(Market.PARAMETERS.toRequester(CLAIM_BOND));
    assertThat(market.gain(Address.BURNT)).isEqualTo(BURNT);
  }

  @Test
  void shamChallengeFinalisesNothing() {
    market.request();
    ClaimId claim = market.claim(Market.LIAR, market.wrongState());
    // The liar's friend challenges, and gives up: its game is lost, which must not settle the
    // claim.
    GameId sham = market.challenge(Market.SHAM, claim, market.honest(Market.SHAM).opening());
    market.react(market.honest(Market.VERIFIER));
    market.perform(Market.LIAR, lyingDissection(sham));
    market.waitFor(Market.ALLOWANCE + 1);
    market.perform(Market.LIAR, new Action.Timeout(sham));
    assertThat(market.hub().game(sham).status()).isEqualTo(GameStatus.SERVER_WON);
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.LIVE);
    market.waitFor(Market.WINDOW);
    refused(() -> market.perform(Market.LIAR, new Action.Resolve(claim)), Refusal.GAMES_ARE_OPEN);
    market.play(market.honest(Market.VERIFIER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.DEAD);
    assertThat(market.gain(Market.VERIFIER)).isPositive();
  }

  @Test
  void hundredShamsCostTheServerNothing() {
    market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    for (int i = 0; i < 100; i++) {
      market.sham(Market.address(0x1000 + i), claim);
    }
    market.play(market.honest(Market.SERVER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.FINAL);
    assertThat(market.gain(Market.SERVER))
        .isEqualTo(Market.FEE.add(CHALLENGE_BOND.multiply(BigInteger.valueOf(100))));
    assertThat(market.gain(Market.address(0x1000))).isEqualTo(CHALLENGE_BOND.negate());
  }

  @Test
  void challengeAtWindowEndIsPlayed() {
    market.request();
    ClaimId claim = market.claim(Market.LIAR, market.wrongState());
    market.waitFor(Market.WINDOW);
    refused(() -> market.perform(Market.LIAR, new Action.Resolve(claim)), Refusal.WINDOW_OPEN);
    market.react(market.honest(Market.VERIFIER));
    assertThat(market.games()).hasSize(1);
    market.waitFor(1);
    refused(() -> market.sham(Market.SHAM, claim), Refusal.WINDOW_CLOSED);
    refused(() -> market.perform(Market.LIAR, new Action.Resolve(claim)), Refusal.GAMES_ARE_OPEN);
    market.play(market.honest(Market.VERIFIER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.DEAD);
    // Whoever held back has a window more, behind which the request ends.
    assertThat(market.now())
        .isLessThanOrEqualTo(10_000 + 2 * Market.WINDOW + 2 * Market.ALLOWANCE + 2);
  }

  @Test
  void selfChallengeLosesTheBurn() {
    // Requester, server and challenger are one person, on one account.
    market.requestOf(Market.LIAR);
    ClaimId claim = market.claim(Market.LIAR, market.wrongState());
    GameId own = market.challenge(Market.LIAR, claim, market.honest(Market.LIAR).opening());
    GameId other = market.challenge(Market.SHAM, claim, market.honest(Market.SHAM).opening());
    market.waitFor(Market.ALLOWANCE + 1);
    market.perform(Market.LIAR, new Action.Timeout(own));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.DEAD);
    market.play(market.honest(Market.LIAR));
    BigInteger half = Market.PARAMETERS.reward(CLAIM_BOND, 2);
    assertThat(market.gain(Market.LIAR))
        .isEqualTo(
            CLAIM_BOND.subtract(half).subtract(Market.PARAMETERS.toRequester(CLAIM_BOND)).negate());
    assertThat(BURNT.shiftLeft(1)).isGreaterThanOrEqualTo(CLAIM_BOND);
    // The game of the one who came second is void: no move, no timeout, the bond back, once.
    refused(() -> market.perform(Market.SHAM, new Action.Timeout(other)), Refusal.CLAIM_NOT_LIVE);
    market.perform(Market.VERIFIER, new Action.Reclaim(other));
    refused(() -> market.perform(Market.SHAM, new Action.Reclaim(other)), Refusal.GAME_NOT_RUNNING);
    assertThat(market.gain(Market.SHAM)).isEqualTo(half);
  }

  @Test
  void shamBondIsLostOnARightClaim() {
    market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    GameId sham = market.sham(Market.SHAM, claim);
    GameId second = market.sham(Market.SHAM, claim);
    refused(() -> market.perform(Market.SHAM, new Action.Reclaim(sham)), Refusal.CLAIM_NOT_DEAD);
    market.play(market.honest(Market.SERVER));
    assertThat(market.statusOf(claim)).isEqualTo(ClaimStatus.FINAL);
    for (GameId game : List.of(sham, second)) {
      refused(
          () -> market.perform(Market.SHAM, new Action.Reclaim(game)), Refusal.GAME_NOT_RUNNING);
    }
    assertThat(market.gain(Market.SHAM))
        .isEqualTo(CHALLENGE_BOND.multiply(BigInteger.valueOf(3)).negate());
  }

  @Test
  void honestClaimEntersBesideWrongOnes() {
    RequestId request = market.request();
    List<ClaimId> wrong = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      wrong.add(market.claim(Market.LIAR, market.wrongState()));
    }
    ClaimId right = market.claim(Market.SERVER, market.rightState());
    assertThat(market.hub().claim(right).bond())
        .isEqualTo(CLAIM_BOND.multiply(BigInteger.valueOf(4)));
    market.play(market.honest(Market.SERVER));
    assertThat(market.statusOf(right)).isEqualTo(ClaimStatus.FINAL);
    assertThat(wrong).allMatch(claim -> market.statusOf(claim) == ClaimStatus.DEAD);
    assertThat(market.hub().request(request).status()).isEqualTo(RequestStatus.FINAL);
    // 1 + 2 + 3 bonds are lost, half of them burnt.
    assertThat(market.gain(Market.LIAR))
        .isEqualTo(CLAIM_BOND.multiply(BigInteger.valueOf(6)).negate());
  }

  @Test
  void secondRightClaimIsSupersededAndKeepsItsBond() {
    market.request();
    market.claim(Market.SERVER, market.rightState());
    ClaimId second = market.claim(Market.VERIFIER, market.rightState());
    market.play(market.honest(Market.SERVER));
    assertThat(market.statusOf(second)).isEqualTo(ClaimStatus.SUPERSEDED);
    assertThat(market.gain(Market.VERIFIER)).isZero();
  }

  @Test
  void killedRightClaimCanBePostedAgain() {
    RequestId request = market.request();
    ClaimId absent = market.claim(Market.SERVER, market.rightState());
    GameId sham = market.sham(Market.SHAM, absent);
    market.waitFor(Market.ALLOWANCE + 1); // the server's machine is off
    market.perform(Market.SHAM, new Action.Timeout(sham));
    assertThat(market.statusOf(absent)).isEqualTo(ClaimStatus.DEAD);
    assertThat(market.hub().request(request).status()).isEqualTo(RequestStatus.OPEN);
    ClaimId again = market.claim(Market.VERIFIER, market.rightState());
    market.play(market.honest(Market.VERIFIER));
    assertThat(market.statusOf(again)).isEqualTo(ClaimStatus.FINAL);
    assertThat(market.gain(Market.VERIFIER)).isEqualTo(Market.FEE);
  }

  @Test
  void rightClaimSuicideCannotDenyTheRequest() {
    RequestId request = market.request();
    market.waitFor(Market.DEADLINE); // the last second
    ClaimId right = market.claim(Market.LIAR, market.rightState());
    GameId sham = market.sham(Market.SHAM, right);
    market.waitFor(Market.ALLOWANCE + 1);
    market.perform(Market.SHAM, new Action.Timeout(sham));
    assertThat(market.hub().request(request).extensions()).isEqualTo(1);
    assertThat(market.hub().request(request).deadline()).isEqualTo(market.now() + Market.WINDOW);
    refused(
        () -> market.perform(Market.SHAM, new Action.Expire(request)), Refusal.DEADLINE_NOT_PASSED);
    market.waitFor(Market.WINDOW); // the last second of grace
    ClaimId again = market.claim(Market.SERVER, market.rightState());
    assertThat(market.hub().claim(again).bond()).isEqualTo(CLAIM_BOND.shiftLeft(1));
    market.play(market.honest(Market.SERVER));
    assertThat(market.statusOf(again)).isEqualTo(ClaimStatus.FINAL);
    assertThat(market.gain(Market.SERVER)).isEqualTo(Market.FEE);
    // Three quarters of a bond went into it; what is left is the accomplice's reward.
    BigInteger reward = Market.PARAMETERS.reward(CLAIM_BOND, 1);
    assertThat(market.gain(Market.LIAR).add(market.gain(Market.SHAM)))
        .isEqualTo(reward.subtract(CLAIM_BOND));
  }

  @Test
  void selfShamsBurnTheirExcess() {
    market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    for (int i = 0; i < 4; i++) {
      assertThat(market.hub().challengeBondDue(claim))
          .isEqualTo(CHALLENGE_BOND.multiply(BigInteger.valueOf(1L + i)));
      market.sham(Market.SHAM, claim);
    }
    market.play(market.honest(Market.SERVER));
    assertThat(market.gain(Market.SHAM))
        .isEqualTo(CHALLENGE_BOND.multiply(BigInteger.valueOf(10)).negate());
    assertThat(market.gain(Address.BURNT))
        .isEqualTo(CHALLENGE_BOND.multiply(BigInteger.valueOf(6)));
    assertThat(market.gain(Market.SERVER))
        .isEqualTo(Market.FEE.add(CHALLENGE_BOND.multiply(BigInteger.valueOf(4))));
  }

  @Test
  void reorgedMoveReverts() {
    market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    GameId game = market.sham(Market.SHAM, claim);
    Action.Move answer = (Action.Move) market.honest(Market.SERVER).actions().getFirst();
    // The same challenger's next challenge, and the same challenge with another list.
    List<Bytes32> other = market.shamList();
    other.set(0, Bytes32.ZERO);
    GameId second = market.challenge(Market.SHAM, claim, other);
    Position posted = market.hub().game(second).position();
    Position meant = answer.answered();
    Position retargeted =
        new Position(
            second,
            meant.move(),
            meant.level(),
            meant.poster(),
            meant.first(),
            meant.length(),
            meant.start(),
            meant.context(),
            meant.states());
    assertThat(posted.hash()).isNotEqualTo(meant.hash());
    Action.Dissect dissect = (Action.Dissect) answer;
    Action.Dissect wrong = new Action.Dissect(retargeted, dissect.part(), dissect.states());
    refused(() -> market.perform(Market.SERVER, wrong), Refusal.POSITION_MISMATCH);
    // And a move that was made already is not made again.
    market.perform(Market.SERVER, answer);
    refused(() -> market.perform(Market.SERVER, answer), Refusal.NOT_ON_TURN);
    assertThat(market.history(game)).hasSize(2);
  }

  @Test
  void namedServerAloneMayClaim() {
    RequestId named = request(Market.SERVER);
    Bytes32 right = market.rightState();
    Bytes32 output = Market.outputOf(right);
    refused(
        () -> market.hub().claim(Market.LIAR, named, right, output, CLAIM_BOND, market.now()),
        Refusal.NOT_THE_NAMED_SERVER);
    market.hub().claim(Market.SERVER, named, right, output, CLAIM_BOND, market.now());
    assertThat(market.hub().request(named).liveClaims()).isEqualTo(1);
  }

  @Test
  void surplusBondIsCredited() {
    RequestId open = request(Address.ZERO);
    Bytes32 right = market.rightState();
    Bytes32 output = Market.outputOf(right);
    BigInteger twice = CLAIM_BOND.shiftLeft(1);
    // Sent for the second place, taken for the first.
    market.hub().claim(Market.SERVER, open, right, output, twice, market.now());
    assertThat(market.hub().ledger().credit(Market.SERVER)).isEqualTo(CLAIM_BOND);
    // Sent for the first place, due for the second.
    refused(
        () -> market.hub().claim(Market.LIAR, open, right, output, CLAIM_BOND, market.now()),
        Refusal.BOND_TOO_SMALL);
    refused(
        () ->
            market
                .hub()
                .claim(Market.LIAR, open, right, output, twice, market.now() + Market.DEADLINE + 1),
        Refusal.DEADLINE_PASSED);
  }

  private RequestId request(Address server) {
    return market
        .hub()
        .request(
            Market.REQUESTER,
            Toy.MODEL,
            Toy.INPUT,
            server,
            market.now() + Market.DEADLINE,
            Market.FEE,
            market.now());
  }

  /// Whatever anybody does, each wei is in one place after every call, and nothing is left in the end.
  @Test
  void everyWeiOnce() {
    for (long seed = 1; seed <= 120; seed++) {
      try {
        everyWeiOnce(new SplittableRandom(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void everyWeiOnce(SplittableRandom random) {
    Market market = new Market(Toy.of(1 + random.nextInt(40), 1 + random.nextInt(40)));
    List<Player> parties = new ArrayList<>();
    parties.add(market.honest(Market.SERVER));
    parties.add(market.honest(Market.VERIFIER));
    parties.add(new RandomLiar(market, Market.LIAR, random, 0.9));
    parties.add(new RandomLiar(market, Market.SHAM, random, 0.5));
    for (int i = 0; i < 3; i++) {
      market.request();
      for (int c = random.nextInt(4); c > 0; c--) {
        boolean honest = random.nextBoolean();
        ClaimId claim =
            honest
                ? market.claim(Market.SERVER, market.rightState())
                : market.claim(Market.LIAR, market.wrongState());
        for (int g = random.nextInt(3); g > 0; g--) {
          if (honest) {
            market.sham(Market.LIAR, claim);
          } else {
            List<Bytes32> list = new ArrayList<>(market.honest(Market.SHAM).opening());
            if (random.nextBoolean()) {
              list.set(list.size() - 1, Bytes32.ZERO); // as wrong as the claim
            }
            market.challenge(Market.SHAM, claim, list);
          }
        }
        market.waitFor(random.nextInt(100));
        market.react(parties.toArray(Player[]::new));
      }
    }
    market.play(parties.toArray(Player[]::new));
    checkOutcomes(market);
    for (GameId game : market.games()) {
      if (market.hub().game(game).isVoid()) {
        market.perform(Market.SHAM, new Action.Reclaim(game));
      }
    }
    for (Address party :
        List.of(
            Market.REQUESTER,
            Market.SERVER,
            Market.VERIFIER,
            Market.LIAR,
            Market.SHAM,
            Address.BURNT)) {
      if (market.hub().ledger().credit(party).signum() > 0) {
        market.perform(party, new Action.Withdraw());
      }
      refused(() -> market.perform(party, new Action.Withdraw()), Refusal.NOTHING_TO_WITHDRAW);
    }
    assertThat(market.hub().ledger().paidOut()).isEqualTo(market.hub().ledger().paidIn());
    assertThat(market.hub().ledger().locked()).isZero();
  }

  /// T2 and T3: no wrong claim survives, no right one dies. And every level is found again from the emitted positions.
  private static void checkOutcomes(Market market) {
    for (RequestId request : market.requests()) {
      for (ClaimId id : market.claims(request)) {
        boolean right = market.hub().claim(id).claim().finalState().equals(market.rightState());
        assertThat(market.statusOf(id))
            .isIn(
                right
                    ? List.of(ClaimStatus.FINAL, ClaimStatus.SUPERSEDED)
                    : List.of(ClaimStatus.DEAD));
      }
    }
    for (GameId id : market.games()) {
      Game game = market.hub().game(id);
      List<Position> history = market.history(id);
      boolean honestIsIn =
          List.of(Market.SERVER, Market.VERIFIER).contains(game.challenger())
              || game.server().equals(Market.SERVER);
      if (honestIsIn) {
        assertThat(Paths.path(history, market.truth()))
            .hasValueSatisfying(
                path ->
                    assertThat(market.truth().along(path).opening())
                        .isEqualTo(market.truth().along(game.path()).opening()));
      }
      assertThat(history.size())
          .isLessThanOrEqualTo((int) market.toy().movesAtMost(market.format()));
    }
  }

  private Action.Move lyingDissection(GameId id) {
    Position position = market.hub().game(id).position();
    int part = position.parts() - 1;
    List<Bytes32> list =
        new ArrayList<>(
            market
                .truth()
                .at(position.part(part), market.format().partition(position.part(part).length())));
    list.set(list.size() - 1, market.wrongState());
    return new Action.Dissect(position, part, list);
  }

  private static void refused(ThrowingCallable call, Refusal refusal) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RefusedCallException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
