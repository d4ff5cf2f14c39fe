package opml.lab.conformance.bits;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import opml.llm.model.LanguageModel;
import opml.proof.Frames;
import opml.proof.GraphWorkshop;

/// Runs a model in JVMs that differ in the instructions that HotSpot may use, in whether it compiles at all, and in the
/// kernels, and in each over several numbers of threads and inputs: the bits must be the same everywhere. The machine
/// then runs nodes of one of these runs.
public final class BitsConformance {
  private static final List<String> KERNELS = List.of("reference", "vector", "tile");

  private static final List<String> COMPILED =
      List.of("-XX:UseAVX=0", "-XX:UseAVX=1", "-XX:UseAVX=2", "-XX:UseAVX=3");

  private static final String INTERPRETED = "-Xint";

  /// A model whose nodes take more instructions in the machine is not run by an interpreter.
  private static final long MOST_INTERPRETED = 20_000_000;

  /// A language model with more weights is not run by an interpreter.
  private static final long MOST_INTERPRETED_BYTES = 1 << 21;

  /// A model whose nodes take more instructions in the machine is run less often.
  private static final double LARGE = 1e9;

  /// Instructions of the nodes that the machine runs: some seconds.
  private static final long MOST_IN_MACHINE = 1L << 32;

  private BitsConformance() {}

  /// The cells, and whether all have the same bits.
  ///
  /// @param isText whether they are those of a language model, which are the same for any number of tokens at once
  /// @param skipped what was not run, and why
  /// @param machine how nodes fared in the machine, if they were run there
  public record Report(
      boolean isText, List<BitsCell> cells, List<String> skipped, Optional<MachineSample> machine) {
    public Report {
      cells = List.copyOf(cells);
      skipped = List.copyOf(skipped);
    }

    /// {@return those that differ from the first with as many inputs; of a language model, from the first of the same
    /// text, however many tokens were taken at once}
    public List<BitsCell> different() {
      return cells.stream()
          .filter(
              cell -> !first(cell).agrees(cell) || isText && !cell.outputs().equals(cell.states()))
          .toList();
    }

    /// {@return where the machine says something else, or was asked about another run than the cells are of}
    public Optional<String> machineDifference() {
      return machine.flatMap(
          sample ->
              sample
                  .difference()
                  .or(
                      () ->
                          cells.stream()
                              .filter(cell -> cell.batch() == 1)
                              .findFirst()
                              .filter(cell -> !cell.states().equals(sample.states()))
                              .map(
                                  _ -> "the run that it was compared with ends in another state")));
    }

    /// {@return whether all is the same}
    public boolean isSame() {
      return different().isEmpty() && machineDifference().isEmpty();
    }

    /// {@return one hash of all bits: of a language model, that of the logits of its long text; of another, over those
    /// of the outputs and final states of each number of inputs}
    @SuppressWarnings(
        "ReferenceEquality") // the first of its kind, and no other of the same figures
    public String hash() {
      if (isText) {
        return cells.stream().filter(cell -> !isShort(cell)).findFirst().orElseThrow().outputs();
      }
      Preimage bits = Preimage.tagged("bits");
      cells.stream()
          .filter(cell -> first(cell) == cell)
          .forEach(
              cell -> bits.word(Bytes32.ofHex(cell.outputs())).word(Bytes32.ofHex(cell.states())));
      return bits.hash().toString();
    }

    private BitsCell first(BitsCell cell) {
      return cells.stream().filter(other -> isAlike(cell, other)).findFirst().orElseThrow();
    }

    private boolean isAlike(BitsCell cell, BitsCell other) {
      return isText ? isShort(cell) == isShort(other) : cell.batch() == other.batch();
    }

    private static boolean isShort(BitsCell cell) {
      return cell.batch() == TextBitsProbe.SHORT_ROWS;
    }
  }

