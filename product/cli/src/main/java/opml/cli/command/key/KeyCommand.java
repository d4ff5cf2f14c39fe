package opml.cli.command.key;

import picocli.CommandLine.Command;

/// Keys of accounts.
@Command(
    name = "key",
    description = "Makes, encrypts and lists the keys of accounts.",
    footer = {
      "  opml key new keys/server.json --passphrase-file keys/server.pass",
      "  opml key import keys/server.json --from keys/server.key \\",
      "      --passphrase-file keys/server.pass",
      "  opml key list keys"
    },
    subcommands = {KeyNewCommand.class, KeyImportCommand.class, KeyListCommand.class})
public final class KeyCommand {}
