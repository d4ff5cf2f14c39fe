package opml.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import opml.core.account.Address;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.Signer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// As [KeyOption], for a command that can also be run without an account.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class OptionalKeyOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = KeyOption.FILE + " Only --dry-run goes without.")
  private Optional<Path> keyFile;

  @Option(names = "--passphrase-file", paramLabel = "FILE", description = KeyOption.PASSPHRASE)
  private Optional<Path> passphraseFile;

  /// {@return the account}
  ///
  /// @throws ParameterException if none was named
  /// @throws opml.ethereum.key.KeyException if there is no key in the file, or others may read it
  public Wallet wallet() {
    Path file =
        keyFile.orElseThrow(
            () ->
                new ParameterException(
                    command.commandLine(), "Missing required option: '--key-file=FILE'"));
    return KeyOption.load(file, passphraseFile);
  }

  /// {@return the account; if none was named, one that is nobody's and signs nothing}
  public Signer account() {
    return keyFile.isPresent() ? wallet() : new Nobody();
  }

  private record Nobody() implements Signer {
    @Override
    public Address address() {
      return Address.ZERO;
    }

    @Override
    public Data sign(UnsignedTransaction transaction) {
      throw new IllegalStateException("nobody signs nothing: " + transaction.call().name());
    }
  }
}
