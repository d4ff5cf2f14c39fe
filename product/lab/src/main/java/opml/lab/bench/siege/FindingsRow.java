package opml.lab.bench.siege;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import opml.lab.bench.house.Shell;
import opml.lab.bench.house.TestReports;
import opml.lab.bench.siege.FindingTable.Finding;

/// Every finding of the audit has tests by name, and they pass.
final class FindingsRow {
  private FindingsRow() {}

  static RowFigures run(Path home) {
    List<Finding> findings = FindingTable.load().findings();
    Set<String> classes =
        findings.stream()
            .filter(finding -> !finding.isOfContracts())
            .map(Finding::place)
            .collect(Collectors.toCollection(TreeSet::new));
    TestReports reports = TestReports.run(home, classes, "-o");
    String forge = forge(home, findings);
    List<String> missing = new ArrayList<>();
    for (Finding finding : findings) {
      boolean passed =
          finding.isOfContracts()
              ? forge.contains("[PASS] " + finding.test() + "(")
              : reports.count(finding.place(), finding.test()).whole();
      if (!passed) {
        missing.add("not shown to be mended: " + finding);
      }
    }
    int ok = findings.size() - missing.size();
    return new RowFigures(
        Map.of("findings", Map.of("tests", findings.size(), "ok", ok)),
        List.of(Reach.all("findings, each a test", ok, findings.size())),
        missing);
  }

  /// {@return what forge says of the tests of contracts; nothing if there are none}
  private static String forge(Path home, List<Finding> findings) {
    String tests =
        findings.stream()
            .filter(Finding::isOfContracts)
            .map(Finding::test)
            .distinct()
            .collect(Collectors.joining("|"));
    if (tests.isEmpty()) {
      return "";
    }
    return Shell.run(
            home.resolve("contracts"),
            Map.of(),
            List.of(
                "node",
                "node_modules/@foundry-rs/forge/bin.mjs",
                "test",
                "--offline",
                "--match-test",
                "^(" + tests + ")$"))
        .output();
  }
}
