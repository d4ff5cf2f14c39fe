package opml.cli.command.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.option.ReportOption;
import opml.lab.bench.siege.SiegeRow;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Attacks on agents, protocol and economy.
@Command(
    name = "siege",
    description = {
      "Besieges honest agents with the attacks that broke them once.",
      "Bad nodes, floods of games and claims, fee spikes, poisoned deliveries, takers of rewards. Each row is a private"
          + " chain with real agents; all together take some twenty minutes."
    },
    exitCodeList = {
      "0:done, and every attack failed",
      "1:failed, or a figure misses what it must reach",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml bench siege --report siege.json",
      "  opml bench siege --only blind --seed 7",
      "  opml bench siege --list"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchSiegeCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Mixin private RowOptions chosen;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of all that is left to chance; another one each time unless given.")
  private @Nullable Long seed;

  @Override
  public Integer call() {
    List<SiegeRow> rows = chosen.of(SiegeRow.values());
    if (chosen.isList()) {
      console.say(RowOptions.told(rows));
      return ExitCode.OK;
    }
    report.begin();
    long chance = seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000) : seed;
    RowMeasuring measuring = new RowMeasuring(console);
    for (SiegeRow row : rows) {
      measuring.measure(
          new RowMeasuring.Row(
              "%s, seed %d".formatted(row.title(), chance),
              row.story(),
              progress -> row.run(new SiegeRow.Siege(CheckoutHome.find(), chance, progress))));
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("seed", chance);
    json.putAll(measuring.figures());
    json.put("missed", measuring.missed());
    measuring.show(json);
    report.end(json);
    return measuring.missed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }
}
