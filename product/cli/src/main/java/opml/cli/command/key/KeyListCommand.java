package opml.cli.command.key;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.core.account.Address;
import opml.ethereum.key.KeyException;
import opml.ethereum.key.ListedKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists keys.
@Command(
    name = "list",
    description = {
      "Lists the keys in a folder, with their accounts, and what is wrong with any of them.",
      "No passphrase is needed: a keystore's account is the one that its file names."
    },
    footer = {"  opml key list keys", "  opml key list keys --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KeyListCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "FOLDER",
      defaultValue = "keys",
      description = "Where the keys lie (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Override
  public Integer call() {
    Table table = new Table("account", "file", "");
    for (Path file : files()) {
      try {
        ListedKey key = ListedKey.of(file);
        row(table, key.address().map(Address::toString).orElse("not named"), file, key.encrypted());
      } catch (KeyException e) {
        // A folder of keys may well have passphrases in it, which are no keys.
        String why = Messages.of(e);
        console.object(Json.object("file", file.toString(), "trouble", why));
        table.row("no key", file.getFileName(), why);
      }
    }
    console.say(table.toString());
    return 0;
  }

  private void row(Table table, String account, Path file, boolean encrypted) {
    console.object(
        Json.object("account", account, "file", file.toString(), "encrypted", encrypted));
    table.row(account, file.getFileName(), encrypted ? "encrypted" : "not encrypted");
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw Messages.at(folder, e);
    }
  }
}
