package opml.cli.command.chain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.key.Wallet;

/// A folder with a key for each role, whose accounts have money on a development chain. The keys are made here and
/// known to nobody else, unlike the ones that every development chain is born with.
final class DevKeys {
  private static final List<String> ROLES = List.of("deployer", "requester", "server", "verifier");
  private static final Wei MONEY = Wei.ether(10_000);

  private final Path folder;

  DevKeys(Path folder) {
    this.folder = folder;
  }

  /// Makes the keys that are not there yet, and gives money to accounts without any.
  ///
  /// @return the roles' accounts
  Map<String, Address> accounts(DevChain dev) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Address> accounts = new LinkedHashMap<>();
    for (String role : ROLES) {
      Path file = folder.resolve(role + ".key");
      Address address = (Files.exists(file) ? Wallet.load(file) : Wallet.create(file)).address();
      if (dev.chain().balance(address, dev.chain().latest()).isZero()) {
        dev.setBalance(address, MONEY);
      }
      accounts.put(role, address);
    }
    return accounts;
  }
}
