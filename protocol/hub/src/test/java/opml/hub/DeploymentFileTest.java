package opml.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.codec.MalformedException;
import opml.game.move.Parameters;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentFileTest {
  private static final DeploymentFile SAMPLE =
      new DeploymentFile(
          31337,
          Address.ofHex("0x00000000000000000000000000000000000000aa"),
          Address.ofHex("0x00000000000000000000000000000000000000bb"),
          7,
          Parameters.DEFAULT,
          Optional.of(URI.create("http://127.0.0.1:8545")));

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Path file = folder.resolve("deployment.json");
    SAMPLE.write(file);
    assertThat(DeploymentFile.read(file)).isEqualTo(SAMPLE);
    assertThat(files()).containsExactly(file);
    DeploymentFile other =
        new DeploymentFile(
            1, SAMPLE.hub(), SAMPLE.registry(), 9, SAMPLE.parameters(), Optional.empty());
    other.write(file);
    assertThat(DeploymentFile.read(file)).isEqualTo(other);
    assertThat(files()).containsExactly(file);
  }

  @Test
  void aFullDiskIsSaidAndLeavesNothingBehind() throws IOException {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full on this system");
    assertThatThrownBy(() -> SAMPLE.write(Path.of("/dev/full")))
        .hasMessageContaining("No space left");
    Path missing = folder.resolve("missing/deployment.json");
    assertThatThrownBy(() -> SAMPLE.write(missing)).isInstanceOf(IOException.class);
    assertThat(files()).isEmpty();
  }

  @Test
  void everyFieldThatIsMissingOrWrongIsNamed() {
    for (String field :
        List.of("chainId", "hub", "registry", "block", "window", "claimBond", "requesterShare")) {
      String without = SAMPLE.text().replace("\"" + field + "\"", "\"" + field + "X\"");
      assertThatThrownBy(() -> DeploymentFile.parse("d.json", without))
          .isInstanceOf(MalformedException.class)
          .hasMessageStartingWith("d.json: ")
          .hasMessageContaining(field);
    }
    refused(SAMPLE.text().replace("\"block\" : 7", "\"block\" : -7"), "/block is not a number");
    refused(SAMPLE.text().replace("31337", "1e30"), "/chainId is not a number");
    refused(SAMPLE.text().replace("2500", "25000"), "from 0 to 10000");
    refused(SAMPLE.text().replace("http:", "file:"), "/rpc is not an http");
    refused(SAMPLE.text() + "{}", "not JSON");
    refused("[]", "not a deployment");
    refused("{\"hub\":1,\"hub\":2}", "not JSON");
    refused("{\n \"hub\": x}", ", line 2, column ");
    refused("{\"block\": " + "1".repeat(2_000) + "}", "a number, a name or a nesting without end");
  }

  @Test
  void damagedFilesAreRefusedAndNeverBreakTheReader() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder(SAMPLE.text());
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.setLength(at);
        case 1 -> text.deleteCharAt(at);
        default -> text.setCharAt(at, (char) random.nextInt(256));
      }
      try {
        DeploymentFile.parse("d.json", text.toString());
      } catch (MalformedException e) {
        assertThat(e)
            .as("seed " + seed)
            .hasMessageMatching("(?s)d\\.json(, line [0-9]+, column [0-9]+)?: .*");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", text " + text, e);
      }
    }
  }

  private static void refused(String text, String why) {
    assertThatThrownBy(() -> DeploymentFile.parse("d.json", text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(why);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
