package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.option.ReportOption;
import opml.lab.bench.BenchException;
import opml.lab.bench.engine.EngineBench;
import opml.lab.bench.engine.EngineFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The engine's figures.
@Command(
    name = "engine",
    description = {
      "Measures the engine beside ONNX Runtime and beside the processor.",
      "Models on one thread and on two, single kernels beside what one core of this processor does at most, what a run"
          + " allocates, a model of 4 GB, state in place, the trace of a million steps, what a claim adds, and how far"
          + " step bounds lie above what was seen. ONNX Runtime is fetched once; the model of 4 GB is written into the"
          + " folder for temporary files."
    },
    exitCodeList = {
      "0:done, whether or not every goal was reached",
      "1:failed, or the results are not those of ONNX Runtime",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench engine", "  opml bench engine --report engine.json --zoo mnist-8.onnx"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchEngineCommand implements Callable<Integer> {
  /// Where the launcher leaves ONNX Runtime, in the checkout.
  private static final String PEER = "target/peers/onnxruntime.jar";

  /// Where the project's data lie, beside the checkout.
  private static final String ZOO = "../shared/data/mnist/mnist-8.onnx";

  @Mixin private Console console;

  @Option(
      names = "--zoo",
      paramLabel = "FILE",
      description = "The model zoo's mnist-8; without the file it is left out.")
  private Optional<Path> zoo;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    report.begin();
    Path home = CheckoutHome.find();
    Path peer = home.resolve(PEER);
    if (!Files.isRegularFile(peer)) {
      throw new Failure(peer + ": ONNX Runtime is not there; ./opml bench engine fetches it");
    }
    EngineFigures figures;
    try {
      Path model = zoo.orElseGet(() -> home.resolve(ZOO).normalize());
      figures = EngineBench.run(peer, model, console::note);
    } catch (IOException e) {
      throw new Failure("bench engine: " + e.getMessage(), e);
    } catch (BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    EngineFiguresView view = new EngineFiguresView(figures);
    figures.notes().forEach(console::note);
    console.show(view.json(), view::table);
    report.end(view.json());
    return 0;
  }
}
