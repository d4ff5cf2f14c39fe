package opml.core.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeccakTest {
  @Test
  void knownAnswersOfEthereum() {
    assertThat(Keccak.hash(new byte[0]))
        .hasToString("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assertThat(Keccak.hash("abc".getBytes(StandardCharsets.US_ASCII)))
        .hasToString("0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    assertThat(Keccak.node(Bytes32.ZERO, Bytes32.ZERO))
        .hasToString("0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
  }

  @Test
  void unrolledPermutationEqualsTheTextbookLoop() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      long[] state = random.longs(25).toArray();
      long[] expected = state.clone();
      textbookPermutation(expected);
      Keccak.permute(state);
      assertThat(state).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void nodeAndParentsAreTheHashOfSixtyFourBytes() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] bytes = new byte[128];
    random.nextBytes(bytes);
    long[] lanes = new long[16];
    for (int i = 0; i < 16; i++) {
      lanes[i] = (long) Bytes32.LANE.get(bytes, 8 * i);
    }
    NodeHasher.scalar().parents(lanes, 2);
    for (int i = 0; i < 2; i++) {
      Bytes32 expected = Keccak.hash(bytes, 64 * i, 64);
      assertThat(Keccak.node(Bytes32.at(bytes, 64 * i), Bytes32.at(bytes, 64 * i + 32)))
          .as("seed %d", seed)
          .isEqualTo(expected);
      assertThat(new Bytes32(lanes[4 * i], lanes[4 * i + 1], lanes[4 * i + 2], lanes[4 * i + 3]))
          .isEqualTo(expected);
    }
  }

  @Test
  void everyLengthAroundTheRateIsPadded() {
    // The hash of the concatenation of all hashes of 0..300 zero bytes, from an independent
    // implementation.
    byte[] all = new byte[301 * 32];
    for (int n = 0; n <= 300; n++) {
      Keccak.hash(new byte[n]).copyTo(all, 32 * n);
    }
    assertThat(Keccak.hash(all)).isEqualTo(textbookHash(all));
    for (int n : new int[] {134, 135, 136, 137, 271, 272, 273}) {
      assertThat(Keccak.hash(new byte[n])).isEqualTo(textbookHash(new byte[n]));
    }
  }

  /// Byte-wise sponge over the textbook permutation.
  private static Bytes32 textbookHash(byte[] message) {
    int blocks = message.length / 136 + 1;
    byte[] padded = Arrays.copyOf(message, blocks * 136);
    padded[message.length] ^= 0x01;
    padded[padded.length - 1] ^= (byte) 0x80;
    long[] state = new long[25];
    for (int i = 0; i < padded.length; i++) {
      int at = i % 136;
      state[at / 8] ^= (padded[i] & 0xffL) << 8 * (at % 8);
      if (at == 135) {
        textbookPermutation(state);
      }
    }
    return new Bytes32(state[0], state[1], state[2], state[3]);
  }

  /// The Keccak reference's step mappings, with constants derived as it defines them.
  private static void textbookPermutation(long[] a) {
    int lfsr = 1;
    for (int round = 0; round < 24; round++) {
      long[] c = new long[5];
      for (int i = 0; i < 25; i++) {
        c[i % 5] ^= a[i];
      }
      for (int i = 0; i < 25; i++) {
        a[i] ^= c[(i + 4) % 5] ^ Long.rotateLeft(c[(i + 1) % 5], 1);
      }
      long[] b = new long[25];
      b[0] = a[0];
      for (int t = 0, x = 1, y = 0; t < 24; t++) {
        int nextX = y;
        int nextY = (2 * x + 3 * y) % 5;
        b[nextX + 5 * nextY] = Long.rotateLeft(a[x + 5 * y], (t + 1) * (t + 2) / 2);
        x = nextX;
        y = nextY;
      }
      for (int i = 0; i < 25; i++) {
        int row = i / 5 * 5;
        a[i] = b[i] ^ (~b[row + (i + 1) % 5] & b[row + (i + 2) % 5]);
      }
      for (int j = 0; j <= 6; j++) {
        if ((lfsr & 1) != 0) {
          a[0] ^= 1L << ((1 << j) - 1);
        }
        lfsr = (lfsr << 1) ^ ((lfsr >>> 7) * 0x171);
      }
    }
  }
}
