package opml.cli.command.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import opml.lab.bench.phases.PhasesFigures;
import opml.lab.bench.phases.PhasesFigures.Row;

/// Times and states over the number of parts, both axes logarithmic, as an SVG picture.
final class PhasesPlot {
  private static final int WIDTH = 380;
  private static final int HEIGHT = 280;
  private static final int LEFT = 70;
  private static final int TOP = 40;
  private static final int GAP = 110;

  private PhasesPlot() {}

  /// A line of a panel.
  private record Line(String name, String colour, ToDoubleFunction<Row> value) {}

  static String of(PhasesFigures figures) {
    List<Line> times =
        List.of(
            new Line("one phase", "#b03030", row -> row.one().seconds()),
            new Line("two phases", "#3060b0", row -> row.two().seconds()));
    List<Line> states =
        List.of(
            new Line("one phase: m · n", "#b03030", row -> row.one().states()),
            new Line("two phases: m + n", "#3060b0", row -> row.two().states()));
    int width = 2 * (LEFT + WIDTH) + GAP;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        """
            .formatted(width, TOP + HEIGHT + 60)
        + panel(figures.rows(), "seconds of an inference", times, LEFT)
        + panel(figures.rows(), "states of a dispute", states, 2 * LEFT + WIDTH + GAP / 2)
        + "</svg>\n";
  }

  private static String panel(List<Row> rows, String title, List<Line> lines, int left) {
    double[] values =
        lines.stream().flatMapToDouble(line -> rows.stream().mapToDouble(line.value())).toArray();
    int low = floor(Arrays.stream(values).min().orElse(1));
    int high = Math.max(low + 1, ceiling(Arrays.stream(values).max().orElse(1)));
    double most = Math.max(2, rows.isEmpty() ? 2 : rows.getLast().parts());
    StringBuilder svg = new StringBuilder(text(left, TOP - 14, "start", "#000", title));
    for (int power = low; power <= high; power++) {
      double y = y(StrictMath.pow(10, power), low, high);
      svg.append(stroke(left, y, left + WIDTH, y, "#ddd"));
      svg.append(text(left - 8, y + 4, "end", "#444", "1e" + power));
    }
    for (Row row : rows) {
      double x = x(row.parts(), most, left);
      svg.append(stroke(x, TOP + HEIGHT, x, TOP + HEIGHT + 5, "#444"));
      svg.append(text(x, TOP + HEIGHT + 20, "middle", "#444", "" + row.parts()));
    }
    svg.append(text(left + WIDTH / 2.0, TOP + HEIGHT + 42, "middle", "#444", "parts (n)"));
    for (Line line : lines) {
      svg.append(
          rows.stream()
              .map(
                  row ->
                      String.format(
                          Locale.ROOT,
                          "%.1f,%.1f",
                          x(row.parts(), most, left),
                          y(line.value().applyAsDouble(row), low, high)))
              .collect(
                  Collectors.joining(
                      " ",
                      "<polyline fill=\"none\" stroke-width=\"2\" stroke=\""
                          + line.colour()
                          + "\" points=\"",
                      "\"/>\n")));
      if (!rows.isEmpty()) {
        Row last = rows.getLast();
        double y = y(line.value().applyAsDouble(last), low, high) - 8;
        svg.append(text(left + WIDTH, y, "end", line.colour(), line.name()));
      }
    }
    return svg.toString();
  }

  private static int floor(double value) {
    return (int) Math.floor(StrictMath.log10(value));
  }

  private static int ceiling(double value) {
    return (int) Math.ceil(StrictMath.log10(value));
  }

  private static double x(double parts, double most, int left) {
    return left + WIDTH * StrictMath.log10(parts) / StrictMath.log10(most);
  }

  private static double y(double value, int low, int high) {
    return TOP + HEIGHT * (high - StrictMath.log10(value)) / (high - low);
  }

  private static String stroke(double x1, double y1, double x2, double y2, String colour) {
    return String.format(
        Locale.ROOT,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
        x1,
        y1,
        x2,
        y2,
        colour);
  }

  private static String text(double x, double y, String anchor, String colour, String words) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
        x,
        y,
        anchor,
        colour,
        words);
  }
}
