package opml.ethereum.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import org.junit.jupiter.api.Test;

class FeesTest {
  @Test
  void absurdFeesStayBelowTheCeiling() {
    Wei absurd = new Wei(BigInteger.TWO.pow(256).subtract(BigInteger.ONE));
    Wei ceiling = Wei.gwei(100);
    assertThat(Fees.of(Wei.gwei(1), absurd, ceiling)).isEqualTo(new Fees(Wei.gwei(99), ceiling));
    assertThat(Fees.of(Wei.gwei(1), Wei.gwei(2), ceiling))
        .isEqualTo(new Fees(Wei.gwei(2), Wei.gwei(4)));
    assertThat(new Fees(Wei.of(8), Wei.of(80)).raised(Wei.of(1), ceiling))
        .contains(new Fees(Wei.of(10), Wei.of(91)));
    assertThat(new Fees(Wei.ZERO, Wei.gwei(1)).raised(absurd, ceiling))
        .contains(new Fees(Wei.of(1), ceiling));
    assertThat(new Fees(Wei.ZERO, ceiling).raised(Wei.of(1), ceiling)).isEmpty();
    assertThatThrownBy(() -> Fees.of(absurd, Wei.ZERO, ceiling))
        .isInstanceOf(ChainException.TooExpensive.class);
  }

  @Test
  void outbiddingReachesAnyTipInFewStepsAndEndsAtTheCeiling() {
    Wei ceiling = Wei.gwei(500);
    Optional<Fees> fees = Optional.of(new Fees(Wei.ZERO, Wei.gwei(2)));
    Fees last = fees.get();
    int steps = 0;
    for (; fees.isPresent(); fees = fees.get().outbidding(ceiling)) {
      last = fees.get();
      steps++;
    }
    assertThat(steps).isLessThan(60);
    assertThat(last.max()).isBetween(Wei.gwei(440), ceiling);
    assertThat(last.tip()).isBetween(Wei.gwei(50), last.max());
  }
}
