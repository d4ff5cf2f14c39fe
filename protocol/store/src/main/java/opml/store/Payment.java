package opml.store;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.RequestId;

/// Money that moved in a block.
///
/// @param request for which it moved, if for one
/// @param amount below 2^63 gwei, nine billion ether, so that databases can add
/// @param at seconds since 1970, of the block
public record Payment(
    long block,
    PaymentKind kind,
    Optional<RequestId> request,
    Address account,
    Wei amount,
    long at) {
  private static final long SECONDS_A_DAY = 86_400;
  private static final BigInteger GWEI = BigInteger.TEN.pow(9);

  public Payment {
    if (block < 0 || at < 0 || amount.value().divide(GWEI).bitLength() >= Long.SIZE) {
      throw new IllegalArgumentException(
          "not a payment: block %d, time %d, %s".formatted(block, at, amount));
    }
  }

  /// Refuses payments of one transaction that are of several blocks.
  public static void requireOneBlock(List<Payment> payments) {
    if (payments.stream().map(Payment::block).distinct().count() > 1) {
      throw new IllegalArgumentException("a transaction is in one block: " + payments);
    }
  }

  /// {@return the day in UTC, as a number of days since 1970}
  public long day() {
    return at / SECONDS_A_DAY;
  }
}
