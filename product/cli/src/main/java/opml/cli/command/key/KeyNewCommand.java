package opml.cli.command.key;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.core.account.Address;
import opml.ethereum.key.Wallet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a key.
@Command(
    name = "new",
    description = {
      "Makes a new key in a new file that only its owner may read.",
      "With a passphrase it is a keystore (web3 secret storage, version 3), which other Ethereum software reads too."
    },
    footer = {
      "  opml key new keys/server.key",
      "  opml key new keys/server.json --passphrase-file keys/server.pass"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KeyNewCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE", description = "The file to make; one that exists is left alone.")
  private Path file;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Encrypt it with the first line of this file, which nobody else may read.")
  private Optional<Path> passphrase;

  @Override
  public Integer call() {
    Wallet made =
        passphrase.map(words -> Wallet.create(file, words)).orElseGet(() -> Wallet.create(file));
    show(console, made.address(), file, passphrase.isPresent());
    return 0;
  }

  static void show(Console console, Address account, Path file, boolean encrypted) {
    console.show(
        Json.object("account", account, "file", file.toString(), "encrypted", encrypted),
        () ->
            "account %s\nkey     %s%s"
                .formatted(
                    account,
                    file,
                    encrypted
                        ? ", encrypted"
                        : ", not encrypted: whoever reads this file can spend the account's money"));
  }
}
