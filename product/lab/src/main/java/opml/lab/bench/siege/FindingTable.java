package opml.lab.bench.siege;

import java.util.List;
import opml.lab.bench.TabbedLines;
import opml.lab.bench.checkout.NamedTest;

/// What the audit found, from `findings.tsv`: each with the tests that would find it again.
public record FindingTable(List<Finding> findings) {
  /// @param number as the audit has it
  /// @param what was wrong
  public record Finding(int number, String what, NamedTest test) {
    /// {@return whether forge looks for a history of calls that breaks it}
    boolean isInvariant() {
      return test.name().startsWith("invariant_");
    }

    @Override
    public String toString() {
      return "%d, %s: %s".formatted(number, what, test);
    }
  }

  public FindingTable {
    findings = List.copyOf(findings);
  }

  /// {@return the table of this build}
  public static FindingTable load() {
    return new FindingTable(
        TabbedLines.load(FindingTable.class, "findings.tsv", 3).rows().stream()
            .map(
                row ->
                    new Finding(
                        Integer.parseInt(row.getFirst()), row.get(1), NamedTest.of(row.getLast())))
            .toList());
  }
}
