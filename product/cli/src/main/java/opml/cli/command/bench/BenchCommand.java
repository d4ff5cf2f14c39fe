package opml.cli.command.bench;

import picocli.CommandLine.Command;

/// Benchmarks.
@Command(
    name = "bench",
    description = "Measures speeds and sizes, each beside its peer in the same run.",
    footer = {"  opml bench engine --report engine.json", "  opml bench vm --report vm.json"},
    subcommands = {
      BenchApiCommand.class,
      BenchEngineCommand.class,
      BenchHouseCommand.class,
      BenchLlmCommand.class,
      BenchNodeCommand.class,
      BenchOnnxCommand.class,
      BenchPhasesCommand.class,
      BenchSiegeCommand.class,
      BenchVmCommand.class
    })
public final class BenchCommand {}
