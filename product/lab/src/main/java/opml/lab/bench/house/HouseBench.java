package opml.lab.bench.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.lab.bench.checkout.Count;
import opml.lab.bench.checkout.TestReports;
import opml.mnist.digit.Digit;

/// Measures the house, one figure after the other. Needs a checkout with its history, Maven, Node and the registries.
public final class HouseBench {
  private static final String README = "ReadmeTest";
  private static final String README_RUN = "everyCommandWorksWordForWordInItsOrderInAFreshClone";
  private static final String LAUNCHER = "LauncherTest";
  private static final String CASES = "OnnxCasesTest";

  private HouseBench() {}

  /// Measures. Takes some ten minutes, of which the first demo takes half.
  ///
  /// @param home the checkout
  /// @param digit that the scenarios ask about
  /// @param firstDemo whether to measure the first demo, which downloads everything twice
  /// @param progress is told what is being measured
  public static HouseFigures run(
      Path home, Digit digit, boolean firstDemo, Consumer<String> progress) {
    List<String> missing = new ArrayList<>();
    double ratio = Double.NaN;
    if (firstDemo) {
      ratio = FirstDemo.measure(home, progress).ratio();
    } else {
      missing.add("left out: the time of the first demo; --first-demo measures it");
    }
    progress.accept("scenarios");
    ScenarioGas scenarios = ScenarioGas.measure(digit, progress);
    missing.addAll(scenarios.failures());
    FaultTable table = FaultTable.load();
    progress.accept("tests: README, launcher, ONNX cases, faults");
    TestReports reports = test(home, table);
    reports.failed().forEach(test -> missing.add("failed: " + test));
    if (!Files.isDirectory(home.resolve("../shared/data/onnx-cases"))) {
      missing.add("left out: ONNX cases, since there is no ../shared/data/onnx-cases");
    }
    return new HouseFigures(
        scenarios.ended(),
        scenarios.gasRatio(),
        readme(home, reports),
        ratio,
        reports.count(test -> test.simpleName().equals(CASES)),
        reports.count(test -> test.simpleName().equals(LAUNCHER)),
        faults(table, reports, missing),
        missing);
  }

  /// {@return how many commands the README has, all of them right if the test that runs it word for word passed}
  private static Count readme(Path home, TestReports reports) {
    int commands;
    try (Stream<String> lines = Files.lines(home.resolve("README.md"))) {
      commands = (int) lines.filter(line -> line.startsWith("./opml ")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean passed =
        reports
            .count(test -> test.simpleName().equals(README) && test.name().startsWith(README_RUN))
            .whole();
    return new Count(commands, passed ? commands : 0);
  }

  private static TestReports test(Path home, FaultTable table) {
    Set<String> classes = new TreeSet<>(List.of(README, LAUNCHER, CASES));
    table.faults().forEach(fault -> classes.add(fault.test().place()));
    return TestReports.run(home, classes, "-Dopml.readme=true");
  }

  /// A fault is mended if its test ran, and all that goes by its name passed.
  private static Count faults(FaultTable table, TestReports reports, List<String> missing) {
    int mended = 0;
    for (FaultTable.Fault fault : table.faults()) {
      Count ran = reports.count(fault.test());
      if (ran.whole()) {
        mended++;
      } else {
        missing.add("not shown to be mended: " + fault.what());
      }
    }
    return new Count(table.faults().size(), mended);
  }
}
