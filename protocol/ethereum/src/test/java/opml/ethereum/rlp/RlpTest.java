package opml.ethereum.rlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

class RlpTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /// Numbers of the yellow paper's rules, worked out by hand.
  @ParameterizedTest
  @CsvSource({"0,80", "1,01", "127,7f", "128,8180", "255,81ff", "256,820100", "65535,82ffff"})
  void numbersHaveNoLeadingZeros(long number, String encoded) {
    assertThat(Rlp.of(number).encode()).isEqualTo(hex(encoded));
    assertThat(Rlp.decode(hex(encoded)).number()).isEqualTo(BigInteger.valueOf(number));
  }

  @Test
  void anyItemIsReadAgainAndWrittenAsOthersWriteIt() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      Rlp item = item(random, 0);
      byte[] encoded = item.encode();
      assertThat(encoded).as("seed %d, item %d", seed, i).isEqualTo(RlpEncoder.encode(other(item)));
      assertThat(Rlp.decode(encoded)).as("seed %d, item %d", seed, i).isEqualTo(item);
    }
  }

  private static Rlp item(SplittableRandom random, int depth) {
    if (depth == 4 || random.nextInt(3) > 0) {
      byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(3)];
      random.nextBytes(bytes);
      return Rlp.of(bytes);
    }
    List<Rlp> items = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      items.add(item(random, depth + 1));
    }
    return Rlp.of(items);
  }

  private static RlpType other(Rlp item) {
    return switch (item) {
      case Rlp.Bytes(var data) -> RlpString.create(data.toArray());
      case Rlp.Sequence(var items) -> new RlpList(items.stream().map(RlpTest::other).toList());
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "8100", // a byte that is its own encoding
        "817f",
        "b800", // a short length written as a long one
        "b837" + "00000000000000000000",
        "b90001ff", // a length that begins with a zero
        "bbffffffff", // longer than there is
        "bcffffffffff",
        "8201", // cut off
        "c201", // a sequence that is cut off
        "c1c101", // an item that goes beyond its sequence
        "0101", // bytes behind the item
        "c0c0",
        "f800"
      })
  void whatIsNotTheOneEncodingIsRefused(String encoded) {
    assertThatThrownBy(() -> Rlp.decode(hex(encoded)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not RLP");
  }

  @Test
  void sequencesOfAnyDepthAreRefusedInWords() {
    byte[] deep = new byte[100_000];
    int at = deep.length - 1;
    deep[at] = (byte) 0xc0;
    int length = 1;
    // Each head is as short as it can be, from within to without.
    while (at > 5) {
      byte[] head = head(length);
      at -= head.length;
      System.arraycopy(head, 0, deep, at, head.length);
      length += head.length;
    }
    byte[] whole = Arrays.copyOfRange(deep, at, deep.length);
    assertThatThrownBy(() -> Rlp.decode(whole)).hasMessageContaining("deep");
  }

  private static byte[] head(int length) {
    byte[] size = BigInteger.valueOf(length).toByteArray();
    byte[] bare = size[0] == 0 ? Arrays.copyOfRange(size, 1, size.length) : size;
    if (length <= 55) {
      return new byte[] {(byte) (0xc0 + length)};
    }
    byte[] head = new byte[bare.length + 1];
    head[0] = (byte) (0xf7 + bare.length);
    System.arraycopy(bare, 0, head, 1, bare.length);
    return head;
  }

  @Test
  void whateverIsReadIsWrittenTheSame() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(8)];
      random.nextBytes(bytes);
      try {
        assertThat(Rlp.decode(bytes).encode()).as("seed %d", seed).isEqualTo(bytes);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("not RLP");
      }
    }
  }
}
