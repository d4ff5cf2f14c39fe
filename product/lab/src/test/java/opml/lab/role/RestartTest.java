package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.ClaimStatus;
import opml.game.move.GameStatus;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Agents that are killed after every single transaction of theirs, before they see what became of it.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class RestartTest extends OnDevChain {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  @AfterEach
  void mineAgain() {
    dev.autoMine(true);
  }

  /// When the transaction of a killed process comes into a block.
  enum Arrival {
    AT_ONCE,
    WHILE_THE_NEXT_PROCESS_WAITS
  }

  private static final class Killed extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
  }

  /// The chain of one process, which dies once its first transaction is handed over.
  private static final class Deadly extends ForwardingChain {
    private final Arrival arrival;
    private int looks;

    Deadly(Arrival arrival) {
      super(dev.chain());
      this.arrival = arrival;
    }

    @Override
    public void send(Data signed) {
      dev.autoMine(arrival == Arrival.AT_ONCE);
      super.send(signed);
      throw new Killed();
    }

    @Override
    public long pendingNonce(Address account) {
      if (++looks == 3) {
        dev.mine(1); // a block comes while somebody waits for it
      }
      return super.pendingNonce(account);
    }
  }

  private final Scene scene = Scene.set(dev, TestModels.dense());

  /// {@return whether the process came to send something, and died of it}
  private boolean live(Arrival arrival, Function<Chain, Agent> birth) {
    try {
      birth.apply(new Deadly(arrival)).tick();
      return false;
    } catch (Killed e) {
      return true;
    }
  }

  private Function<Chain, Agent> server(int account, Workshop workshop) {
    Server.Policy policy = new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0);
    return chain -> new Server(scene.hub(account, chain), workshop, Journal.SILENT, policy);
  }

  private Function<Chain, Agent> verifier(int account, Workshop workshop) {
    return chain -> new Verifier(scene.hub(account, chain), workshop, Journal.SILENT);
  }

  /// Everybody lives and dies until nothing is left to do.
  private int play(Arrival arrival, List<Function<Chain, Agent>> agents) {
    int deaths = 0;
    for (int round = 0; round < 200; round++) {
      boolean acted = false;
      for (Function<Chain, Agent> birth : agents) {
        if (live(arrival, birth)) {
          acted = true;
          deaths++;
        }
      }
      dev.autoMine(true);
      dev.mine(1);
      Picture picture = scene.picture();
      if (!acted) {
        if (picture.games().values().stream().anyMatch(game -> game.settled().isPlayed())) {
          scene.passAllowance();
        } else if (picture.claims().values().stream()
            .anyMatch(claim -> claim.state().status() == ClaimStatus.LIVE)) {
          scene.passWindow();
        } else {
          return deaths;
        }
      }
    }
    throw new AssertionError("nothing ends in 200 rounds");
  }

  private static final Wei GAS = Wei.gwei(8_000_000);

  private void assertGain(int account, Wei before, Wei gain, Wei loss) {
    Wei expected = before.plus(gain).minus(loss);
    assertThat(scene.balance(account)).isLessThanOrEqualTo(expected);
    assertThat(scene.balance(account).plus(GAS)).isGreaterThan(expected);
  }

  @ParameterizedTest
  @EnumSource
  void verifierLosesNoBondAndChallengesOnce(Arrival arrival) {
    scene.ask(INPUT);
    Wei liar = scene.balance(3);
    Wei verifier = scene.balance(4);
    Liar lies = new Liar(scene.model(), new Lie.InLastStep(1, 3));
    int deaths = play(arrival, List.of(server(3, lies), verifier(4, scene.honest())));
    assertThat(deaths).isGreaterThan(5);
    assertThat(scene.claims()).hasSize(1);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(scene.games()).hasSize(1);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    Wei bond = Scene.PARAMETERS.claimBond();
    assertGain(3, liar, Wei.ZERO, bond);
    assertGain(4, verifier, new Wei(bond.value().shiftRight(2)), Wei.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  void serverLosesNoBondAndClaimsOnce(Arrival arrival) {
    scene.ask(INPUT);
    Wei server = scene.balance(2);
    Wei sham = scene.balance(5);
    Liar lies = new Liar(scene.model(), new Lie.InLastStep(1, 3));
    play(arrival, List.of(server(2, scene.honest()), verifier(5, lies)));
    assertThat(scene.claims()).hasSize(1);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);
    assertThat(scene.games()).hasSize(1);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.SERVER_WON);
    Wei bond = Scene.PARAMETERS.challengeBond();
    assertGain(2, server, Scene.FEE.plus(bond), Wei.ZERO);
    assertGain(5, sham, Wei.ZERO, bond);
  }

  @Test
  void aTickWithATransactionOfItsOwnOnTheWayDecidesNothing() {
    scene.ask(INPUT);
    assertThat(live(Arrival.WHILE_THE_NEXT_PROCESS_WAITS, server(2, scene.honest()))).isTrue();
    // No block comes this time.
    Agent next = scene.server(2, Journal.SILENT);
    assertThatThrownBy(next::tick)
        .isInstanceOf(ChainException.Unreachable.class)
        .hasMessageContaining("still wait for a block");
    dev.autoMine(true);
    dev.mine(1);
    next.tick();
    assertThat(scene.claims()).hasSize(1);
  }

  @Test
  void aTickThatWasCutShortIsWaitedForByTheNextOfTheSameProcess() {
    scene.ask(INPUT);
    boolean[] sent = {false};
    List<String> cut = new ArrayList<>();
    Chain chain =
        new ForwardingChain(dev.chain()) {
          @Override
          public void send(Data signed) {
            dev.autoMine(false);
            super.send(signed);
            sent[0] = true;
          }

          @Override
          public Optional<Receipt> receipt(TxHash transaction) {
            cut();
            return super.receipt(transaction);
          }

          @Override
          public long minedNonce(Address account) {
            cut();
            return super.minedNonce(account);
          }

          /// After the sending, the first answer is none, and from then on blocks come.
          private void cut() {
            if (sent[0] && cut.isEmpty()) {
              cut.add("here");
              throw new ChainException.Malformed("the node stammers");
            }
            if (!cut.isEmpty()) {
              dev.mine(1);
            }
          }
        };
    Agent server = server(2, scene.honest()).apply(chain);
    server.tick();
    server.tick();
    dev.autoMine(true);
    dev.mine(1);
    assertThat(scene.claims()).hasSize(1);
  }
}
