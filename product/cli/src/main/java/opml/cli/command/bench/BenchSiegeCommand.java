package opml.cli.command.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.option.ReportOption;
import opml.lab.bench.siege.Reach;
import opml.lab.bench.siege.RowFigures;
import opml.lab.bench.siege.SiegeRow;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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

  @Option(
      names = "--only",
      paramLabel = "ROW",
      split = ",",
      converter = RowConverter.class,
      description = "Measure these rows only, such as blind,flood.")
  private List<SiegeRow> only = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of all that is left to chance; another one each time unless given.")
  private @Nullable Long seed;

  @Option(names = "--list", description = "Tell what rows there are, and measure nothing.")
  private boolean list;

  @Override
  public Integer call() {
    List<SiegeRow> rows = only.isEmpty() ? List.of(SiegeRow.values()) : only;
    if (list) {
      rows.forEach(row -> console.say("%-12s %s".formatted(row.title(), row.story())));
      return ExitCode.OK;
    }
    report.begin();
    long chance = seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000) : seed;
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("seed", chance);
    Goals goals = new Goals();
    List<String> notes = new ArrayList<>();
    List<String> missed = new ArrayList<>();
    for (SiegeRow row : rows) {
      RowFigures figures = measure(row, chance);
      json.putAll(figures.json());
      for (Reach reach : figures.reaches()) {
        goals.reach(reach, row.title());
        if (!reach.isReached()) {
          missed.add(reach.figure());
        }
      }
      figures.notes().forEach(note -> notes.add(row.title() + ": " + note));
    }
    json.put("missed", missed);
    console.show(
        json,
        () ->
            goals
                + String.join("\n", notes)
                + missed.stream()
                    .map(figure -> "\nmissed: " + figure)
                    .collect(Collectors.joining()));
    report.end(json);
    return missed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private RowFigures measure(SiegeRow row, long chance) {
    long begin = System.nanoTime();
    console.note("%s, seed %d: %s".formatted(row.title(), chance, row.story()));
    RowFigures figures =
        row.run(
            new SiegeRow.Siege(
                CheckoutHome.find(),
                chance,
                said -> console.note("  " + row.title() + " " + said)));
    console.note(
        "%s took %.0f s: %s"
            .formatted(row.title(), (System.nanoTime() - begin) / 1e9, figures.json()));
    return figures;
  }

  /// A row by its name.
  static final class RowConverter implements ITypeConverter<SiegeRow> {
    @Override
    public SiegeRow convert(String text) {
      return List.of(SiegeRow.values()).stream()
          .filter(row -> row.title().equals(text))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'%s' is no row: %s".formatted(text, titles())));
    }

    private static String titles() {
      return List.of(SiegeRow.values()).stream()
          .map(SiegeRow::title)
          .collect(Collectors.joining(", "));
    }
  }
}
