package opml.ethereum.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.junit.jupiter.api.Test;

class TypedDomainTest {
  /// The example of EIP-712 itself: its mail, and the key that is the hash of `cow`.
  private static final TypedDomain MAIL =
      new TypedDomain(
          "Ether Mail",
          "1",
          Optional.of(
              new TypedDomain.Site(
                  1, Address.ofHex("0xcccccccccccccccccccccccccccccccccccccccc"))));

  private static final Bytes32 BOB =
      Bytes32.ofHex("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");

  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  @Test
  void theExampleOfTheEipIsHashedAndSignedAsThere() {
    assertThat(MAIL.separator())
        .hasToString("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    Bytes32 digest = MAIL.digest(BOB);
    assertThat(digest)
        .hasToString("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    Wallet cow = Wallet.of(Keccak.hash("cow".getBytes(StandardCharsets.US_ASCII)));
    Signature signature = cow.sign(digest);
    assertThat(signature)
        .hasToString(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
                + "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c");
    assertThat(signature.signer(digest)).contains(cow.address());
    assertThat(cow.address()).hasToString("0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826");
  }

  @Test
  void anotherDomainIsAnotherSeparator() {
    assertThat(new TypedDomain("Ether Mail", "1", Optional.empty()).separator())
        .isNotEqualTo(MAIL.separator());
    assertThat(new TypedDomain("Ether Mail", "2", MAIL.site()).separator())
        .isNotEqualTo(MAIL.separator());
    assertThatThrownBy(() -> new TypedDomain.Site(0, Address.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSignatureHasOneForm() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      byte[] message = new byte[40];
      random.nextBytes(message);
      Bytes32 digest = Keccak.hash(message);
      Wallet wallet = Wallet.ofChance();
      Signature signature = wallet.sign(digest);
      byte[] bytes = signature.toArray();
      assertThat(Signature.of(bytes)).as("seed %d", seed).isEqualTo(signature);
      assertThat(signature.signer(digest)).contains(wallet.address());
      assertThat(signature.signer(Keccak.hash(bytes))).isNotEqualTo(Optional.of(wallet.address()));
      // The other signature that the curve would take.
      BigInteger s = new BigInteger(1, signature.s().toArray());
      byte[] upper = bytes.clone();
      byte[] other = ORDER.subtract(s).toByteArray();
      Arrays.fill(upper, 32, 64, (byte) 0);
      int length = Math.min(32, other.length);
      System.arraycopy(other, other.length - length, upper, 64 - length, length);
      upper[64] = (byte) (55 - upper[64]);
      assertThatThrownBy(() -> Signature.of(upper)).hasMessageContaining("upper half");
    }
  }

  @Test
  void whatIsNoSignatureIsRefused() {
    byte[] good = Wallet.ofChance().sign(BOB).toArray();
    assertThatThrownBy(() -> Signature.of(new byte[0])).hasMessageContaining("0 bytes, not 65");
    assertThatThrownBy(() -> Signature.of(new byte[65])).hasMessageContaining("its r is out");
    byte[] large = good.clone();
    Arrays.fill(large, 0, 32, (byte) -1);
    assertThatThrownBy(() -> Signature.of(large)).hasMessageContaining("its r is out");
    byte[] odd = good.clone();
    odd[64] = 0;
    assertThatThrownBy(() -> Signature.of(odd)).hasMessageContaining("neither 27 nor 28");
    // No point of the curve has 5 as its x: 5³ + 7 is no square.
    byte[] off = good.clone();
    Arrays.fill(off, 0, 31, (byte) 0);
    off[31] = 5;
    assertThat(Signature.of(off).signer(BOB)).isEmpty();
  }
}
