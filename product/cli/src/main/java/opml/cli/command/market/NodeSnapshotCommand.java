package opml.cli.command.market;

import picocli.CommandLine.Command;

/// What a node has read, as a file.
@Command(
    name = "snapshot",
    description = "Writes what a node has read of the hub to a file, and begins a node with it.",
    footer = {
      "  opml node snapshot export hub.snapshot",
      "  opml node snapshot import hub.snapshot --config other.toml"
    },
    subcommands = {NodeExportCommand.class, NodeImportCommand.class})
public final class NodeSnapshotCommand {}
