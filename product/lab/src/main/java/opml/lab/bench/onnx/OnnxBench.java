package opml.lab.bench.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import opml.lab.bench.onnx.OnnxFigures.Case;
import opml.lab.bench.onnx.OnnxFigures.Cosine;
import opml.lab.bench.onnx.OnnxFigures.Import;
import opml.lab.bench.onnx.OnnxFigures.Share;
import opml.lab.bench.peer.BenchModel;
import opml.lab.bench.peer.MobileNet;
import opml.lab.bench.peer.MobileNet.Numbers;
import opml.lab.bench.peer.ModelRace;
import opml.lab.bench.peer.OnnxRuntimePeer;
import opml.lab.bench.peer.Race;
import opml.twins.Twins;

/// Measures ONNX models beside ONNX Runtime: small networks, the shape of MobileNetV1, sentence embedders; each as
/// floats and as bytes.
public final class OnnxBench {
  private static final double SMALL = 0.9;
  private static final double BYTES_OF_MOBILE_NET = 0.7;
  private static final double BY_VECTORS = 0.45;

  /// Floats may be added in another order.
  private static final double FLOATS_APART = 1e-3;

  /// A step of a quantised activation may fall to the other side, and others after it.
  private static final double BYTES_APART = 0.5;

  private static final double FLOAT_COSINE = 0.99999;
  private static final double BYTE_COSINE = 0.9999;
  private static final int SENTENCE = 16;
  private static final List<Integer> TOKENS = List.of(SENTENCE, 128);

  private final Peers peers;
  private final Optional<String> only;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();

  /// What is compared with, and measured.
  ///
  /// @param runtime the jar of ONNX Runtime's Java binding
  /// @param zoo the file of the model zoo's mnist-8, which need not be there
  /// @param embedders the jars of embedders, by the names of their figures; with `int8` in it, one of bytes
  public record Peers(Path runtime, Path zoo, Map<String, Path> embedders) {
    public Peers {
      embedders = Map.copyOf(embedders);
    }
  }

  /// A model, and what is asked of it.
  private record Raced(BenchModel model, double apart, double goal, Optional<Double> vectorGoal) {}

  private OnnxBench(Peers peers, Optional<String> only, Consumer<String> progress) {
    this.peers = peers;
    this.only = only;
    this.progress = progress;
  }

