package opml.cli.command.machine;

import picocli.CommandLine.Command;

/// The machine alone.
@Command(
    name = "vm",
    description = "Runs and disassembles programs of the RV64IM machine.",
    footer = {"  opml vm run hello.elf", "  opml vm disassemble --kernel relu.f32"},
    subcommands = {VmRunCommand.class, VmDisassembleCommand.class})
public final class VmCommand {}
