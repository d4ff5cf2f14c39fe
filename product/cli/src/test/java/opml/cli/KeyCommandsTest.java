package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys in files, and with a signer.
class KeyCommandsTest {
  @TempDir Path folder;

  private Path secret(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void keysAreMadeEncryptedAndListed() throws IOException {
    Path pass = secret("a.pass", "some words\n");
    Path plain = folder.resolve("a.key");
    String made = CliRun.of("key", "new", plain).succeeds().out();
    assertThat(made).contains("not encrypted").containsPattern("account 0x[0-9a-f]{40}");
    String account = made.replaceFirst("(?s).*(0x[0-9a-f]{40}).*", "$1");
    assertThat(made).doesNotContain(Files.readString(plain).strip().substring(2));
    Path store = folder.resolve("b.json");
    JsonNode imported =
        CliRun.of("key", "import", store, "--from", plain, "--passphrase-file", pass, "--json")
            .succeeds()
            .json()
            .getFirst();
    assertThat(imported.path("account").asText()).isEqualTo(account);
    assertThat(imported.path("encrypted").asBoolean()).isTrue();
    Path open = Files.writeString(folder.resolve("c.key"), "1".repeat(64));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    String listed = CliRun.of("key", "list", folder).succeeds().out();
    assertThat(listed)
        .containsPattern(account + "\\s+a.key\\s+not encrypted")
        .containsPattern(account + "\\s+b.json\\s+encrypted")
        .containsPattern("no key\\s+a.pass")
        .containsPattern("no key\\s+c.key.*open to others");
    assertThat(CliRun.of("key", "list", folder, "--json").succeeds().json()).hasSize(4);

    CliRun.of("key", "new", plain).blames("exists already");
    CliRun.of("key", "import", store, "--from", plain, "--passphrase-file", pass)
        .blames("exists already");
    CliRun.of("key", "import", folder.resolve("d"), "--from", store, "--passphrase-file", pass)
        .blames("is an encrypted keystore");
    CliRun.of("key", "new", folder.resolve("d"), "--passphrase-file", secret("e", "\n"))
        .blames("no passphrase");
    CliRun.of("key", "list", folder.resolve("none")).blames("no such file or folder");
    assertThat(folder.resolve("d")).doesNotExist();
  }

  @Test
  void aSignerStandsInForAKeyFile() throws IOException {
    Assumptions.assumeTrue(
        AnvilBinary.installed().isPresent(), "anvil is not installed; run npm ci in contracts/");
    try (DevChain dev = DevChain.start()) {
      String account = dev.account(0).address().toString();
      Path file = folder.resolve("deployment.json");
      CliRun.of(
              "deploy",
              "--rpc",
              dev.url(),
              "--signer",
              dev.url(),
              "--account",
              account,
              "--out",
              file)
          .succeeds();
      assertThat(
              CliRun.of(
                      "withdraw",
                      "--deployment",
                      file,
                      "--rpc",
                      dev.url(),
                      "--signer",
                      dev.url(),
                      "--account",
                      account)
                  .succeeds()
                  .out())
          .contains("owes " + account + " nothing");
      CliRun.of(
              "deploy",
              "--rpc",
              dev.url(),
              "--signer",
              dev.url(),
              "--account",
              "0x" + "77".repeat(20),
              "--out",
              folder.resolve("other.json"))
          .failsWith("0x" + "77".repeat(20));
    }
  }

  @Test
  void anAccountIsNamedInOneWay() throws IOException {
    Path key = secret("k", "1".repeat(64));
    CliRun.of("withdraw").isMisusedWith("Missing required option: '--key-file=FILE'", "--signer");
    CliRun.of("withdraw", "--signer", "http://127.0.0.1:1")
        .isMisusedWith("--signer=URL and --account=ADDRESS: expected are both, or neither");
    CliRun.of("verify", "--dry-run", "--account", "0x" + "11".repeat(20))
        .isMisusedWith("expected are both, or neither");
    CliRun.of(
            "withdraw",
            "--key-file",
            key,
            "--signer",
            "http://127.0.0.1:1",
            "--account",
            "0x" + "11".repeat(20))
        .isMisusedWith("--signer: expected is no --key-file");
    CliRun.of("withdraw", "--signer", "ftp://a", "--account", "0x" + "11".repeat(20))
        .isMisusedWith("--signer: not an http or https URL of a node");
  }
}
