package opml.cli.command.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.lab.bench.phases.PhasesFigures;
import opml.lab.bench.phases.PhasesFigures.Phases;
import opml.lab.bench.phases.PhasesFigures.Row;
import org.jspecify.annotations.Nullable;

/// One phase and two: for people, as JSON, and as a page of the docs.
final class PhasesView {
  private static final String[] COLUMNS = {
    "parts",
    "one phase",
    "two phases",
    "α",
    "states, one",
    "two",
    "bytes under roots, one",
    "two",
    "moves, one",
    "two",
    "gas, one",
    "two"
  };

  private PhasesView() {}

  static String table(PhasesFigures figures) {
    Table table = new Table(COLUMNS);
    figures.rows().forEach(row -> table.row((Object[]) cells(row)));
    return table.toString();
  }

  private static String[] cells(Row row) {
    Phases one = row.one();
    Phases two = row.two();
    return new String[] {
      whole(row.parts()),
      time(one.seconds()),
      time(two.seconds()),
      String.format(Locale.ROOT, "%.3g", row.alpha()),
      whole(one.states()),
      whole(two.states()),
      whole(one.bytes()),
      whole(two.bytes()),
      played(one.dispute().moves()),
      played(two.dispute().moves()),
      played(one.dispute().gas()),
      played(two.dispute().gas())
    };
  }

  private static String whole(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String played(long value) {
    return value == 0 ? "not measured" : whole(value);
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%.3g ms", 1e3 * seconds);
  }

  static Map<String, @Nullable Object> json(PhasesFigures figures) {
    return Json.object(
        "models",
        figures.rows().stream()
            .map(
                row ->
                    Json.object(
                        "parts",
                        row.parts(),
                        "alpha",
                        row.alpha(),
                        "one",
                        json(row.one()),
                        "two",
                        json(row.two())))
            .toList(),
        "missing",
        figures.missing());
  }

  private static Map<String, @Nullable Object> json(Phases phases) {
    boolean played = phases.dispute().moves() > 0;
    return Json.object(
        "seconds",
        phases.seconds(),
        "states",
        phases.states(),
        "bytes",
        phases.bytes(),
        "moves",
        played ? phases.dispute().moves() : null,
        "gas",
        played ? phases.dispute().gas() : null,
        "dispute_s",
        played ? phases.dispute().seconds() : null);
  }

  /// {@return a page in Markdown}
  static String page(PhasesFigures figures) {
    return """
        # One phase and two

        `./opml bench phases --docs` wrote this page and its plot.

        The same inference, a layer of 64 outputs a part over 256 inputs, is run twice, with the same bits. In *one*
        *phase* it is a single node, and all of it runs in the machine: a dispute narrows down its whole trace. In
        *two phases* each part is a node. They run natively, and the machine comes in only when a dispute has found
        the node.

        With `n` parts of at most `m` instructions each, one phase has a trace of `m · n` states over a memory that
        holds all weights; two phases have `2 n` states of the graph and `m` of one node, over one node's memory.
        *α* is what the opML paper (arXiv 2401.17555) calls so: how many times as fast the native phase makes an
        inference, its last state committed to in both. Bytes under roots are those that the states commit to: the
        operands in the machine's memory, and in two phases a leaf for each slot of the graph, whose own root is the
        model's and was hashed once. Moves and gas are those of whole disputes on a chain, about the same element of
        the output.

        %s
        ![Times and states in one phase and in two](phases.svg)
        """
        .formatted(markdown(figures));
  }

  private static String markdown(PhasesFigures figures) {
    String head = line(COLUMNS);
    String rule = line(List.of(COLUMNS).stream().map(_ -> "--:").toArray(String[]::new));
    return head
        + rule
        + figures.rows().stream()
            .map(PhasesView::cells)
            .map(PhasesView::line)
            .collect(Collectors.joining());
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
