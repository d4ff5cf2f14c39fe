package opml.core.account;

import java.math.BigDecimal;
import java.math.BigInteger;

/// An amount of the chain's money, at least 0 and below 2^256; 10^18 wei are one ether.
public record Wei(BigInteger value) implements Comparable<Wei> {
  public static final Wei ZERO = Wei.of(0);

  private static final BigDecimal ETHER = BigDecimal.TEN.pow(18);

  public Wei {
    if (value.signum() < 0 || value.bitLength() > 256) {
      throw new IllegalArgumentException("not an amount: " + value + " wei");
    }
  }

  public static Wei of(long wei) {
    return new Wei(BigInteger.valueOf(wei));
  }

  public static Wei gwei(long gwei) {
    return new Wei(BigInteger.valueOf(gwei).multiply(BigInteger.TEN.pow(9)));
  }

  public static Wei ether(long ether) {
    return new Wei(BigInteger.valueOf(ether).multiply(BigInteger.TEN.pow(18)));
  }

  public Wei plus(Wei other) {
    return new Wei(value.add(other.value));
  }

  /// {@return the difference}
  ///
  /// @throws IllegalArgumentException if it is negative
  public Wei minus(Wei other) {
    return new Wei(value.subtract(other.value));
  }

  public Wei times(long factor) {
    return new Wei(value.multiply(BigInteger.valueOf(factor)));
  }

  public Wei min(Wei other) {
    return compareTo(other) <= 0 ? this : other;
  }

  public Wei max(Wei other) {
    return compareTo(other) >= 0 ? this : other;
  }

  public boolean isZero() {
    return value.signum() == 0;
  }

  @Override
  public int compareTo(Wei other) {
    return value.compareTo(other.value);
  }

  /// {@return the exact amount in ether, such as `0.25 ETH`}
  @Override
  public String toString() {
    BigDecimal ether = new BigDecimal(value).divide(ETHER);
    return (ether.signum() == 0 ? "0" : ether.stripTrailingZeros().toPlainString()) + " ETH";
  }
}
