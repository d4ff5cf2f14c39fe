package opml.cli.command.key;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.ethereum.key.Wallet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Encrypts a key that is there.
@Command(
    name = "import",
    description = {
      "Writes the private key of a file into a new keystore, encrypted with a passphrase.",
      "The first file stays as it is: delete it once the keystore is known to open."
    },
    footer = {
      "  opml key import keys/server.json --from keys/server.key \\",
      "      --passphrase-file keys/server.pass"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KeyImportCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "FILE",
      description = "The keystore to make; one that exists is left alone.")
  private Path keystore;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "The private key: 64 hex digits, in a file that nobody else may read.")
  private Path from;

  @Option(
      names = "--passphrase-file",
      required = true,
      paramLabel = "FILE",
      description = "Encrypt it with the first line of this file, which nobody else may read.")
  private Path passphrase;

  @Override
  public Integer call() {
    Wallet imported = Wallet.encrypt(from, keystore, passphrase);
    KeyNewCommand.show(console, imported.address(), keystore, true);
    return 0;
  }
}
