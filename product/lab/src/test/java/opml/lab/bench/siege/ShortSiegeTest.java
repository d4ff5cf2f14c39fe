package opml.lab.bench.siege;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.lab.bench.Reach;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.ChaosProxy.Dialect;
import opml.lab.bench.ground.Ground;
import opml.lab.bench.ground.Mallory;
import opml.lab.bench.ground.NodeFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Those attacks of the siege that need no clock, each in seconds.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ShortSiegeTest {
  private static final long FAILED = 2;

  @Test
  void aRightClaimThatDiesBehindItsDeadlineDeniesNothing() {
    assertThat(DenialRow.attack(_ -> {}).answered()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(RewardRow.Order.class)
  void anHonestChallengerIsNotPoorerWhoeverElseChallenges(RewardRow.Order order) {
    RewardRow.Outcome outcome = RewardRow.play(order);
    assertThat(outcome.gain()).as(outcome.toString()).isPositive();
    assertThat(outcome.burntShare()).isBetween(0.5, 1.0);
  }

  @Test
  void anIdleLookCostsAsMuchBehindManyRequestsAsBehindFew() {
    long few = IdleRow.calls(5, _ -> {});
    assertThat(IdleRow.calls(60, _ -> {})).isEqualTo(few).isLessThanOrEqualTo(10);
  }

  @ParameterizedTest
  @EnumSource(value = Dialect.class)
  void aDeliveryThatIsRefusedDelaysNoMoveWhateverTheNodeCallsIt(Dialect dialect) {
    assertThat(StuckRow.isLate(CallbackCode.REVERTS_AT_THE_END, dialect)).isFalse();
  }

  @Test
  void aDeliveryThatIsTooDearDelaysNoMove() {
    assertThat(StuckRow.isLate(CallbackCode.BURNS_AND_TAKES, Dialect.ANVIL)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void shamsAroundAChallengeDoNotKeepItOut(int shams) {
    assertThat(SandwichRow.blocks(shams, _ -> {})).isLessThanOrEqualTo(3);
  }

  @Test
  void aCallbackThatKnowsASimulationIsToldOnce() {
    assertThat(DrainRow.run(_ -> {}).reaches()).allMatch(Reach::isReached);
  }

  @Test
  void aLieBesideAFinalResultIsChallengedAllTheSame() {
    try (Ground ground = Ground.with(3600, 1800)) {
      RequestId request = ground.ask(1, Ground.digit(7), Ground.FEE);
      Agent server = new Server(ground.hub(4), ground.honest(), Journal.SILENT);
      server.tick();
      ground.skip(3500);
      lie(ground, request);
      ground.skip(200);
      server.tick();
      assertThat(ground.status(ground.onlyClaim())).isEqualTo(ClaimStatus.FINAL);
      new Verifier(ground.hub(3), ground.honest(), Journal.SILENT).tick();
      assertThat(ground.picture().games()).hasSize(1);
    }
  }

  private static void lie(Ground ground, RequestId request) {
    Mallory liar = ground.mallory(2);
    liar.must(
        liar.call("claim", request.hash(), FAILED, Bytes32.ZERO, new byte[0])
            .paying(ground.parameters().claimBond().times(2)),
        500_000);
  }

  @Test
  void aVerifierBehindALateNodeChallengesALieOnce() {
    try (Ground ground = Ground.with(3600, 1800)) {
      RequestId request = ground.ask(1, Ground.digit(7), Ground.FEE);
      lie(ground, request);
      ChaosProxy late = ground.proxy(ChaosProxy.Options.of(41, 0.4, Set.of(NodeFault.STALE)));
      Agent verifier =
          new Verifier(
              new Hub(
                  ground.deployment(), Ground.sender(ground.connect(late.url()), ground.wallet(3))),
              ground.honest(),
              Journal.SILENT);
      for (int look = 0; look < 12; look++) {
        try {
          verifier.tick();
        } catch (ChainException e) {
          // It looks again.
          ground.mine();
        }
        ground.mine();
      }
      assertThat(ground.picture().games()).hasSize(1);
    }
  }
}
