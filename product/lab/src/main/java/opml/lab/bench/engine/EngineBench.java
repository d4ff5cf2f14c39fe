package opml.lab.bench.engine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import opml.lab.bench.engine.EngineFigures.Case;
import opml.lab.bench.engine.EngineFigures.Dispute;
import opml.lab.bench.engine.EngineFigures.First;
import opml.lab.bench.engine.EngineFigures.Load;
import opml.lab.bench.engine.EngineFigures.Share;
import opml.lab.bench.engine.EngineFigures.Shares;
import opml.lab.bench.peer.BenchModel;
import opml.lab.bench.peer.ModelRace;
import opml.lab.bench.peer.OnnxRuntimePeer;
import opml.lab.bench.peer.Race;
import opml.twins.tile.Peak;

/// Measures the engine: models beside ONNX Runtime, kernels beside the processor's peaks, and what weights, state,
/// traces and claims cost.
public final class EngineBench {
  private static final int MATRICES = 200;
  private static final int SIDE = 2304;
  private static final int CASES = 400;
  private static final int FIRST_RUNS = 9;
  private static final double TOLERANCE = 1e-3;

  private final Path peer;
  private final Path zoo;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();

  private EngineBench(Path peer, Path zoo, Consumer<String> progress) {
    this.peer = peer;
    this.zoo = zoo;
    this.progress = progress;
  }

  /// @param peer the jar of ONNX Runtime's Java binding
  /// @param zoo the file of the model zoo's mnist-8, which need not be there
  /// @param progress hears what is measured
  /// @throws BenchException if something cannot be measured that should be
  public static EngineFigures run(Path peer, Path zoo, Consumer<String> progress)
      throws IOException {
    Path folder = Files.createTempDirectory("opml-bench");
    try {
      return new EngineBench(peer, zoo, progress).measure(folder);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private EngineFigures measure(Path folder) throws IOException {
    List<BenchModel> models = new ArrayList<>();
    models.add(BenchModel.perceptron(folder));
    models.add(BenchModel.convolutional(folder));
    Optional<BenchModel> ofTheZoo = BenchModel.ofTheZoo(zoo);
    ofTheZoo.ifPresentOrElse(
        models::add, () -> notes.add("mnist-8: not measured, " + zoo + " is not there"));
    List<Case> cases = races(models, "auto");
    List<Case> vectorCases = races(models, "vector");
    progress.accept("the processor's peaks");
    Optional<Peak> peak = Peak.measure();
    Shares shares =
        peak.map(Kernels::shares)
            .orElseGet(
                () -> {
                  notes.add("shares of the peak: not measured, no machine code may run here");
                  return new Shares(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
                });
    progress.accept("what a run allocates");
    long allocated = allocated(models);
    progress.accept("the first run in a JVM");
    List<First> first = new ArrayList<>();
    for (BenchModel model : models) {
      first.add(first(model));
    }
    progress.accept("state in place, and a trace of a million steps");
    var append = StatefulModels.append();
    var trace = StatefulModels.trace();
    progress.accept("what a claim adds");
    List<Share> commitment =
        List.of(share(BenchModel.wide(folder)), share(BenchModel.deep(folder)));
    progress.accept("step bounds");
    List<BoundTightness> bounds = BoundTightness.measure(CASES);
    Optional<Dispute> dispute = InPlaceDispute.measure(System.nanoTime(), progress, notes::add);
    return new EngineFigures(
        cases,
        vectorCases,
        peak.map(Peak::instructions).orElse(""),
        shares,
        allocated,
        first,
        load(folder),
        append,
        trace,
        commitment,
        bounds,
        dispute,
        notes);
  }

  private List<Case> races(List<BenchModel> models, String kernels) throws IOException {
    List<Case> cases = new ArrayList<>();
    try (OnnxRuntimePeer runtime = new OnnxRuntimePeer(peer)) {
      for (BenchModel model : models) {
        for (int threads = 1; threads <= 2; threads++) {
          progress.accept("%s, %d threads, %s".formatted(model.name(), threads, kernels));
          Race.Times times = ModelRace.beside(runtime, model, threads, kernels, TOLERANCE);
          cases.add(new Case(model.name(), threads, times.ours() / 1e3, times.peer() / 1e3));
        }
      }
    }
    return cases;
  }

  private static Share share(BenchModel model) throws IOException {
    Race.Times times = ModelRace.besideItsClaim(model);
    return new Share(model.name(), times.ours() / 1e3, times.ratio() - 1);
  }

  private static long allocated(List<BenchModel> models) throws IOException {
    List<String> files = models.stream().map(model -> model.file().toString()).toList();
    long most = 0;
    for (String flag : List.of("-XX:UseAVX=2", "-XX:UseAVX=3")) {
      List<String> words = new ArrayList<>(List.of("allocation"));
      words.addAll(files);
      most = Math.max(most, Long.parseLong(probe(List.of(flag), words)));
    }
    return most;
  }

  /// JVMs turn by turn, and the median of pairs: each takes most of a second, in which a lot may happen.
  private static First first(BenchModel model) throws IOException {
    double[] reference = new double[FIRST_RUNS];
    double[] shares = new double[FIRST_RUNS];
    List<String> words = List.of("first", model.file().toString());
    for (int i = 0; i < FIRST_RUNS; i++) {
      reference[i] = firstSeconds("reference", words);
      shares[i] = firstSeconds("auto", words) / reference[i];
    }
    return new First(model.name(), median(reference), median(shares));
  }

  private static double firstSeconds(String kernels, List<String> words) throws IOException {
    List<String> flags = new ArrayList<>(keptClasses());
    flags.add("-Dopml.kernels=" + kernels);
    return Double.parseDouble(probe(flags, words));
  }

  /// {@return the options by which the launcher has a JVM take the classes that it keeps, where it does}
  private static List<String> keptClasses() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-XX:AOTCache=") || option.startsWith("-Xlog:"))
        .toList();
  }

  private static double median(double[] values) {
    return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElseThrow();
  }

  private Load load(Path folder) throws IOException {
    long bytes = 4L * SIDE * SIDE * MATRICES;
    if (Files.getFileStore(folder).getUsableSpace() < bytes + (1L << 30)) {
      notes.add("the model of 4 GB: not measured, %s has no room for it".formatted(folder));
      return Load.NONE;
    }
    progress.accept("a model of 4 GB, which is written first");
    Path own = Files.createDirectory(folder.resolve("large"));
    Path file = LargeModelFile.write(own, MATRICES, SIDE);
    Path cache = folder.resolve("hashes");
    List<String> flags = new ArrayList<>(keptClasses());
    flags.addAll(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=10g"));
    List<String> words = List.of("load", file.toString(), cache.toString());
    // The first time the weights are hashed.
    String _ = probe(flags, words);
    String[] figures = probe(flags, words).split(" ", -1);
    delete(own);
    return new Load(
        Double.parseDouble(figures[0]),
        Double.parseDouble(figures[1]),
        Double.parseDouble(figures[2]));
  }

  private static String probe(List<String> flags, List<String> words) throws IOException {
    return OwnJvm.run(flags, EngineProbe.class, words).strip();
  }
}
