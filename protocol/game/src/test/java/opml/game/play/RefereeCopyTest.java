package opml.game.play;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.core.account.Address;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.referee.Hearing;
import opml.game.referee.Referee;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.toy.Toy;
import org.junit.jupiter.api.Test;

/// What a chain goes back to, and what is delivered once.
class RefereeCopyTest {
  private final Market market = new Market(Toy.of(20, 30));

  @Test
  void aCopyGoesItsOwnWay() {
    RequestId request = market.request();
    ClaimId claim = market.claim(Market.SERVER, market.rightState());
    Referee copy = market.hub().copy();
    market.waitFor(Market.WINDOW + 1);
    market.hub().resolve(claim, market.now());
    assertThat(copy.request(request).status()).isEqualTo(RequestStatus.OPEN);
    assertThat(copy.claim(claim).status()).isEqualTo(ClaimStatus.LIVE);
    assertThat(copy.ledger().credit(Market.SERVER)).isZero();
    copy.resolve(claim, market.now());
    assertThat(copy.request(request)).isEqualTo(market.hub().request(request));
    assertThat(copy.ledger().credit(Market.SERVER))
        .isEqualTo(market.hub().ledger().credit(Market.SERVER));
    assertThat(copy.finalClaim(request)).isEqualTo(copy.claim(claim));
  }

  @Test
  void aDeliveryThatFailsMayBeTriedAgainAndOneThatSucceedsMayNot() {
    Address receiver = Market.address(0x7e57);
    RequestId request =
        market
            .hub()
            .request(
                Market.REQUESTER,
                Toy.MODEL,
                Toy.INPUT,
                Address.ZERO,
                market.now() + Market.DEADLINE,
                receiver,
                50_000,
                Market.FEE,
                market.now());
    ClaimId claim =
        market
            .hub()
            .claim(
                Market.SERVER,
                request,
                market.rightState(),
                Market.outputOf(market.rightState()),
                Market.PARAMETERS.claimBond().value(),
                market.now());
    assertRefused(claim, Hearing.REFUSED, Refusal.DELIVERY_FAILED);
    assertRefused(claim, Hearing.STARVED, Refusal.DELIVERY_STARVED);
    assertThat(market.hub().isDelivered(claim)).isFalse();
    market.hub().deliverProvisional(claim, Market.outputOf(market.rightState()), Hearing.HEARD);
    assertThat(market.hub().isDelivered(claim)).isTrue();
    assertRefused(claim, Hearing.HEARD, Refusal.ALREADY_DELIVERED);
    assertThat(market.hub().isDelivered(request)).isFalse();
  }

  private void assertRefused(ClaimId claim, Hearing hearing, Refusal refusal) {
    assertThatThrownBy(
            () ->
                market
                    .hub()
                    .deliverProvisional(claim, Market.outputOf(market.rightState()), hearing))
        .isInstanceOfSatisfying(
            RefusedCallException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }
}
