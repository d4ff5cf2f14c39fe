package opml.cli.command.bench;

import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Json;
import opml.cli.option.ReportOption;
import opml.lab.bench.checkout.Count;
import opml.lab.bench.house.HouseBench;
import opml.lab.bench.house.HouseFigures;
import opml.mnist.digit.SampleDigit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The house's figures.
@Command(
    name = "house",
    description = {
      "Measures what whoever comes in from outside meets.",
      "Scenarios and their gas, the README word for word, the first demo on a fresh machine, ONNX cases, ways to"
          + " start the launcher, and every fault that was found once. Runs tests by Maven in this checkout, some ten"
          + " minutes."
    },
    exitCodeList = {
      "0:done, and nothing is broken",
      "1:failed, or something is broken",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench house", "  opml bench house --first-demo --report house.json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchHouseCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Option(
      names = "--first-demo",
      description = "Measure the first demo as well, which downloads everything twice.")
  private boolean firstDemo;

  @Override
  public Integer call() {
    report.begin();
    HouseFigures figures =
        HouseBench.run(
            CheckoutHome.find(), SampleDigit.ALL.get(7).digit(), firstDemo, console::note);
    console.show(json(figures), () -> text(figures));
    report.end(json(figures));
    return figures.right() ? 0 : 1;
  }

  private static Map<String, @Nullable Object> json(HouseFigures figures) {
    return Json.object(
        "scenarios",
            Json.object(
                "run", figures.scenarios().total(),
                "ok", figures.scenarios().right(),
                "gas_ratio", figures.gasRatio()),
        "readme", count(figures.readme(), "commands", "ok"),
        "first_demo_ratio",
            Double.isFinite(figures.firstDemoRatio()) ? figures.firstDemoRatio() : null,
        "cases", count(figures.cases(), "total", "right"),
        "launcher", count(figures.launcher(), "total", "ok"),
        "faults", count(figures.faults(), "tests", "ok"),
        "missing", figures.missing());
  }

  private static Map<String, @Nullable Object> count(Count count, String total, String right) {
    return Json.object(total, count.total(), right, count.right());
  }

  private static String text(HouseFigures figures) {
    Goals goals =
        new Goals()
            .all("scenarios that end as they must", figures.scenarios())
            .atMost("gas of all scenarios / before", figures.gasRatio(), "", 1, "re-laid tree")
            .all("README commands, word for word", figures.readme())
            .atMost(
                "first demo / mvn package",
                figures.firstDemoRatio(),
                "",
                HouseFigures.FIRST_DEMO_MOST,
                "empty Maven repository")
            .all("ONNX cases", figures.cases())
            .all("launcher cases", figures.launcher())
            .all("faults, each a test", figures.faults());
    StringBuilder text = new StringBuilder(goals.toString());
    figures.missing().forEach(why -> text.append(why).append('\n'));
    return text.toString();
  }
}
