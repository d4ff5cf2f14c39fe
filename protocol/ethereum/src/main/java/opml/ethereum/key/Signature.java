package opml.ethereum.key;

import java.math.BigInteger;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/// A signature of secp256k1 over 32 bytes, in the one form that there is of it: s is in the lower half of its range, so
/// that nobody makes another one of it (EIP-2), and v says which of two keys it is of.
///
/// @param r from 1 to below the curve's order
/// @param s from 1 to half of the order
/// @param v 27 or 28
public record Signature(Bytes32 r, Bytes32 s, int v) {
  /// Bytes of a signature as contracts take it: r, s, v.
  public static final int BYTES = 65;

  private static final int V_LEAST = 27;
  private static final BigInteger ORDER = Sign.CURVE_PARAMS.getN();
  private static final BigInteger HALF = ORDER.shiftRight(1);

  /// @throws IllegalArgumentException if a number is out of its range
  public Signature {
    require(isWithin(r, ORDER.subtract(BigInteger.ONE)), "its r is out of range");
    require(isWithin(s, HALF), "its s is out of range, or in the upper half of it");
    require(v == V_LEAST || v == V_LEAST + 1, "its v is neither 27 nor 28");
  }

  private static boolean isWithin(Bytes32 number, BigInteger most) {
    BigInteger value = new BigInteger(1, number.toArray());
    return value.signum() > 0 && value.compareTo(most) <= 0;
  }

  private static void require(boolean good, String problem) {
    if (!good) {
      throw new IllegalArgumentException(problem);
    }
  }

  /// {@return the signature of these bytes}
  ///
  /// @throws IllegalArgumentException if they are not 65, or a number is out of its range
  public static Signature of(byte[] bytes) {
    require(bytes.length == BYTES, "it has %d bytes, not %d".formatted(bytes.length, BYTES));
    int middle = Bytes32.BYTES;
    return new Signature(
        Bytes32.of(Arrays.copyOf(bytes, middle)),
        Bytes32.of(Arrays.copyOfRange(bytes, middle, 2 * middle)),
        bytes[BYTES - 1]);
  }

  static Signature of(Sign.SignatureData data) {
    return new Signature(Bytes32.of(data.getR()), Bytes32.of(data.getS()), data.getV()[0]);
  }

  /// {@return whose signature of a digest it is}; nothing if it is nobody's
  public Optional<Address> signer(Bytes32 digest) {
    Sign.SignatureData data = new Sign.SignatureData((byte) v, r.toArray(), s.toArray());
    try {
      BigInteger key = Sign.signedMessageHashToKey(digest.toArray(), data);
      return Optional.of(Address.ofHex(Keys.getAddress(key)));
    } catch (SignatureException | IllegalArgumentException | IllegalStateException e) {
      // No point of the curve has this r, or the key would be none.
      return Optional.empty();
    }
  }

  /// {@return a new array of the 65 bytes}
  public byte[] toArray() {
    byte[] bytes = Arrays.copyOf(r.toArray(), BYTES);
    System.arraycopy(s.toArray(), 0, bytes, Bytes32.BYTES, Bytes32.BYTES);
    bytes[BYTES - 1] = (byte) v;
    return bytes;
  }

  /// {@return 0x and 130 lower-case digits}
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(toArray());
  }
}
