package opml.cli.console;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Locale;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;

/// Amounts, counts and hashes as people read them.
public final class Amounts {
  private Amounts() {}

  /// {@return an amount of wei in ETH, exactly}
  public static String eth(BigInteger wei) {
    BigDecimal eth = new BigDecimal(wei, 18).stripTrailingZeros();
    return (eth.scale() < 0 ? eth.setScale(0) : eth).toPlainString() + " ETH";
  }

  /// {@return an amount in ETH with four digits that count, for people who want to know about how much}
  public static String rounded(Wei amount) {
    BigDecimal eth = new BigDecimal(amount.value(), 18).round(new MathContext(4));
    return eth(eth.movePointRight(18).toBigIntegerExact());
  }

  /// {@return a count with its thousands apart}
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /// {@return a count of things: `1 line`, `2,000 lines`}
  public static String count(long value, String thing) {
    return count(value) + " " + thing + (value == 1 ? "" : "s");
  }

  /// {@return seconds with two decimals}
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }

  /// {@return the first four bytes of an address}
  public static String brief(Address account) {
    return account.toString().substring(0, 10) + "…";
  }

  /// {@return the first four bytes of a hash}
  public static String brief(Bytes32 hash) {
    return hash.toString().substring(0, 10) + "…";
  }
}
