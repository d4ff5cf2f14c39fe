package opml.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import opml.ethereum.key.Wallet;
import picocli.CommandLine.Option;

/// The account that signs and pays. Its key is named by a file, so that it shows neither in a list of processes nor
/// in a shell's history.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KeyOption {
  static final String FILE =
      "Key of the account that signs and pays (64 hex digits, or a keystore); nobody else may read the file.";

  static final String PASSPHRASE = "The file with the passphrase, if the key file is a keystore.";

  @Option(names = "--key-file", required = true, paramLabel = "FILE", description = FILE)
  private Path keyFile;

  @Option(names = "--passphrase-file", paramLabel = "FILE", description = PASSPHRASE)
  private Optional<Path> passphraseFile;

  /// {@return the account}
  ///
  /// @throws opml.ethereum.key.KeyException if there is no key in the file, or others may read it
  public Wallet wallet() {
    return load(keyFile, passphraseFile);
  }

  static Wallet load(Path file, Optional<Path> passphrase) {
    return passphrase.map(words -> Wallet.load(file, words)).orElseGet(() -> Wallet.load(file));
  }
}
