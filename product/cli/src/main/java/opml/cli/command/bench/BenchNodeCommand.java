package opml.cli.command.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.OwnProgram;
import opml.cli.option.ReportOption;
import opml.lab.bench.node.NodeRow;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// The node on a chain with much to do.
@Command(
    name = "node",
    description = {
      "Measures how a node keeps up, what it asks its chain for, and what a kill costs.",
      "Each row is a private chain with a block every two seconds and a node in a process of its own; all together take"
          + " some ten minutes."
    },
    exitCodeList = {
      "0:done, and every figure is reached",
      "1:failed, or a figure misses what it must reach",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml bench node --report node.json",
      "  opml bench node --only stuck",
      "  opml bench node --list"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchNodeCommand implements Callable<Integer> {
  /// Rows whose figures are a part of the report of their own.
  private static final List<String> PARTS = List.of("soak", "lies", "alerts");

  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Mixin private RowOptions chosen;

  @Override
  public Integer call() {
    List<NodeRow> rows = chosen.of(NodeRow.values());
    if (chosen.isList()) {
      console.say(RowOptions.told(rows));
      return ExitCode.OK;
    }
    report.begin();
    List<String> program = OwnProgram.command();
    RowMeasuring measuring = new RowMeasuring(console);
    for (NodeRow row : rows) {
      measuring.measure(
          new RowMeasuring.Row(row.title(), row.story(), progress -> row.run(program, progress)));
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    Map<String, @Nullable Object> figures = new LinkedHashMap<>(measuring.figures());
    for (String part : PARTS) {
      Object own = figures.remove(part);
      if (own != null) {
        json.put(part, own);
      }
    }
    json.put("bench", figures);
    json.put("missed", measuring.missed());
    measuring.show(json);
    report.end(json);
    return measuring.missed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }
}
