package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.cli.option.BindOptions;
import opml.cli.option.LanguageModelFile;
import opml.cli.option.ModelFile;
import opml.engine.commit.Model;
import opml.formats.onnx.Bindings;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.TypedFiles;
import opml.lab.bench.llm.TypedFiles.TypedFile;
import opml.lab.conformance.bits.BitsCell;
import opml.lab.conformance.bits.BitsConformance;
import opml.lab.conformance.bits.MachineSample;
import opml.llm.model.LanguageModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// One model, the same bits everywhere.
@Command(
    name = "bits",
    description = {
      "Compares the bits of a model in JVMs of every kind.",
      "JVMs differ in the instructions of the processor that they may use (-XX:UseAVX=0 to 3) and in the kernels that"
          + " are asked for (reference, vector, tile). One more only interprets (-Xint); it is skipped, and the output"
          + " says so, if the model's step bounds add up to more than 20 million instructions, or a language model"
          + " has more than 2 MiB of weights. Each runs the model over 1, 2 and 8 threads and on 1 and 16 inputs,"
          + " which are random and the same in every run: six rows a JVM; or, above a billion instructions, over 1"
          + " and 2 threads on 1 and 2 inputs: four. The machine then runs the nodes of the first input, one of each"
          + " kernel and others of chance, up to four billion instructions. The last line has one hash of all these"
          + " bits.",
      "What an ONNX model's file leaves open is given by --bind. Whole numbers of inputs are less than 1000, or 0"
          + " and 1 where more would make what comes out no numbers.",
      "A language model goes on with a text, 1, 7 and 128 tokens at once, and with a short one, 3 tokens at once,"
          + " which is all that a JVM does that only interprets: twelve rows a JVM. The column inputs has these"
          + " numbers; outputs and states are the hashes of all logits, with a cold cache and a warm one. For the"
          + " same text all are the same.",
      "With --types the model is a llama2.c checkpoint (stories260K, for one). It is written with weights of every"
          + " type that GGUF files have and that we compute with, and each of these files is run so. Types with"
          + " blocks of 256 elements get a model of chance.",
      "Columns: asked, the kernels that were asked for; ran, the best of them that this JVM has on this processor;"
          + " outputs and states, how the hashes of all outputs and of all final states begin. A row that differs from"
          + " the first with as many inputs says DIFFERS, and fails the command."
    },
    exitCodeList = {
      "0:done, and the bits are the same everywhere",
      "1:failed, or they differ somewhere",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance bits model.onnx",
      "  opml conformance bits model.onnx --json",
      "  opml conformance bits minilm.onnx --bind batch_size=1,sequence_length=16",
      "  opml conformance bits stories260K.bin --types"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceBitsCommand implements Callable<Integer> {
  /// Hexadecimal digits of a hash that are shown.
  private static final int SHOWN = 18;

  @Mixin private Console console;

  @Parameters(paramLabel = "MODEL", description = "The model file.")
  private Path file;

  @Option(
      names = "--types",
      description =
          "Write the checkpoint with weights of every type, and compare the bits of each.")
  private boolean types;

  @Mixin private BindOptions bind;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Of an ONNX model: of the inputs, and of which nodes the machine runs (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    if (types) {
      return allTypes();
    }
    BitsConformance.Report report;
    try {
      report = report();
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    List<BitsCell> different = report.different();
    console.show(
        Json.object(
            "cells", report.cells().stream().map(ConformanceBitsCommand::json).toList(),
            "skipped", report.skipped(),
            "machine", report.machine().map(ConformanceBitsCommand::json),
            "machineDifference", report.machineDifference(),
            "hash", report.isSame() ? Optional.of(report.hash()) : Optional.empty(),
            "different", different.size()),
        () -> table(report, different));
    return report.isSame() ? 0 : 1;
  }

  private int allTypes() {
    List<TypedFile> files;
    List<BitsConformance.Report> reports;
    try {
      Path folder = Files.createTempDirectory("opml-bits");
      try {
        files = TypedFiles.write(folder, file);
        reports =
            BitsConformance.runAll(files.stream().map(TypedFile::file).toList(), console::note);
      } finally {
        remove(folder);
      }
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (IllegalArgumentException | BenchException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    List<Object> rows = new ArrayList<>();
    Table table = new Table("type", "rows", "logits", "");
    for (int i = 0; i < files.size(); i++) {
      BitsConformance.Report report = reports.get(i);
      String type = files.get(i).type().label();
      String hash = report.hash();
      int different = report.different().size();
      rows.add(
          Json.object(
              "type", type,
              "cells", report.cells().size(),
              "outputs", hash,
              "different", different));
      table.row(
          type,
          report.cells().size(),
          hash.substring(0, SHOWN),
          different == 0 ? "one hash" : different + " DIFFER");
    }
    boolean same = reports.stream().allMatch(report -> report.different().isEmpty());
    console.show(
        Json.object("types", rows, "same", same),
        () -> table + (same ? "the same bits in all rows of each type" : "bits differ"));
    return same ? 0 : 1;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder);
  }

  private BitsConformance.Report report() throws IOException {
    Bindings bindings = bind.bindings();
    if (LanguageModelFile.isOne(file)) {
      if (!bindings.equals(Bindings.NONE)) {
        throw new Failure("--bind: %s leaves nothing open: it is a language model".formatted(file));
      }
      LanguageModel model = LanguageModelFile.open(file, Optional.empty());
      return BitsConformance.run(file, model, console::note);
    }
    Model model = ModelFile.load(file, bindings, console);
    return BitsConformance.run(file, model, bindings, seed, console::note);
  }

  private static Object json(BitsCell cell) {
    return Json.object(
        "jvm", cell.jvm(),
        "asked", cell.asked(),
        "ran", cell.ran(),
        "threads", cell.threads(),
        "batch", cell.batch(),
        "outputs", cell.outputs(),
        "states", cell.states());
  }

  private static Object json(MachineSample sample) {
    return Json.object(
        "nodes", sample.nodes(), "of", sample.of(), "instructions", sample.instructions());
  }

  private static String table(BitsConformance.Report report, List<BitsCell> different) {
    Table table = new Table("JVM", "asked", "ran", "threads", "inputs", "outputs", "states", "");
    for (BitsCell cell : report.cells()) {
      table.row(
          cell.jvm(),
          cell.asked(),
          cell.ran(),
          cell.threads(),
          cell.batch(),
          cell.outputs().substring(0, SHOWN),
          cell.states().substring(0, SHOWN),
          different.contains(cell) ? "DIFFERS" : "");
    }
    String rows =
        different.isEmpty()
            ? "the same bits in all %d rows".formatted(report.cells().size())
            : "%d of %d rows differ".formatted(different.size(), report.cells().size());
    String machine =
        report
            .machine()
            .map(
                sample ->
                    report
                        .machineDifference()
                        .map(", but not in the machine: "::concat)
                        .orElseGet(
                            () ->
                                " and in %s of %s nodes in the machine (%s instructions)"
                                    .formatted(
                                        Amounts.count(sample.nodes()),
                                        Amounts.count(sample.of()),
                                        Amounts.count(sample.instructions()))))
            .orElse("");
    return table
        + report.skipped().stream().map("skipped: %s%n"::formatted).collect(Collectors.joining())
        + rows
        + machine
        + (report.isSame() ? ": " + report.hash() : "");
  }
}
