package opml.lab.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A table that this build carries as a text: a row a line, tabs between its cells, `#` before what is no row.
///
/// @param rows each with all columns
public record TabbedLines(List<List<String>> rows) {
  public TabbedLines {
    rows = List.copyOf(rows);
  }

  /// {@return the table of a file beside a class}
  ///
  /// @throws IllegalStateException if it is missing, or a row has other columns: then this build is broken
  public static TabbedLines load(Class<?> beside, String file, int columns) {
    List<List<String>> rows = new ArrayList<>();
    for (String line : text(beside, file).lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        List<String> cells = List.of(line.split("\t", -1));
        if (cells.size() != columns) {
          throw new IllegalStateException(
              "%s: expected %d cells with tabs between, found: %s".formatted(file, columns, line));
        }
        rows.add(cells);
      }
    }
    return new TabbedLines(rows);
  }

  private static String text(Class<?> beside, String file) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
