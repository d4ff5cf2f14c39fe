package opml.cli.command.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.cli.option.BindOptions;
import opml.cli.option.InputOptions;
import opml.engine.graph.Port;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.lab.bench.BenchException;
import opml.lab.compare.OnnxComparison;
import opml.lab.compare.OnnxComparison.Compared;
import opml.lab.compare.ValueDistance;
import opml.lab.profile.RandomInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Finds the node at which a model's values leave those of ONNX Runtime.
@Command(
    name = "compare",
    description = {
      "Runs an ONNX model here and by ONNX Runtime, and compares what every node gives.",
      "Both run it on the same inputs, with all values between nodes for outputs; ONNX Runtime"
          + " without its optimisations. Told is the first node whose values differ by more than"
          + " the tolerance, and by how much: the largest difference, that difference over the size"
          + " of ONNX Runtime's value, and how many floats lie between the two (ulp). Behind it"
          + " others may differ because it does. ONNX Runtime is fetched once, by the launcher.",
      "Without an input, one of chance is taken: floats from -1 to 1, any bytes, 0 for other"
          + " integers."
    },
    exitCodeList = {
      "0:done, and no node differs by more than the tolerance",
      "1:failed, or a node differs",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml model compare mnist.onnx --input seven.pgm",
      "  opml model compare resnet50.onnx --input cat.jpg --rtol 1e-4"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelCompareCommand implements Callable<Integer> {
  /// Where the launcher leaves ONNX Runtime, in the checkout.
  private static final String PEER = "target/peers/onnxruntime.jar";

  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.onnx", description = "The model.")
  private Path file;

  @Mixin private InputOptions input;
  @Mixin private BindOptions bind;

  @Option(
      names = "--rtol",
      paramLabel = "X",
      defaultValue = "1e-3",
      description = "Relative tolerance of floats (default: ${DEFAULT-VALUE}).")
  private double rtol;

  @Option(
      names = "--atol",
      paramLabel = "X",
      defaultValue = "1e-5",
      description =
          "Absolute tolerance (default: ${DEFAULT-VALUE}); 1 forgives quantised values a rounding.")
  private double atol;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "How many values are shown: the first that differ, or those furthest apart if none does"
              + " (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--runtime",
      paramLabel = "FILE.jar",
      description = "ONNX Runtime's Java binding (default: " + PEER + " of the checkout).")
  private Optional<Path> runtime;

  @Override
  public Integer call() {
    if (!(rtol >= 0) || !(atol >= 0)) {
      throw new Failure(
          "%s: expected is a number, 0 or more"
              .formatted(!(rtol >= 0) ? "--rtol " + rtol : "--atol " + atol));
    }
    if (top < 1) {
      throw new Failure("--top %d: expected are 1 or more".formatted(top));
    }
    Path jar = runtime.orElseGet(() -> CheckoutHome.find().resolve(PEER));
    if (!Files.isRegularFile(jar)) {
      String told =
          "%s: ONNX Runtime is not there; ./opml model compare fetches it, or --runtime names it"
              .formatted(jar);
      throw runtime.isPresent() ? Failure.misuse(told) : new Failure(told);
    }
    OnnxComparison.Outcome outcome = compared(jar);
    console.show(json(outcome), () -> text(outcome));
    return outcome.first().isPresent() ? ExitCode.FAILED : ExitCode.OK;
  }

  private OnnxComparison.Outcome compared(Path jar) {
    try {
      Bindings bindings = bind.bindings();
      Port port = ModelLoader.graph(file, bindings).input();
      MemorySegment given =
          input.isThere()
              ? MemorySegment.ofArray(input.read(Optional.of(port), port.bytes()))
              : RandomInput.of(port);
      return OnnxComparison.of(
          file,
          bindings,
          port.unpack(given),
          jar,
          new ValueDistance.Tolerance(rtol, atol),
          console::note);
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (BenchException e) {
      throw new Failure(file + ": " + Messages.oneLine(e.getMessage()), e);
    }
  }

  private String text(OnnxComparison.Outcome outcome) {
    Optional<Compared> first = outcome.first();
    String verdict =
        first
            .map(
                one ->
                    "the first that differs: node %s (%s), %s of %s: %s"
                        .formatted(one.node(), one.operator(), one.value(), one.shape(), why(one)))
            .orElse(
                "no node differs by more than %s + %s of the value, of %s"
                    .formatted(atol, rtol, Amounts.count(outcome.values().size(), "value")));
    Table table =
        new Table(
            "node",
            "operator",
            "value",
            "shape",
            "max abs",
            "max rel",
            "max ulp",
            "beyond",
            "what");
    shown(outcome)
        .forEach(
            one ->
                table.row(
                    one.node(),
                    one.operator(),
                    one.value(),
                    one.shape(),
                    one.distance().map(far -> number(far.absolute())).orElse("?"),
                    one.distance().map(far -> number(far.relative())).orElse("?"),
                    one.distance().map(far -> number(far.ulps())).orElse("?"),
                    one.distance().map(far -> Amounts.count(far.beyond())).orElse("?"),
                    one.differs() ? "differs" : ""));
    String skipped =
        outcome.skipped().isEmpty()
            ? ""
            : "\nnot compared: "
                + Amounts.count(outcome.skipped().size(), "value")
                + ", the first "
                + outcome.skipped().getFirst();
    return table + "\n" + verdict + skipped;
  }

  private static String why(Compared one) {
    return one.distance()
        .filter(_ -> one.problem().isEmpty())
        .map(
            far ->
                "%s here, %s by ONNX Runtime in element %,d; up to %s apart, %s of it, %s ulp; %s too far"
                    .formatted(
                        one.ours(),
                        one.theirs(),
                        far.worst(),
                        number(far.absolute()),
                        number(far.relative()),
                        number(far.ulps()),
                        Amounts.count(far.beyond(), "element")))
        .orElse(one.problem());
  }

  private List<Compared> shown(OnnxComparison.Outcome outcome) {
    List<Compared> differing = outcome.values().stream().filter(Compared::differs).toList();
    if (!differing.isEmpty()) {
      return differing.stream().limit(top).toList();
    }
    return outcome.values().stream()
        .sorted(
            Comparator.comparingDouble(
                one -> -one.distance().map(ValueDistance::absolute).orElse(0.0)))
        .limit(top)
        .toList();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  private Map<String, @Nullable Object> json(OnnxComparison.Outcome outcome) {
    List<Object> values = new ArrayList<>();
    outcome.values().forEach(one -> values.add(object(one)));
    return Json.object(
        "file", file,
        "rtol", rtol,
        "atol", atol,
        "first", outcome.first().map(ModelCompareCommand::object),
        "differing", outcome.values().stream().filter(Compared::differs).count(),
        "values", values,
        "skipped", outcome.skipped());
  }

  private static Map<String, @Nullable Object> object(Compared one) {
    return Json.object(
        "node", one.node(),
        "operator", one.operator(),
        "value", one.value(),
        "shape", one.shape(),
        "differs", one.differs(),
        "problem", one.problem(),
        "maxAbsolute", one.distance().map(far -> finite(far.absolute())),
        "maxRelative", one.distance().map(far -> finite(far.relative())),
        "maxUlp", one.distance().map(far -> finite(far.ulps())),
        "beyond", one.distance().map(ValueDistance::beyond),
        "worst", one.distance().map(ValueDistance::worst),
        "ours", one.ours(),
        "theirs", one.theirs());
  }

  /// JSON has no infinity.
  private static Object finite(double value) {
    return Double.isFinite(value) ? (Object) value : String.valueOf(value);
  }
}
