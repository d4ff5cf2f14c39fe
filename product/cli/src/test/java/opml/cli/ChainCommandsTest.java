package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import opml.ethereum.devchain.AnvilBinary;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainCommandsTest {
  @TempDir Path folder;

  @BeforeEach
  void requireAnvil() {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
  }

  @Test
  void aChainGoesOnFromItsStateFileWithTheSameKeysAndContracts() throws IOException {
    Path keys = folder.resolve("keys");
    Path state = folder.resolve("chain.json");
    Path file = folder.resolve("deployment.json");
    CliRun first = up("--keys", keys, "--state", state);
    JsonNode started = first.json().getFirst();
    assertThat(started.path("accounts").size()).isEqualTo(4);
    assertThat(started.path("accounts"))
        .allSatisfy(
            account ->
                assertThat(account.path("balance").asText()).isEqualTo("10000" + "0".repeat(18)));
    Path key = keys.resolve("deployer.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(first.out()).doesNotContain(Files.readString(key).strip().substring(2));
    deploy(started, key, file).succeeds();
    first.stop().succeeds();

    CliRun second = up("--keys", keys, "--state", state);
    JsonNode again = second.json().getFirst();
    assertThat(again.path("accounts").findValuesAsText("address"))
        .isEqualTo(started.path("accounts").findValuesAsText("address"));
    assertThat(again.at("/accounts/0/balance").asText())
        .as("the deployer has paid for gas")
        .matches("9999[0-9]{18}");
    assertThat(again.path("block").asLong()).isGreaterThanOrEqualTo(4);
    assertThat(state.resolveSibling("chain.json.previous")).isNotEmptyFile();
    String url = again.path("url").asText();
    assertThat(CliRun.of("status", "--deployment", file, "--rpc", url).succeeds().out())
        .contains("no requests");

    Path empty = folder.resolve("empty.key");
    Files.writeString(empty, "0x" + "5".repeat(64));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rw-------"));
    deploy(again, empty, folder.resolve("unpaid.json"))
        .failsWith("account 0x", " has 0 ETH, and ", " may take 0.");

    // Nothing is overwritten unasked, nothing is deployed in vain, and parameters are checked
    // before gas is paid.
    deploy(again, key, file).failsWith("exists already", "--force");
    deploy(again, key, folder.resolve("none/deployment.json")).failsWith("its folder is not there");
    CliRun full = deploy(again, key, Path.of("/dev/full"));
    full.failsWith("No space left", "put this into a file yourself", "\"hub\"");
    CliRun.of(
            "deploy",
            "--rpc",
            url,
            "--key-file",
            key,
            "--window",
            0,
            "--claim-bond",
            "0.1",
            "--requester-share",
            3000,
            "--out",
            folder.resolve("none/x"))
        .isMisusedWith(
            "a window of 0 s",
            "at least 4 times that for challenges, 0.06 ETH",
            "shares of 2500 and 3000",
            "its folder is not there");
    second.stop().succeeds();
    CliRun.of("status", "--deployment", file, "--rpc", url)
        .failsWith("127.0.0.1", "is the chain up");
  }

  @Test
  void aPortThatIsTakenAndAFolderThatIsMissingAreSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CliRun.of("chain", "up", "--port", taken.getLocalPort())
          .failsWith("port " + taken.getLocalPort() + " is taken");
    }
    CliRun.of("chain", "up", "--port", 65_536, "--block-time", -1)
        .failsWith("--port 65536", "; also --block-time -1");
    CliRun.of("chain", "up", "--state", folder.resolve("none/chain.json"))
        .failsWith("its folder is not there");
  }

  private static CliRun up(Object... options) {
    Object[] words = new Object[5 + options.length];
    System.arraycopy(new Object[] {"chain", "up", "--port", 0, "--json"}, 0, words, 0, 5);
    System.arraycopy(options, 0, words, 5, options.length);
    return CliRun.start(words).until("\n");
  }

  private static CliRun deploy(JsonNode chain, Path key, Path file) {
    return CliRun.of(
        "deploy", "--rpc", chain.path("url").asText(), "--key-file", key, "--out", file);
  }
}