  /// @param file of the model
  /// @param bindings what the file leaves open
  /// @param seed of the inputs, and of which nodes the machine runs
  /// @param progress hears of each JVM
  /// @throws BenchException if a JVM fails
  public static Report run(
      Path file, Model model, Bindings bindings, long seed, Consumer<String> progress)
      throws IOException {
    GraphRunner runner = GraphWorkshop.runner(model);
    boolean isLarge = model.mostSteps() > LARGE;
    BitsQuestion question =
        new BitsQuestion(
                seed,
                isLarge ? List.of(1, 2) : List.of(1, 2, 8),
                isLarge ? List.of(1, 2) : List.of(1, 16),
                bindings,
                Collections.emptySortedMap())
            .below(ChanceInputs.ranges(model, runner, seed));
    List<String> skipped = new ArrayList<>();
    List<BitsCell> cells = new ArrayList<>();
    Path folder = Files.createTempDirectory("opml-bits");
    try {
      List<String> arguments = new ArrayList<>(List.of(file.toString()));
      arguments.addAll(question.words(folder));
      for (String jvm : COMPILED) {
        for (String kernels : KERNELS) {
          progress.accept(jvm + " " + kernels);
          cells.addAll(cells(arguments, jvm, kernels));
        }
      }
      if (model.mostSteps() > MOST_INTERPRETED) {
        skipped.add(
            "%s: the model takes up to %,d instructions, and is interpreted up to %,d"
                .formatted(INTERPRETED, (long) model.mostSteps(), MOST_INTERPRETED));
      } else {
        progress.accept(INTERPRETED);
        cells.addAll(cells(arguments, INTERPRETED, "auto"));
      }
    } finally {
      remove(folder);
    }
    progress.accept("the machine");
    MemorySegment input = ChanceInputs.input(model, new SplittableRandom(seed), question.below());
    Frames frames = GraphWorkshop.frames(model, runner, input.toArray(ValueLayout.JAVA_BYTE));
    MachineSample machine = MachineSample.take(model, frames, seed, MOST_IN_MACHINE);
    if (machine.nodes() < machine.of()) {
      skipped.add(
          "the machine: %,d of %,d nodes; it is asked for %,d instructions, of all nodes by their bounds"
              .formatted(machine.of() - machine.nodes(), machine.of(), MOST_IN_MACHINE));
    }
    return new Report(false, cells, skipped, Optional.of(machine));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /// @param file of a language model
  /// @param progress hears of each JVM
  /// @throws BenchException if a JVM fails
  public static Report run(Path file, LanguageModel model, Consumer<String> progress)
      throws IOException {
    long bytes = bytes(model);
    Optional<String> skipped =
        bytes > MOST_INTERPRETED_BYTES
            ? Optional.of(
                "%s: the model has %,d bytes of weights, and is interpreted up to %,d"
                    .formatted(INTERPRETED, bytes, MOST_INTERPRETED_BYTES))
            : Optional.empty();
    return texts(List.of(file), skipped, progress).getFirst();
  }

  /// Runs small language models, all in the same JVMs.
  ///
  /// @param files of the models, each of which may be interpreted
  /// @param progress hears of each JVM
  /// @return a report for each of them
  /// @throws BenchException if a JVM fails
  public static List<Report> runAll(List<Path> files, Consumer<String> progress)
      throws IOException {
    return texts(files, Optional.empty(), progress);
  }

  private static long bytes(LanguageModel model) {
    return model.weights().tensors().values().stream()
        .mapToLong(tensor -> Tensor.byteSize(tensor.type(), tensor.shape()))
        .sum();
  }

  private static List<Report> texts(
      List<Path> files, Optional<String> whyNotInterpreted, Consumer<String> progress)
      throws IOException {
    List<List<BitsCell>> cells = new ArrayList<>();
    files.forEach(_ -> cells.add(new ArrayList<>()));
    for (String jvm : COMPILED) {
      for (String kernels : KERNELS) {
        progress.accept(jvm + " " + kernels);
        addTexts(cells, files, jvm, kernels, "all");
      }
    }
    if (whyNotInterpreted.isEmpty()) {
      // Vectors that are interpreted take minutes.
      progress.accept(INTERPRETED + " reference");
      addTexts(cells, files, INTERPRETED, "reference", "short");
    }
    return cells.stream()
        .map(each -> new Report(true, each, whyNotInterpreted.stream().toList(), Optional.empty()))
        .toList();
  }

  private static void addTexts(
      List<List<BitsCell>> cells, List<Path> files, String jvm, String kernels, String what)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add(what);
    files.forEach(file -> arguments.add(file.toString()));
    List<String> options = List.of(jvm, "-Dopml.kernels=" + kernels);
    for (String line : OwnJvm.run(options, TextBitsProbe.class, arguments).lines().toList()) {
      int space = line.indexOf(' ');
      cells
          .get(Integer.parseInt(line.substring(0, space)))
          .add(cell(jvm, kernels, line.substring(space + 1)));
    }
  }

  private static List<BitsCell> cells(List<String> arguments, String jvm, String kernels)
      throws IOException {
    return OwnJvm.run(List.of(jvm, "-Dopml.kernels=" + kernels), BitsProbe.class, arguments)
        .lines()
        .map(line -> cell(jvm, kernels, line))
        .toList();
  }

  private static BitsCell cell(String jvm, String kernels, String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 5) {
      throw new BenchException("java %s printed '%s'".formatted(jvm, line));
    }
    int threads = Integer.parseInt(words[1]);
    int batch = Integer.parseInt(words[2]);
    return new BitsCell(jvm, kernels, words[0], threads, batch, words[3], words[4]);
  }
}
