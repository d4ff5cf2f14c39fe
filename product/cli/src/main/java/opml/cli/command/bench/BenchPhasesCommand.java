package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.option.ReportOption;
import opml.lab.bench.BenchException;
import opml.lab.bench.phases.PhasesBench;
import opml.lab.bench.phases.PhasesFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the native phase is worth.
@Command(
    name = "phases",
    description = {
      "Runs the same inference in one phase and in two.",
      "In one phase all of it is one node, which runs in the machine. In two its nodes run natively, and a dispute"
          + " first finds a node of the graph, and then an instruction of it. For growing models: the times and how"
          + " many times as fast the native phase makes it (the opML paper's alpha), what is committed to, and a"
          + " dispute each, with its moves and gas. With --docs the table and its plot are written to"
          + " docs/phases.md and docs/phases.svg."
    },
    exitCodeList = {
      "0:done",
      "1:failed, or the two ways differ",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench phases", "  opml bench phases --quick", "  opml bench phases --docs"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchPhasesCommand implements Callable<Integer> {
  private static final List<Integer> QUICK = List.of(1, 4);
  private static final List<Integer> SIZES = List.of(1, 2, 4, 8, 16, 32, 64);

  @Mixin private Console console;

  @Option(names = "--quick", description = "Only the smallest models.")
  private boolean quick;

  @Option(names = "--docs", description = "Write the table and its plot into the checkout's docs.")
  private boolean docs;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    report.begin();
    PhasesFigures figures;
    try {
      figures = PhasesBench.run(quick ? QUICK : SIZES, console::note);
    } catch (BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    figures.missing().forEach(console::note);
    console.show(PhasesView.json(figures), () -> PhasesView.table(figures));
    report.end(PhasesView.json(figures));
    if (docs) {
      write(figures);
    }
    return 0;
  }

  private void write(PhasesFigures figures) {
    Path folder = CheckoutHome.find().resolve("docs");
    try {
      Files.writeString(folder.resolve("phases.md"), PhasesView.page(figures));
      Files.writeString(folder.resolve("phases.svg"), PhasesPlot.of(figures));
    } catch (IOException e) {
      throw new Failure(folder + ": cannot be written: " + e.getMessage(), e);
    }
    console.note("%s and its plot are written".formatted(folder.resolve("phases.md")));
  }
}
