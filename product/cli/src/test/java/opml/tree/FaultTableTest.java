package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import opml.lab.bench.checkout.NamedTest;
import opml.lab.bench.house.FaultTable;
import org.junit.jupiter.api.Test;

/// Holds the table of faults to its word: every test that it names exists.
class FaultTableTest {
  @Test
  void everyFaultHasATestThatExists() {
    Set<NamedTest> written = WrittenTests.in(Tree.here());
    FaultTable table = FaultTable.load();
    assertThat(table.faults()).hasSizeGreaterThan(50);
    assertThat(table.faults()).allSatisfy(fault -> assertThat(written).contains(fault.test()));
  }
}
