package opml.cli.command.machine;

import picocli.CommandLine.Command;

/// The kernels that nodes are made of.
@Command(
    name = "kernel",
    description = "Lists the kernels and pins their programs.",
    footer = {"  opml kernel list", "  opml kernel pin"},
    subcommands = {KernelListCommand.class, KernelPinCommand.class})
public final class KernelCommand {}
