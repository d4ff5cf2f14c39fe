package opml.ethereum.evm;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// Numbers of 256 bits.
public final class EvmWords {
  static final int BITS = 256;
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(BITS);
  private static final BigInteger MASK = MODULUS.subtract(BigInteger.ONE);
  private static final BigInteger ADDRESSES = BigInteger.ONE.shiftLeft(Byte.SIZE * Address.BYTES);

  private EvmWords() {}

  static BigInteger of(boolean flag) {
    return flag ? BigInteger.ONE : BigInteger.ZERO;
  }

  static BigInteger of(byte[] bigEndian) {
    return new BigInteger(1, bigEndian);
  }

  static BigInteger of(Bytes32 word) {
    return of(word.toArray());
  }

  static BigInteger of(Address address) {
    return of(address.word());
  }

  /// {@return what is left of a number of any size and sign}
  static BigInteger wrapped(BigInteger number) {
    return number.and(MASK);
  }

  static BigInteger signed(BigInteger word) {
    return word.testBit(BITS - 1) ? word.subtract(MODULUS) : word;
  }

  /// {@return a number below 2^256 as a word}
  public static Bytes32 bytes32(BigInteger word) {
    byte[] bytes = word.toByteArray();
    byte[] padded = new byte[Bytes32.BYTES];
    int used = Math.min(bytes.length, padded.length);
    System.arraycopy(bytes, bytes.length - used, padded, padded.length - used, used);
    return Bytes32.of(padded);
  }

  static Address address(BigInteger word) {
    return new Address(bytes32(word.mod(ADDRESSES)));
  }

  /// {@return the quotient, towards zero; nothing divided by nothing is nothing}
  static BigInteger divided(BigInteger a, BigInteger b) {
    return b.signum() == 0 ? BigInteger.ZERO : a.divide(b);
  }

  /// {@return the rest, with the sign of `a`}
  static BigInteger rest(BigInteger a, BigInteger b) {
    return b.signum() == 0 ? BigInteger.ZERO : a.remainder(b);
  }

  static BigInteger power(BigInteger base, BigInteger exponent) {
    return base.modPow(exponent, MODULUS);
  }

  /// {@return a number whose sign is the top bit of its byte `last`, counted from the end}
  static BigInteger extended(BigInteger last, BigInteger word) {
    if (last.compareTo(BigInteger.valueOf(Bytes32.BYTES - 1)) >= 0) {
      return word;
    }
    int sign = Byte.SIZE * last.intValue() + Byte.SIZE - 1;
    BigInteger low = word.and(BigInteger.ONE.shiftLeft(sign + 1).subtract(BigInteger.ONE));
    return word.testBit(sign) ? wrapped(low.subtract(BigInteger.ONE.shiftLeft(sign + 1))) : low;
  }

  /// {@return a byte of a word, counted from the front}
  static BigInteger byteAt(BigInteger index, BigInteger word) {
    return index.compareTo(BigInteger.valueOf(Bytes32.BYTES)) >= 0
        ? BigInteger.ZERO
        : BigInteger.valueOf(bytes32(word).toArray()[index.intValue()] & 0xff);
  }

  /// {@return a shift by so many bits that it is the same as by any more}
  static int shift(BigInteger bits) {
    return bits.min(BigInteger.valueOf(BITS)).intValue();
  }
}
