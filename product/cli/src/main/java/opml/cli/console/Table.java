package opml.cli.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.codec.Printable;

/// A plain table: columns as wide as their widest cell, numbers to the right. Cells are cut where they get long, since
/// one of them makes all rows as long as itself.
public final class Table {
  private static final String GAP = "  ";

  /// A hash and a few words fit.
  private static final int CELL_CHARACTERS = 80;

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    this.header = Arrays.stream(header).map(Table::cell).toList();
  }

  /// Adds a row with as many cells as there are columns.
  public Table row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(Table::cell).toList());
    return this;
  }

  private static String cell(Object content) {
    return Printable.cut(Printable.line(String.valueOf(content)), CELL_CHARACTERS);
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
