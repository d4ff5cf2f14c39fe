package opml.lab.bench.house;

import java.util.List;
import opml.lab.bench.TabbedLines;
import opml.lab.bench.checkout.NamedTest;

/// The faults that strangers found, from `faults.tsv`: each with the test that would find it again.
public record FaultTable(List<Fault> faults) {
  /// @param what was wrong
  public record Fault(String what, NamedTest test) {}

  public FaultTable {
    faults = List.copyOf(faults);
  }

  /// {@return the table of this build}
  public static FaultTable load() {
    return new FaultTable(
        TabbedLines.load(FaultTable.class, "faults.tsv", 2).rows().stream()
            .map(row -> new Fault(row.getFirst(), NamedTest.of(row.getLast())))
            .toList());
  }
}
