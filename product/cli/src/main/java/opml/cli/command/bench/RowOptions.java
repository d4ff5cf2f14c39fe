package opml.cli.command.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import opml.lab.bench.BenchRow;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which rows of a bench are measured.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class RowOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "ROW",
      split = ",",
      description = "Measure these rows only; --list tells their names.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Tell what rows there are, and measure nothing.")
  private boolean list;

  /// {@return whether the rows are only asked for}
  boolean isList() {
    return list;
  }

  /// {@return the rows that are meant, in their order: all, if none is named}
  ///
  /// @throws ParameterException if there is none of a name
  <R extends BenchRow> List<R> of(R[] rows) {
    List<R> all = Arrays.asList(rows);
    List<String> titles = all.stream().map(BenchRow::title).toList();
    only.stream()
        .filter(title -> !titles.contains(title))
        .findFirst()
        .ifPresent(
            title -> {
              throw new ParameterException(
                  spec.commandLine(),
                  "--only: '%s' is no row: %s".formatted(title, String.join(", ", titles)));
            });
    return only.isEmpty() ? all : all.stream().filter(row -> only.contains(row.title())).toList();
  }

  /// {@return the rows and what happens in them, a line each}
  static String told(List<? extends BenchRow> rows) {
    return rows.stream()
        .map(row -> "%-12s %s".formatted(row.title(), row.story()))
        .collect(Collectors.joining("\n"));
  }
}
