package opml.cli.command.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.cli.option.BindOptions;
import opml.cli.option.InputOptions;
import opml.cli.option.ModelFile;
import opml.core.codec.WholeFile;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.lab.profile.ModelProfile;
import opml.lab.profile.ModelProfile.NodeTime;
import opml.lab.profile.NodeWork;
import opml.lab.profile.RandomInput;
import opml.proof.NodeMachines;
import opml.twins.tile.Peak;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows where a model's time goes.
@Command(
    name = "profile",
    description = {
      "Runs an ONNX model again and again, and shows what each node takes.",
      "Of each node: the median of its times, the bytes of its operands, and which share it reaches"
          + " of what the threads could do at most, in multiplications (fma) or from memory,"
          + " whichever bounds it. That is measured first and takes a second; more than 100 %% is"
          + " what caches give. The machine should be quiet.",
      "Without an input, one of chance is taken: floats from -1 to 1, any bytes, 0 for other"
          + " integers."
    },
    footer = {
      "  opml model profile mnist.onnx",
      "  opml model profile mnist.onnx --input seven.pgm --threads 1 --top 5",
      "  opml model profile mnist.onnx --trace trace.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelProfileCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_RUNS = 100_000;
  private static final int MOST_WARM_UP = 86_400;

  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.onnx", description = "The model.")
  private Path file;

  @Mixin private InputOptions input;
  @Mixin private BindOptions bind;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often it is run, once the kernels are warm (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description =
          "How long it is run before, at most, until its kernels are the final ones (default:"
              + " ${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share a node's work (default: one for each core).")
  private Optional<Integer> threads;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many nodes are shown, those that take longest (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--trace",
      paramLabel = "FILE.json",
      description = "Write the last three runs there, in Chrome's trace event format.")
  private Optional<Path> trace;

  @Override
  public Integer call() {
    int team = threads.orElse(Runtime.getRuntime().availableProcessors());
    require("--runs", runs, MOST_RUNS);
    require("--threads", team, MOST_THREADS);
    require("--top", top, Integer.MAX_VALUE);
    if (!(warmUp >= 0 && warmUp <= MOST_WARM_UP)) {
      throw new Failure("--warm-up %s: expected are 0 to %d".formatted(warmUp, MOST_WARM_UP));
    }
    trace.ifPresent(this::requireWritable);
    Model model = ModelFile.load(file, bind.bindings(), console);
    Graph graph = model.graph();
    MemorySegment given =
        input.isThere()
            ? MemorySegment.ofArray(
                input.read(Optional.of(graph.input()), model.descriptor().inputBytes()))
            : RandomInput.of(graph.input());
    ModelProfile profile =
        ModelProfile.of(graph, given, new NodeMachines(model), team, runs, warmUp, console::note);
    console.show(json(profile), () -> text(profile));
    trace.ifPresent(
        to -> {
          String name = String.valueOf(file.getFileName());
          write(to, ChromeTrace.of(name, graph, profile));
          console.note("written to " + to);
        });
    return 0;
  }

  private static void require(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new Failure("%s %d: expected are 1 to %d".formatted(option, value, most));
    }
  }

  private void requireWritable(Path to) {
    try {
      WholeFile.requireWritable(to);
    } catch (IOException e) {
      throw new Failure("--trace " + Messages.at(to, e).getMessage(), e);
    }
  }

  private static void write(Path to, String text) {
    try {
      WholeFile.write(to, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Messages.at(to, e);
    }
  }

  /// What nodes of an operator take together.
  private record Sum(int nodes, double seconds, long bytes, long products) {
    Sum plus(NodeTime node) {
      return new Sum(
          nodes + 1,
          seconds + node.seconds(),
          bytes + node.work().bytes(),
          products + node.work().products());
    }
  }

  private static Map<String, Sum> byOperator(ModelProfile profile) {
    Map<String, Sum> sums = new LinkedHashMap<>();
    for (NodeTime node : profile.nodes()) {
      Sum before = sums.getOrDefault(node.operator(), new Sum(0, 0, 0, 0));
      sums.put(node.operator(), before.plus(node));
    }
    Map<String, Sum> sorted = new LinkedHashMap<>();
    sums.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue().seconds()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private static double all(ModelProfile profile) {
    return profile.nodes().stream().mapToDouble(NodeTime::seconds).sum();
  }

  private String text(ModelProfile profile) {
    double all = all(profile);
    Table facts =
        new Table("profile", String.valueOf(file.getFileName()))
            .row("a run", time(profile.seconds()))
            .row("with a clock between nodes", time(profile.clocked()))
            .row("the first run", time(profile.firstSeconds()))
            .row("threads", profile.threads())
            .row("kernels", profile.isWarm() ? "warm" : "not all warm yet")
            .row(
                "peak of a core",
                profile.peak().map(ModelProfileCommand::words).orElse("unknown here"));
    Table nodes =
        new Table(
            "time", "of all", "share", "bound", "bytes", "MMAC", "operator", "node", "kernel");
    profile.nodes().stream()
        .sorted(Comparator.comparingDouble(node -> -node.seconds()))
        .limit(top)
        .forEach(
            node ->
                nodes.row(
                    time(node.seconds()),
                    percent(node.seconds() / all),
                    percent(node.share()),
                    node.bound().map(NodeWork.Bound::label).orElse("?"),
                    Amounts.count(node.work().bytes()),
                    millions(node.work().products()),
                    node.operator(),
                    node.name(),
                    node.kernel()));
    Table operators = new Table("time", "of all", "nodes", "bytes", "MMAC", "operator");
    byOperator(profile)
        .forEach(
            (operator, sum) ->
                operators.row(
                    time(sum.seconds()),
                    percent(sum.seconds() / all),
                    sum.nodes(),
                    Amounts.count(sum.bytes()),
                    millions(sum.products()),
                    operator));
    int more = profile.nodes().size() - top;
    return facts
        + "\n"
        + nodes
        + (more > 0 ? "and %s\n".formatted(Amounts.count(more, "more node")) : "")
        + "\n"
        + operators;
  }

  private static String words(Peak peak) {
    return String.format(
        Locale.ROOT,
        "%.1f GFMA/s of floats, %.1f GMAC/s of bytes, %.1f GB/s (%s)",
        peak.floatFma() / 1e9,
        peak.int8Mac() / 1e9,
        peak.readBytes() / 1e9,
        peak.instructions());
  }

  private static String time(double seconds) {
    return seconds < 1e-3
        ? String.format(Locale.ROOT, "%.1f us", seconds * 1e6)
        : String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
  }

  private static String percent(double share) {
    return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : "?";
  }

  private static String millions(long products) {
    return products == 0 ? "" : String.format(Locale.ROOT, "%.3g", products / 1e6);
  }

  private Map<String, @Nullable Object> json(ModelProfile profile) {
    List<Object> nodes = new ArrayList<>();
    for (NodeTime node : profile.nodes()) {
      nodes.add(
          Json.object(
              "name", node.name(),
              "operator", node.operator(),
              "kernel", node.kernel(),
              "seconds", node.seconds(),
              "bytes", node.work().bytes(),
              "products", node.work().products(),
              "bound", node.bound().map(NodeWork.Bound::label),
              "share", finite(node.share())));
    }
    List<Object> operators = new ArrayList<>();
    byOperator(profile)
        .forEach(
            (operator, sum) ->
                operators.add(
                    Json.object(
                        "operator", operator,
                        "nodes", sum.nodes(),
                        "seconds", sum.seconds(),
                        "bytes", sum.bytes(),
                        "products", sum.products())));
    Optional<Peak> peak = profile.peak();
    return Json.object(
        "file", file,
        "seconds", profile.seconds(),
        "clockedSeconds", profile.clocked(),
        "firstSeconds", profile.firstSeconds(),
        "threads", profile.threads(),
        "warm", profile.isWarm(),
        "peakFloatFma", peak.map(Peak::floatFma),
        "peakInt8Mac", peak.map(Peak::int8Mac),
        "peakReadBytes", peak.map(Peak::readBytes),
        "nodes", nodes,
        "operators", operators);
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
