package opml.game.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final Address HUB = Address.ofHex("0x5FbDB2315678afecb367f032d93F642f64180aa3");
  private static final Address OTHER = Address.ofHex("0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512");

  private static Request request(long chainId, Address hub, long nonce) {
    return new Request(
        chainId,
        hub,
        OTHER,
        nonce,
        Bytes32.ofWord(10),
        Bytes32.ofWord(11),
        Availability.EMITTED,
        Address.ZERO,
        BigInteger.TEN.pow(18),
        1_800_000_000L,
        HUB,
        200_000);
  }

  private static List<Bytes32> ids(Request request) {
    Claim claim = new Claim(request.id(), 0, OTHER, Bytes32.ofWord(12), Bytes32.ofWord(13));
    GameIdentity game = new GameIdentity(claim.id(), 0, HUB);
    return List.of(request.id().hash(), claim.id().hash(), game.id().hash());
  }

  @Test
  void idsDifferAcrossDeployments() {
    List<Bytes32> here = ids(request(1, HUB, 0));
    assertThat(ids(request(1, HUB, 0))).isEqualTo(here);
    assertThat(ids(request(10, HUB, 0))).doesNotContainAnyElementsOf(here);
    assertThat(ids(request(1, OTHER, 0))).doesNotContainAnyElementsOf(here);
    assertThat(ids(request(1, HUB, 1))).doesNotContainAnyElementsOf(here);
  }

  @Test
  void requestIdIsThatOfThePreimageInTheProtocol() {
    ByteBuffer preimage = ByteBuffer.allocate(13 * 32);
    preimage.put("opml/1/request".getBytes(StandardCharsets.US_ASCII)).position(32);
    word(preimage, 31337);
    preimage.put(new byte[12]).put(HUB.toArray());
    preimage.put(new byte[12]).put(OTHER.toArray());
    word(preimage, 5);
    word(preimage, 10);
    word(preimage, 11);
    word(preimage, 0);
    word(preimage, 0);
    word(preimage, 1_000_000_000_000_000_000L);
    word(preimage, 1_800_000_000L);
    preimage.put(new byte[12]).put(HUB.toArray());
    word(preimage, 200_000);
    assertThat(preimage.hasRemaining()).isFalse();
    assertThat(request(31337, HUB, 5).id().hash()).isEqualTo(Keccak.hash(preimage.array()));
  }

  @Test
  void claimAndGameIdsAreThoseOfTheirPreimages() {
    Claim claim =
        new Claim(new RequestId(Bytes32.ofWord(1)), 2, OTHER, Bytes32.ofWord(3), Bytes32.ofWord(4));
    ByteBuffer preimage = ByteBuffer.allocate(6 * 32);
    preimage.put("opml/1/claim".getBytes(StandardCharsets.US_ASCII)).position(32);
    word(preimage, 1);
    word(preimage, 2);
    preimage.put(new byte[12]).put(OTHER.toArray());
    word(preimage, 3);
    word(preimage, 4);
    assertThat(claim.id().hash()).isEqualTo(Keccak.hash(preimage.array()));

    ByteBuffer game = ByteBuffer.allocate(4 * 32);
    game.put("opml/1/game".getBytes(StandardCharsets.US_ASCII)).position(32);
    game.put(claim.id().hash().toArray());
    word(game, 9);
    game.put(new byte[12]).put(HUB.toArray());
    assertThat(new GameIdentity(claim.id(), 9, HUB).id().hash())
        .isEqualTo(Keccak.hash(game.array()));
  }

  @Test
  void addressHasTwentyBytes() {
    assertThat(HUB).hasToString("0x5fbdb2315678afecb367f032d93f642f64180aa3");
    assertThat(Address.of(HUB.toArray())).isEqualTo(HUB);
    assertThat(Address.BURNT.toArray()).endsWith(0xde, 0xad);
    assertThatThrownBy(() -> Address.ofHex("0x1234")).isInstanceOf(IllegalArgumentException.class);
    byte[] word = HUB.word().toArray();
    word[11] = 1;
    assertThatThrownBy(() -> new Address(Bytes32.of(word)))
        .hasMessageContaining("not an address of 20 bytes");
  }

  private static void word(ByteBuffer out, long value) {
    out.put(new byte[24]).putLong(value);
  }
}
