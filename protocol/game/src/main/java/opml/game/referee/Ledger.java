package opml.game.referee;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import opml.core.account.Address;

/// The hub's money, in wei. What comes in is locked, in a fee or a bond, until it is credited to somebody; what is
/// credited stays until its owner takes it out. So at every time `paid in = locked + credited + paid out`, and each
/// wei is in one place.
public final class Ledger {
  private final Map<Address, BigInteger> credits = new LinkedHashMap<>();
  private BigInteger locked = BigInteger.ZERO;
  private BigInteger paidIn = BigInteger.ZERO;
  private BigInteger paidOut = BigInteger.ZERO;

  /// {@return the same money, on its own from now on}
  Ledger copy() {
    Ledger copy = new Ledger();
    copy.credits.putAll(credits);
    copy.locked = locked;
    copy.paidIn = paidIn;
    copy.paidOut = paidOut;
    return copy;
  }

  /// {@return what somebody may take out}
  public BigInteger credit(Address owner) {
    return credits.getOrDefault(owner, BigInteger.ZERO);
  }

  /// {@return what fees and bonds hold}
  public BigInteger locked() {
    return locked;
  }

  /// {@return what all may take out together}
  public BigInteger credited() {
    return credits.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
  }

  public BigInteger paidIn() {
    return paidIn;
  }

  public BigInteger paidOut() {
    return paidOut;
  }

  void payIn(BigInteger amount) {
    if (amount.signum() < 0) {
      throw new IllegalArgumentException("a payment is not negative: " + amount);
    }
    paidIn = paidIn.add(amount);
    locked = locked.add(amount);
  }

  void credit(Address owner, BigInteger amount) {
    if (amount.signum() < 0 || amount.compareTo(locked) > 0) {
      throw new IllegalStateException("credit of " + amount + " wei, " + locked + " are locked");
    }
    locked = locked.subtract(amount);
    credits.merge(owner, amount, BigInteger::add);
  }

  BigInteger withdraw(Address owner) {
    BigInteger amount = credit(owner);
    RefusedCallException.require(
        amount.signum() > 0, Refusal.NOTHING_TO_WITHDRAW, owner + " has no credit");
    credits.remove(owner);
    paidOut = paidOut.add(amount);
    return amount;
  }
}
