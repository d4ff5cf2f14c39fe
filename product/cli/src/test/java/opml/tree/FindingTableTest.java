package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.lab.bench.siege.FindingTable;
import opml.lab.bench.siege.FindingTable.Finding;
import org.junit.jupiter.api.Test;

/// Holds the table of findings to its word: each finding of the audit has a test, and every test that it names exists.
class FindingTableTest {
  private static final int FINDINGS = 20;
  private static final Pattern JUNIT = Pattern.compile("^ +void (\\w+)\\(", Pattern.MULTILINE);
  private static final Pattern FORGE = Pattern.compile("^ +function (\\w+)\\(", Pattern.MULTILINE);

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
    Set<String> written = new HashSet<>();
    for (Tree.Source source : Tree.here().java()) {
      if (!source.main()) {
        collect(JUNIT, source.text(), source.className(), written);
      }
    }
    for (Path file : Tree.here().files(".t.sol")) {
      collect(FORGE, Tree.read(file), String.valueOf(file.getFileName()), written);
    }
    assertThat(findings)
        .allSatisfy(one -> assertThat(written).contains(one.place() + "#" + one.test()));
  }

  private static void collect(Pattern pattern, String text, String place, Set<String> into) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      into.add(place + "#" + matcher.group(1));
    }
  }
}
