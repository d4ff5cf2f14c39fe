package opml.ethereum.key;

import java.nio.file.Path;
import java.util.Optional;
import opml.core.account.Address;

/// What a file with a key in it says of itself, without the key.
///
/// @param encrypted whether it is a keystore, which takes a passphrase
/// @param address of the account; a keystore need not name it, and may name another
public record ListedKey(Path file, boolean encrypted, Optional<Address> address) {
  /// {@return what a file says of its key}
  ///
  /// @throws KeyException if it is open to others than its owner, or holds neither a key nor a keystore
  public static ListedKey of(Path file) {
    return KeyFile.describe(file);
  }
}
