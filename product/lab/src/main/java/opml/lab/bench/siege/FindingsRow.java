package opml.lab.bench.siege;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import opml.lab.bench.Reach;
import opml.lab.bench.RowFigures;
import opml.lab.bench.checkout.Count;
import opml.lab.bench.checkout.Shell;
import opml.lab.bench.checkout.TestReports;
import opml.lab.bench.siege.FindingTable.Finding;

/// Every finding of the audit has tests by name, and they pass.
final class FindingsRow {
  private FindingsRow() {}

  static RowFigures run(Path home) {
    List<Finding> findings = FindingTable.load().findings();
    Set<String> classes =
        findings.stream()
            .filter(finding -> !finding.test().isOfContracts())
            .map(finding -> finding.test().place())
            .collect(Collectors.toCollection(TreeSet::new));
    TestReports reports = TestReports.run(home, classes);
    String forge = forge(home, findings);
    List<String> missing = new ArrayList<>();
    for (Finding finding : findings) {
      Count ran =
          finding.test().isOfContracts()
              ? new Count(said(forge, finding), forge.contains(passed(finding)) ? 1 : 0)
              : reports.count(finding.test());
      if (!ran.whole()) {
        missing.add((ran.total() == 0 ? "did not run: " : "failed: ") + finding);
      }
    }
    int ok = findings.size() - missing.size();
    return new RowFigures(
        Map.of("findings", Map.of("tests", findings.size(), "ok", ok)),
        List.of(Reach.all("findings, each a test", ok, findings.size())),
        missing);
  }

  /// {@return what forge says of the tests of contracts}
  private static String forge(Path home, List<Finding> findings) {
    String tests =
        findings.stream()
            .filter(finding -> finding.test().isOfContracts() && !finding.isInvariant())
            .map(finding -> finding.test().name())
            .distinct()
            .collect(Collectors.joining("|"));
    StringBuilder said = new StringBuilder();
    if (!tests.isEmpty()) {
      said.append(forge(home, Map.of(), "--match-test", "^(" + tests + ")\\("));
    }
    for (Finding finding : findings) {
      if (finding.isInvariant()) {
        said.append(invariant(home, finding));
      }
    }
    return said.toString();
  }

  /// {@return what forge says of an invariant, which must hold for the seeds and depths at which its guard failed}
  private static String invariant(Path home, Finding finding) {
    for (Run run : List.of(new Run("0xbeef", "120", "80"), new Run("0xaa17", "40", "200"))) {
      String said =
          forge(
              home,
              Map.of("FOUNDRY_INVARIANT_RUNS", run.runs(), "FOUNDRY_INVARIANT_DEPTH", run.depth()),
              "--match-test",
              "^" + finding.test().name() + "\\(",
              "--fuzz-seed",
              run.seed());
      if (!said.contains(passed(finding))) {
        return said.replace("[PASS]", "[PASS, but not with every seed]");
      }
    }
    return passed(finding);
  }

  private record Run(String seed, String runs, String depth) {}

  /// {@return 1 if forge says anything of the test}
  private static int said(String forge, Finding finding) {
    return forge.contains("] " + finding.test().name() + "(") ? 1 : 0;
  }

  private static String passed(Finding finding) {
    return "[PASS] " + finding.test().name() + "(";
  }

  private static String forge(Path home, Map<String, String> environment, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("node", "node_modules/@foundry-rs/forge/bin.mjs", "test", "--offline"));
    command.addAll(List.of(options));
    return Shell.run(home.resolve("contracts"), environment, command).output();
  }
}
