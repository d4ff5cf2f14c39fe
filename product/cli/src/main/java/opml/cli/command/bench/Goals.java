package opml.cli.command.bench;

import java.util.Locale;
import opml.cli.console.Table;
import opml.lab.bench.Reach;
import opml.lab.bench.checkout.Count;

/// The figures as a table, each beside what it should reach and what it was measured against. A goal that is NaN is
/// none.
final class Goals {
  private final Table table = new Table("figure", "measured", "goal", "reached", "beside");
  private int missed;

  /// A figure that should not be less than its goal.
  Goals atLeast(String figure, double value, String unit, double goal, String beside) {
    return row(
        figure, value, unit, Double.isNaN(goal) ? "" : "≥ " + text(goal), value >= goal, beside);
  }

  /// A figure that should not be more than its goal.
  Goals atMost(String figure, double value, String unit, double goal, String beside) {
    return row(
        figure, value, unit, Double.isNaN(goal) ? "" : "≤ " + text(goal), value <= goal, beside);
  }

  /// Things that should all be right.
  Goals all(String figure, Count count) {
    missed += count.total() == 0 || count.whole() ? 0 : 1;
    table.row(
        figure,
        count.total() == 0 ? "not measured" : count.right() + " of " + count.total(),
        "all",
        count.total() == 0 ? "" : (count.whole() ? "yes" : "NO"),
        "");
    return this;
  }

  /// A figure of a siege.
  Goals reach(Reach reach, String beside) {
    return reach.atLeast()
        ? atLeast(reach.figure(), reach.measured(), "", reach.goal(), beside)
        : atMost(reach.figure(), reach.measured(), "", reach.goal(), beside);
  }

  private Goals row(
      String figure, double value, String unit, String goal, boolean reached, String beside) {
    boolean measured = Double.isFinite(value);
    missed += measured && !goal.isEmpty() && !reached ? 1 : 0;
    table.row(
        figure,
        measured ? (text(value) + " " + unit).strip() : "not measured",
        goal,
        measured && !goal.isEmpty() ? (reached ? "yes" : "NO") : "",
        beside);
    return this;
  }

  /// {@return whether all that was measured is as it should be}
  boolean areReached() {
    return missed == 0;
  }

  private static String text(double value) {
    return String.format(
        Locale.ROOT, value >= 1000 ? "%,.0f" : value >= 100 ? "%.0f" : "%.3g", value);
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
