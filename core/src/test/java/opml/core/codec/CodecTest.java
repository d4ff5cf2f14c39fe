package opml.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;

class CodecTest {
  @Test
  void whatIsWrittenReadsBack() {
    byte[] bytes =
        new ByteWriter().u8(255).u32(0xfffffffeL).u64(-2).bytes32(Bytes32.ofWord(7)).toArray();
    ByteReader in = new ByteReader("test", bytes);
    assertThat(in.u8("a")).isEqualTo(255);
    assertThat(in.u32("b")).isEqualTo(0xfffffffeL);
    assertThat(in.u64("c")).isEqualTo(-2);
    assertThat(in.bytes32("d")).isEqualTo(Bytes32.ofWord(7));
    in.end();
  }

  @Test
  void leftOverBytesAreRefused() {
    ByteReader in = new ByteReader("move", new byte[3]);
    in.u8("kind");
    assertThatThrownBy(in::end).hasMessage("move, offset 1: 2 bytes left over");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ByteWriter().u8(256)).hasMessage("not a byte: 256");
    assertThatThrownBy(() -> new ByteWriter().u32(-1)).hasMessageContaining("not a 32-bit");
    assertThatThrownBy(() -> Preimage.tagged("x").word(BigInteger.ONE.negate()))
        .hasMessageContaining("not a word");
    assertThatThrownBy(() -> Preimage.tagged("x").word(BigInteger.TWO.pow(256)))
        .hasMessageContaining("not a word");
  }

  @Test
  void aTagIsLeftAlignedAndAFieldIsAWord() {
    byte[] preimage = Preimage.tagged("state").word(1).word(Bytes32.ZERO).toArray();
    assertThat(preimage).hasSize(96).startsWith('o', 'p', 'm', 'l', '/', '1', '/', 's');
    assertThat(preimage[63]).isEqualTo((byte) 1);
    BigInteger big = BigInteger.TWO.pow(255).add(BigInteger.TEN);
    assertThat(Preimage.tagged("x").word(big).toArray())
        .endsWith(10)
        .contains(0x80, Index.atIndex(32));
    assertThat(Preimage.tagged("x").word(5).hash())
        .isEqualTo(Keccak.hash(Preimage.tagged("x").word(BigInteger.valueOf(5)).toArray()));
  }
}
