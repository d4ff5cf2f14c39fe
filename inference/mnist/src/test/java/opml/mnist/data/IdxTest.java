package opml.mnist.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import org.junit.jupiter.api.Test;

class IdxTest {
  /// Two rows of three bytes.
  private static final byte[] FILE = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, -1};

  @Test
  void bytesFollowTheHeader() {
    assertThat(Idx.parse("f", FILE, 2, 3)).containsExactly(1, 2, 3, 4, 5, -1);
  }

  @Test
  void anotherElementTypeIsRefusedWithTheFileAndTheMagic() {
    byte[] floats = FILE.clone();
    floats[2] = 0x0d;
    assertRefused(floats, "train, offset 0: magic 0x00000d02, expected 0x00000802");
  }

  @Test
  void anotherCountIsRefused() {
    byte[] three = FILE.clone();
    three[7] = 3;
    assertRefused(three, "train, offset 4: dimension 0 is 3, expected 2");
  }

  @Test
  void aFileThatIsTooShortOrTooLongIsRefused() {
    assertRefused(Arrays.copyOf(FILE, FILE.length - 1), "train, offset 12: data needs 6 bytes, 5");
    assertRefused(Arrays.copyOf(FILE, FILE.length + 1), "train, offset 18: 1 bytes left over");
    assertRefused(new byte[0], "train, offset 0: magic needs 4 bytes");
  }

  @Test
  void anyOtherByteInTheHeaderIsRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      byte[] changed = FILE.clone();
      changed[random.nextInt(12)] ^= (byte) (1 + random.nextInt(255));
      assertThatThrownBy(() -> Idx.parse("f", changed, 2, 3))
          .as("seed %d, %s", seed, Arrays.toString(changed))
          .isInstanceOf(MalformedException.class);
    }
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> Idx.parse("train", file, 2, 3))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(message);
  }
}
