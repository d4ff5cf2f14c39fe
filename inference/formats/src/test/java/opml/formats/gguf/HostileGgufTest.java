package opml.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.formats.SharedData;
import org.junit.jupiter.api.Test;

/// Files that are cut or changed at random: they are read, or refused with the place.
class HostileGgufTest {
  private static final int ROUNDS = 100;

  @Test
  void aFileThatIsCutAnywhereIsRefusedOrHasLostNothing() {
    byte[] whole =
        RawGguf.of(1, 2)
            .key("general.name", GgufType.STRING)
            .text("a name")
            .array("list", GgufType.STRING, 2)
            .text("one")
            .text("two")
            .text("w")
            .u32(1)
            .u64(8)
            .u32(0)
            .u64(0)
            .data(32, 32)
            .bytes();
    for (int size = 0; size < whole.length; size++) {
      assertThat(survives(Arrays.copyOf(whole, size))).as("cut to %d", size).isFalse();
    }
    assertThat(survives(whole)).isTrue();
  }

  @Test
  void vocabulariesThatAreChangedAtRandomAreReadOrRefused() throws IOException {
    long seed = System.nanoTime();
    System.out.println("HostileGgufTest: seed " + seed);
    Random random = new Random(seed);
    for (String name : List.of("ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf")) {
      Path file = SharedData.require("tokenizers/" + name);
      byte[] whole = Files.readAllBytes(file);
      assertThat(survives(whole)).isTrue();
      int refused = 0;
      for (int round = 0; round < ROUNDS; round++) {
        byte[] changed = whole.clone();
        // Half of all changes are where counts and types stand close together.
        int reach = random.nextBoolean() ? 2_000 : changed.length;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          int at = random.nextInt(reach);
          changed[at] =
              switch (random.nextInt(4)) {
                case 0 -> (byte) 0xff;
                case 1 -> (byte) (changed[at] ^ (1 << random.nextInt(8)));
                case 2 -> 0;
                default -> (byte) random.nextInt();
              };
        }
        refused += survives(changed) ? 0 : 1;
      }
      assertThat(refused).as("refused of %d changes", ROUNDS).isBetween(1, ROUNDS - 1);
    }
  }

  /// {@return whether it is read, not refused}; anything else than a refusal is thrown on
  private static boolean survives(byte[] bytes) {
    try {
      GgufReader.read("changed.gguf", bytes);
      return true;
    } catch (MalformedException e) {
      assertThat(e).hasMessageStartingWith("changed.gguf");
      return false;
    }
  }
}