  /// @param only a part of the names of models; others are left out
  /// @param progress hears what is measured
  /// @throws BenchException if something cannot be measured that should be
  public static OnnxFigures run(Peers peers, Optional<String> only, Consumer<String> progress)
      throws IOException {
    Path folder = Files.createTempDirectory("opml-bench");
    try {
      return new OnnxBench(peers, only, progress).measure(folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private OnnxFigures measure(Path folder) throws IOException {
    List<SentenceModel> embedders = new ArrayList<>();
    for (Map.Entry<String, Path> one :
        peers.embedders().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
      embedders.add(SentenceModel.of(one.getKey(), one.getValue(), folder));
    }
    List<Raced> models = models(embedders, folder);
    List<Case> cases = new ArrayList<>();
    List<Case> vectorCases = new ArrayList<>();
    List<Cosine> cosines = new ArrayList<>();
    try (OnnxRuntimePeer runtime = new OnnxRuntimePeer(peers.runtime())) {
      for (Raced one : models) {
        race(runtime, one, "auto", one.goal, cases);
      }
      for (Raced one : models) {
        if (one.vectorGoal.isPresent()) {
          race(runtime, one, "vector", one.vectorGoal.get(), vectorCases);
        }
      }
      for (SentenceModel one : embedders) {
        if (isWanted(one.name())) {
          progress.accept(one.name() + ", sentences");
          cosines.add(cosine(runtime, one));
        }
      }
    }
    return new OnnxFigures(cases, vectorCases, cosines, shares(models), imported(embedders), notes);
  }

  private List<Raced> models(List<SentenceModel> embedders, Path folder) throws IOException {
    List<Raced> models = new ArrayList<>();
    models.add(floats(BenchModel.perceptron(folder)));
    models.add(floats(BenchModel.convolutional(folder)));
    BenchModel.ofTheZoo(peers.zoo())
        .ifPresentOrElse(
            model -> models.add(floats(model)),
            () -> notes.add("mnist-8: not measured, %s is not there".formatted(peers.zoo())));
    models.add(floats(MobileNet.write(Numbers.FLOATS, folder)));
    for (Numbers numbers : List.of(Numbers.QLINEAR, Numbers.QDQ)) {
      BenchModel model = MobileNet.write(numbers, folder);
      models.add(new Raced(model, BYTES_APART, BYTES_OF_MOBILE_NET, Optional.empty()));
    }
    for (SentenceModel embedder : embedders) {
      for (int tokens : TOKENS) {
        double apart = isOfBytes(embedder) ? BYTES_APART : FLOATS_APART;
        models.add(new Raced(embedder.of(tokens), apart, SMALL, Optional.of(BY_VECTORS)));
      }
    }
    return models.stream().filter(one -> isWanted(one.model.name())).toList();
  }

  private boolean isWanted(String name) {
    return only.map(name::contains).orElse(true);
  }

  private static boolean isOfBytes(SentenceModel embedder) {
    return embedder.name().contains("int8");
  }

  private static Raced floats(BenchModel model) {
    return new Raced(model, FLOATS_APART, SMALL, Optional.empty());
  }

  private void race(
      OnnxRuntimePeer runtime, Raced one, String kernels, double goal, List<Case> cases)
      throws IOException {
    for (int threads = 1; threads <= 2; threads++) {
      Race.Times times = ModelRace.beside(runtime, one.model, threads, kernels, one.apart);
      Case found =
          new Case(one.model.name(), threads, times.ours() / 1e6, times.peer() / 1e6, goal);
      progress.accept(
          "%s, %d threads, %s: %.2f".formatted(one.model.name(), threads, kernels, found.ratio()));
      cases.add(found);
    }
  }

  /// Of the means of what the tokens of a sentence become.
  private static Cosine cosine(OnnxRuntimePeer runtime, SentenceModel embedder) throws IOException {
    Graph graph = embedder.of(SENTENCE).graph();
    GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
    double goal = isOfBytes(embedder) ? BYTE_COSINE : FLOAT_COSINE;
    double least = 1;
    int reached = 0;
    double leastOfPeers = 1;
    List<String> sentences = SentenceModel.sentences();
    for (String sentence : sentences) {
      BenchModel model = embedder.model(SENTENCE, sentence);
      MemorySegment output = Tensor.allocate(graph.output().bytes());
      runner.run(graph.input().pack(model.inputs()), output);
      float[] ours = output.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
      int used = sentence.split(" ", -1).length + 2;
      double[] mean = mean(ours, used);
      String name = graph.output().parts().getFirst().name();
      Tensor plain = values(runtime.values(model.file(), model.inputs(), Set.of(name)));
      double[] theirs = mean(floats(plain), used);
      double cosine = cosine(mean, theirs);
      least = Math.min(least, cosine);
      reached += cosine >= goal ? 1 : 0;
      try (OnnxRuntimePeer.Session session = runtime.load(model.file(), 1, model.inputs())) {
        Tensor optimised = values(session.outputs());
        leastOfPeers = Math.min(leastOfPeers, cosine(theirs, mean(floats(optimised), used)));
      }
    }
    return new Cosine(embedder.name(), sentences.size(), least, reached, leastOfPeers, goal);
  }

  private static Tensor values(Map<String, Tensor> outputs) {
    return outputs.values().iterator().next();
  }

  private static float[] floats(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private static double[] mean(float[] states, int used) {
    int width = states.length / SENTENCE;
    double[] mean = new double[width];
    for (int token = 0; token < used; token++) {
      for (int i = 0; i < width; i++) {
        mean[i] += states[token * width + i] / used;
      }
    }
    return mean;
  }

  private static double cosine(double[] a, double[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      ofA += a[i] * a[i];
      ofB += b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
  }

  private List<Share> shares(List<Raced> models) throws IOException {
    List<Share> shares = new ArrayList<>();
    for (Raced one : models) {
      String name = one.model.name();
      if (name.equals("mobilenet-v1") || name.contains("minilm")) {
        progress.accept("what a claim adds, " + name);
        try {
          Race.Times times = ModelRace.besideItsClaim(one.model);
          shares.add(new Share(name, times.ours() / 1e6, times.ratio() - 1));
        } catch (IllegalArgumentException e) {
          notes.add("what a claim of %s adds: %s".formatted(name, e.getMessage()));
        }
      }
    }
    return shares;
  }

  private Import imported(List<SentenceModel> embedders) throws IOException {
    Optional<SentenceModel> largest =
        embedders.stream()
            .filter(one -> isWanted(one.name()))
            .max(Comparator.comparingLong(one -> one.file().toFile().length()));
    if (largest.isEmpty()) {
      notes.add("import: not measured, there is no embedder");
      return Import.NONE;
    }
    Path file = largest.get().file();
    List<String> words = List.of(file.toString(), Integer.toString(SENTENCE));
    String[] found = OwnJvm.run(List.of(), OnnxProbe.class, words).strip().split(" ", -1);
    return new Import(
        Files.size(file) / 1e6, Double.parseDouble(found[0]), Double.parseDouble(found[1]));
  }
}
