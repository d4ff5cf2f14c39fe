package opml.agent;

import java.math.BigInteger;
import opml.core.account.Wei;

/// What an account may stake in one look at the chain: its balance, less the gas of a whole game for each claim and
/// each game that it has at stake already. Whoever stakes that too wins his games until his money ends, and then loses
/// all of them.
final class Purse {
  private final Wei balance;
  private final Wei price;
  private final Wei atStake;
  private final BigInteger free;

  /// @param balance of the account
  /// @param price of a unit of gas, tip included, that games must be affordable at
  /// @param gasAtStake of whole games for all that is at stake
  /// @param bonds that are staked, and may be part of the balance yet
  Purse(Wei balance, Wei price, long gasAtStake, Wei bonds) {
    this.balance = balance;
    this.price = price;
    this.atStake = price.times(gasAtStake);
    this.free = balance.value().subtract(atStake.value()).subtract(bonds.value());
  }

  /// {@return what must be free for a bond and the gas that it may come to cost}
  Wei needed(Wei bond, long gas) {
    return bond.plus(price.times(gas));
  }

  /// {@return whether that is free}
  boolean affords(Wei bond, long gas) {
    return free.compareTo(needed(bond, gas).value()) >= 0;
  }

  Wei balance() {
    return balance;
  }

  /// {@return the gas of whole games for all that is at stake}
  Wei atStake() {
    return atStake;
  }

  /// {@return what is free; nothing if even what is at stake is not covered}
  Wei free() {
    return new Wei(free.max(BigInteger.ZERO));
  }
}
