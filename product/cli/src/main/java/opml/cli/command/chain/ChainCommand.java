package opml.cli.command.chain;

import picocli.CommandLine.Command;

/// The development chain.
@Command(
    name = "chain",
    description = "Runs a development chain on this machine.",
    footer = {"  opml chain up --keys keys --state chain.json"},
    subcommands = ChainUpCommand.class)
public final class ChainCommand {}
