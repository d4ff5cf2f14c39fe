package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.lab.bench.checkout.NamedTest;
import opml.lab.bench.siege.FindingTable;
import opml.lab.bench.siege.FindingTable.Finding;
import org.junit.jupiter.api.Test;

/// Holds the table of findings to its word: each finding of the audit has a test, and every test that it names exists.
class FindingTableTest {
  private static final int FINDINGS = 30;

  private final List<Finding> findings = FindingTable.load().findings();

  @Test
  void everyFindingHasATest() {
    Set<Integer> numbers =
        findings.stream().map(Finding::number).collect(Collectors.toCollection(TreeSet::new));
    assertThat(numbers)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, FINDINGS).boxed().toList());
  }

  @Test
  void everyTestThatTheTableNamesExists() {
    Set<NamedTest> written = WrittenTests.in(Tree.here());
    assertThat(findings).allSatisfy(one -> assertThat(written).contains(one.test()));
  }
}
