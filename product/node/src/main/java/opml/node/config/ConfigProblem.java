package opml.node.config;

import java.nio.file.Path;
import java.util.Comparator;
import opml.core.codec.Printable;

/// One thing that is wrong with a node's file.
///
/// @param line from 1
/// @param column from 1
/// @param key whole, such as `role[2].min-fee`; empty if it is none in particular
/// @param what was expected, and what was found
public record ConfigProblem(Path file, int line, int column, String key, String what)
    implements Comparable<ConfigProblem> {
  private static final Comparator<ConfigProblem> ORDER =
      Comparator.comparingInt(ConfigProblem::line)
          .thenComparingInt(ConfigProblem::column)
          .thenComparing(ConfigProblem::key);

  @Override
  public int compareTo(ConfigProblem other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    String words = key.isEmpty() ? what : key + ": " + what;
    return "%s:%d:%d: %s".formatted(file, line, column, Printable.line(words));
  }
}
