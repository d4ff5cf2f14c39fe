package opml.cli.command.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import opml.cli.console.Console;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import org.jspecify.annotations.Nullable;

/// Measures rows that take minutes each, tells how they go, and shows what they reach.
final class RowMeasuring {
  /// A row to be measured.
  ///
  /// @param measure with whom to tell what happens
  record Row(String title, String story, Function<Consumer<String>, RowFigures> measure) {}

  private final Console console;
  private final Map<String, @Nullable Object> figures = new LinkedHashMap<>();
  private final Goals goals = new Goals();
  private final List<String> notes = new ArrayList<>();
  private final List<String> missed = new ArrayList<>();

  RowMeasuring(Console console) {
    this.console = console;
  }

  void measure(Row row) {
    long begin = System.nanoTime();
    console.note("%s: %s".formatted(row.title(), row.story()));
    RowFigures measured =
        row.measure().apply(said -> console.note("  " + row.title() + " " + said));
    console.note(
        "%s took %.0f s: %s"
            .formatted(row.title(), (System.nanoTime() - begin) / 1e9, measured.json()));
    figures.putAll(measured.json());
    for (Reach reach : measured.reaches()) {
      goals.reach(reach, row.title());
      if (!reach.isReached()) {
        missed.add(reach.figure());
      }
    }
    measured.notes().forEach(note -> notes.add(row.title() + ": " + note));
  }

  /// {@return the figures of all rows}
  Map<String, @Nullable Object> figures() {
    return figures;
  }

  /// {@return the figures that are not what they must be}
  List<String> missed() {
    return missed;
  }

  void show(Map<String, @Nullable Object> json) {
    console.show(
        json,
        () ->
            goals
                + String.join("\n", notes)
                + missed.stream()
                    .map(figure -> "\nmissed: " + figure)
                    .collect(Collectors.joining()));
  }
}
