package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.lab.bench.house.FaultTable;
import org.junit.jupiter.api.Test;

/// Holds the table of faults to its word: every test that it names exists.
class FaultTableTest {
  private static final Pattern METHOD = Pattern.compile("^ +void (\\w+)\\(", Pattern.MULTILINE);

  @Test
  void everyFaultHasATestThatExists() {
    Set<String> written = new TreeSet<>();
    for (Tree.Source source : Tree.here().java()) {
      Matcher method = METHOD.matcher(source.text());
      while (!source.main() && method.find()) {
        written.add(source.className() + "." + method.group(1));
      }
    }
    FaultTable table = FaultTable.load();
    assertThat(table.faults()).hasSizeGreaterThan(50);
    assertThat(table.faults())
        .allSatisfy(
            fault -> assertThat(written).contains(fault.testClass() + "." + fault.method()));
  }
}
