package opml.cli.command.conformance;

import picocli.CommandLine.Command;

/// Tests against the outside.
@Command(
    name = "conformance",
    description = "Holds soft-float and machines against references from outside of this software.",
    footer = {
      "  opml conformance float f32_mulAdd cases.txt",
      "  opml conformance float --random 1000000",
      "  opml conformance riscv tests"
    },
    subcommands = {ConformanceFloatCommand.class, ConformanceRiscvCommand.class})
public final class ConformanceCommand {}
