package opml.sim.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.game.move.Parameters;
import opml.sim.toy.Automaton;
import org.junit.jupiter.api.Test;

class SimulatedChainTest {
  private static final Address ALICE = Automaton.account(1);
  private static final Address BOB = Automaton.account(2);
  private static final long GWEI = 1_000_000_000;

  private long baseFee = 10 * GWEI;
  private boolean censored;
  private boolean evicting;

  private final SimulatedChain chain =
      new SimulatedChain(
          Parameters.DEFAULT,
          List.of(),
          new Circumstances() {
            @Override
            public long baseFee(long slot) {
              return baseFee;
            }

            @Override
            public boolean isCensored(Address account, long slot) {
              return censored && account.equals(ALICE);
            }

            @Override
            public boolean evicts(long slot) {
              return evicting;
            }
          },
          Bugs.NONE);

  SimulatedChainTest() {
    chain.endow(ALICE, Wei.ether(1));
  }

  private Data transfer(long nonce, long wei, long gwei) {
    return chain.sign(
        ALICE,
        new UnsignedTransaction(
            chain.id(),
            nonce,
            21_000,
            Wei.gwei(gwei / 10),
            Wei.gwei(gwei),
            Call.transfer(BOB, Wei.of(wei))));
  }

  private long received() {
    return chain.balance(BOB).longValueExact();
  }

  @Test
  void transactionsOfAnAccountAreMinedInTheOrderOfTheirNonces() {
    chain.send(transfer(1, 10, 90));
    chain.seal(1);
    assertThat(received()).isZero();
    assertThat(chain.pendingNonce(ALICE)).isZero();
    chain.send(transfer(0, 1, 20));
    assertThat(chain.pendingNonce(ALICE)).isEqualTo(2);
    chain.seal(2);
    assertThat(received()).isEqualTo(11);
    assertThat(chain.minedNonce(ALICE)).isEqualTo(2);
  }

  @Test
  void whoeverReplacesATransactionPaysATenthMore() {
    chain.send(transfer(0, 1, 100));
    assertThatThrownBy(() -> chain.send(transfer(0, 2, 105)))
        .isInstanceOf(ChainException.Refused.class)
        .hasMessageContaining("underpriced");
    chain.send(transfer(0, 3, 110));
    chain.seal(1);
    assertThat(received()).isEqualTo(3);
  }

  @Test
  void whatPaysLessThanTheBaseFeeWaitsUnlessPoolsForgetIt() {
    chain.send(transfer(0, 1, 20));
    baseFee = 50 * GWEI;
    chain.seal(1);
    assertThat(chain.pendingNonce(ALICE)).isEqualTo(1);
    evicting = true;
    chain.seal(2);
    assertThat(chain.pendingNonce(ALICE)).isZero();
    assertThat(chain.hasPending()).isFalse();
  }

  @Test
  void aCensoredAccountWaits() {
    censored = true;
    chain.send(transfer(0, 1, 20));
    chain.seal(1);
    assertThat(received()).isZero();
    censored = false;
    chain.seal(2);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  void aReorganisationTakesBackWhatHappenedAndKeepsWhatWaits() {
    Data signed = transfer(0, 1, 20);
    chain.send(signed);
    chain.seal(1);
    BlockRef gone = chain.latest();
    chain.reorganise(1, 1, Optional.of(ALICE));
    assertThat(chain.latest()).isNotEqualTo(gone);
    assertThat(chain.block(gone.hash())).contains(gone);
    assertThatThrownBy(() -> chain.balance(BOB, gone))
        .isInstanceOf(ChainException.Reorganised.class);
    assertThat(received()).isZero();
    assertThat(chain.pendingNonce(ALICE)).isEqualTo(1);
    chain.seal(2);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  void noWeiIsLost() {
    Wei before = new Wei(chain.money());
    chain.send(transfer(0, 1, 20));
    chain.send(transfer(1, 1, 20));
    chain.seal(1);
    assertThat(new Wei(chain.money())).isEqualTo(before);
    assertThat(chain.balance(ALICE)).isLessThan(Wei.ether(1).value());
  }
}
