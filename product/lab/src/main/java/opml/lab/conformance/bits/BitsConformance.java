package opml.lab.conformance.bits;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.engine.commit.Model;
import opml.engine.tensor.Tensor;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import opml.llm.model.LanguageModel;

/// Runs a model in JVMs that differ in the instructions that HotSpot may use, in whether it compiles at all, and in the
/// kernels, and in each over several numbers of threads and inputs: the bits must be the same everywhere.
public final class BitsConformance {
  private static final List<String> KERNELS = List.of("reference", "vector", "tile");

  private static final List<String> COMPILED =
      List.of("-XX:UseAVX=0", "-XX:UseAVX=1", "-XX:UseAVX=2", "-XX:UseAVX=3");

  private static final String INTERPRETED = "-Xint";

  /// A model whose nodes take more instructions in the machine is not run by an interpreter.
  private static final long MOST_INTERPRETED = 20_000_000;

  private BitsConformance() {}

  /// A language model with more weights is not run by an interpreter.
  private static final long MOST_INTERPRETED_BYTES = 1 << 21;

  /// The cells, and whether all have the same bits.
  ///
  /// @param isText whether they are those of a language model, which are the same for any number of tokens at once
  /// @param skipped what was not run, and why
  public record Report(boolean isText, List<BitsCell> cells, List<String> skipped) {
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

    /// {@return the hash of the logits of a language model's long text}
    public String hash() {
      return cells.stream().filter(cell -> !isShort(cell)).findFirst().orElseThrow().outputs();
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
  /// @param progress hears of each JVM
  /// @throws BenchException if a JVM fails
  public static Report run(Path file, Model model, Consumer<String> progress) throws IOException {
    long steps = (long) model.mostSteps();
    return report(
        BitsProbe.class,
        file,
        steps > MOST_INTERPRETED
            ? Optional.of(
                "%s: the model takes up to %,d instructions, and is interpreted up to %,d"
                    .formatted(INTERPRETED, steps, MOST_INTERPRETED))
            : Optional.empty(),
        progress);
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
        .map(each -> new Report(true, each, whyNotInterpreted.stream().toList()))
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

  private static Report report(
      Class<?> probe, Path file, Optional<String> whyNotInterpreted, Consumer<String> progress)
      throws IOException {
    List<BitsCell> cells = new ArrayList<>();
    for (String jvm : COMPILED) {
      for (String kernels : KERNELS) {
        progress.accept(jvm + " " + kernels);
        cells.addAll(cells(probe, file, jvm, kernels));
      }
    }
    if (whyNotInterpreted.isEmpty()) {
      progress.accept(INTERPRETED);
      cells.addAll(cells(probe, file, INTERPRETED, "auto"));
    }
    return new Report(false, cells, whyNotInterpreted.stream().toList());
  }

  private static List<BitsCell> cells(Class<?> probe, Path file, String jvm, String kernels)
      throws IOException {
    return OwnJvm.run(List.of(jvm, "-Dopml.kernels=" + kernels), probe, List.of(file.toString()))
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
