package opml.cli.option;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import opml.core.account.Address;
import opml.ethereum.key.RemoteSigner;
import opml.ethereum.key.Wallet;
import opml.ethereum.send.Signer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The account that signs and pays. Its key is named by a file, so that it shows neither in a list of processes nor
/// in a shell's history, or is with a signer who is asked.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KeyOption {
  static final String PASSPHRASE = "The file with the passphrase, if the key file is a keystore.";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "Key of the account that signs and pays (64 hex digits, or a keystore); nobody else may read the file.")
  private Optional<Path> keyFile;

  @Option(names = "--passphrase-file", paramLabel = "FILE", description = PASSPHRASE)
  private Optional<Path> passphraseFile;

  @Option(
      names = "--signer",
      paramLabel = "URL",
      description =
          "In place of a key file: who holds the key and signs by JSON-RPC, such as Web3Signer or Clef. What comes back"
              + " is compared with what was asked for.")
  private Optional<URI> signer;

  @Option(
      names = "--account",
      paramLabel = "ADDRESS",
      description = "The account that --signer signs for.",
      converter = AccountConverter.class)
  private Optional<Address> account;

  /// {@return the account}
  ///
  /// @throws ParameterException if none was named, or two
  /// @throws opml.ethereum.key.KeyException if there is no key in the file, or others may read it
  public Signer account() {
    if (signer.isPresent() != account.isPresent()) {
      throw misuse("--signer=URL and --account=ADDRESS: expected are both, or neither");
    }
    if (signer.isPresent() && (keyFile.isPresent() || passphraseFile.isPresent())) {
      throw misuse("--signer: expected is no --key-file and no --passphrase-file beside it");
    }
    if (signer.isPresent()) {
      return new RemoteSigner(NodeOption.rpc("--signer", signer.get()), account.orElseThrow());
    }
    Path file =
        keyFile.orElseThrow(
            () ->
                misuse(
                    "Missing required option: '--key-file=FILE', or '--signer=URL' with"
                        + " '--account=ADDRESS'"));
    return wallet(file, passphraseFile);
  }

  static Wallet wallet(Path file, Optional<Path> passphrase) {
    return passphrase.map(words -> Wallet.load(file, words)).orElseGet(() -> Wallet.load(file));
  }

  /// {@return the account; if none was named, one that is nobody's and signs nothing}
  public Signer accountOrNobody() {
    return keyFile.isPresent() || signer.isPresent() || account.isPresent()
        ? account()
        : new Nobody();
  }

  private ParameterException misuse(String problem) {
    return new ParameterException(command.commandLine(), problem);
  }
}
