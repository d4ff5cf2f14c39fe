package opml.cli.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A plain table: columns as wide as their widest cell, numbers to the right.
public final class Table {
  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    this.header = List.of(header);
  }

  /// Adds a row with as many cells as there are columns.
  public Table row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(String::valueOf).toList());
    return this;
  }

  /// {@return the lines: header, rule, rows}
  @Override
  public String toString() {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, header, widths);
    line(text, Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths);
    rows.forEach(row -> line(text, row, widths));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      boolean number = cell.matches("[-+]?[0-9][0-9.,]*( ?[%a-zA-Z]{1,4})?");
      line.append(number ? padding + cell : cell + padding).append(GAP);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
