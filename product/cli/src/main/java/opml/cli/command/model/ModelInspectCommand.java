package opml.cli.command.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.cli.drawing.GraphDrawing;
import opml.cli.option.KnownModel;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.cli.option.StringModelFile;
import opml.core.codec.WholeFile;
import opml.engine.commit.ModelDescription;
import opml.engine.commit.ModelDescription.Row;
import opml.engine.commit.ModelDescriptor;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.formats.file.FileKind;
import opml.formats.onnx.OnnxExamination;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.StringModel;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Occurrence;
import opml.formats.refusal.Reason;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows what a model consists of and what is committed of it.
@Command(
    name = "inspect",
    description = {
      "Shows a model's inputs and outputs, its nodes and slots, with what the chain knows of them.",
      "Of a language model: its numbers and types of weights, and what the chain knows of it with"
          + " such texts.",
      "Of an ONNX model with strings, which has no id: inputs, outputs, and nodes in plain Java.",
      "Of an ONNX model that cannot be run: all that is not supported, node by node.",
      "Level-0 steps are the nodes, among which a dispute first finds one. Columns: most steps, the machine's"
          + " instructions that a node takes at most; level 1, the length of the dispute within it, a power of"
          + " 16; memory, what the machine has for it; reads and writes, the slots, each of which holds a value;"
          + " depth, of the tree over its bytes."
    },
    footer = {
      "  opml model inspect mnist.onnx",
      "  opml model inspect mnist.onnx --svg mnist.svg",
      "  opml model inspect mnist.onnx --json",
      "  opml model inspect model.gguf --context 2048 --answer 256"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelInspectCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE", description = "The model.")
  private Path file;

  @Mixin private ModelOptions text;

  @Option(
      names = "--svg",
      paramLabel = "FILE.svg",
      description =
          "Draw an ONNX model's nodes there, with the shapes between them, and in red what is not"
              + " supported.")
  private Optional<Path> picture;

  @Override
  public Integer call() {
    picture.ifPresent(this::draw);
    KnownModel known;
    try {
      Optional<StringModel> strings = StringModelFile.find(file, text.bindings());
      if (strings.isPresent()) {
        StringInspection inspection = new StringInspection(file, strings.get());
        console.show(inspection.object(), inspection::toString);
        return 0;
      }
      known = ModelFile.open(file, text, console);
    } catch (ImportException e) {
      if (e.occurrences().isEmpty()) {
        throw e;
      }
      throw refused(e);
    }
    if (known.language().isPresent()) {
      LanguageInspection inspection = LanguageInspection.of(known.language().get(), known.model());
      console.show(inspection.object(), inspection::toString);
    } else {
      ModelDescription description = ModelDescription.of(known.model());
      console.show(object(description), () -> text(description));
    }
    return 0;
  }

  private void draw(Path svg) {
    try {
      if (FileKind.of(file) != FileKind.ONNX) {
        throw new Failure("--svg %s: ONNX models are drawn, and %s is none".formatted(svg, file));
      }
      try {
        WholeFile.requireWritable(svg);
      } catch (IOException e) {
        throw new Failure("--svg " + Messages.at(svg, e).getMessage(), e);
      }
      OnnxExamination examined = OnnxImporter.examine(file, text.bindings());
      String name = String.valueOf(file.getFileName());
      WholeFile.write(svg, GraphDrawing.svg(name, examined).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    console.note("drawn in " + svg);
  }

  /// Shows all that is not supported.
  ///
  /// @return what ends the command
  private Failure refused(ImportException e) {
    List<Object> objects = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (Occurrence one : e.occurrences()) {
      String sort = one.kind().name().toLowerCase(Locale.ROOT);
      lines.add(
          one.unit().isEmpty()
              ? "model: " + one.text()
              : "%s %s: %s".formatted(one.unit(), one.place(), one.text()));
      objects.add(
          Json.object(
              "unit", one.unit(), "name", one.place(), "sort", sort, "problem", one.text()));
    }
    console.show(
        Json.object(
            "file", file, "supported", false, "unbound", e.unbound(), "unsupported", objects),
        () -> String.join("\n", lines));
    int all = e.reasons().stream().mapToInt(Reason::count).sum();
    int shown = e.occurrences().size();
    return Failure.misuse(
        "%s cannot be run here: %s of %s%s"
            .formatted(
                file,
                Amounts.count(Math.max(all, shown), "problem"),
                Amounts.count(e.reasons().size(), "sort"),
                shown < all ? ", of which %,d are listed".formatted(shown) : ""));
  }

  private static String text(ModelDescription model) {
    ModelDescriptor descriptor = model.descriptor();
    Table facts =
        new Table("model", model.id().toString())
            .row("graph root", descriptor.graphRoot() + ", depth " + descriptor.graphDepth())
            .row("slots root", descriptor.initialSlotsRoot() + ", depth " + descriptor.slotDepth())
            .row("parameters", Amounts.count(model.parameterBytes()) + " B")
            .row("level-0 steps", Amounts.count(descriptor.steps()))
            .row("most steps of a pass", Amounts.count(model.stepBound()));
    Table ports = new Table("port", "name", "type", "shape", "bytes", "slot", "from byte");
    ports(ports, "input", model.input());
    ports(ports, "output", model.output());
    Table nodes =
        new Table(
            "node",
            "name",
            "operator",
            "kernel",
            "reads",
            "writes",
            "most steps",
            "level 1",
            "memory");
    for (int i = 0; i < model.rows().size(); i++) {
      Row node = model.rows().get(i);
      nodes.row(
          i,
          node.name(),
          node.operator(),
          node.kernel(),
          slots(node.reads()),
          slots(node.writes()),
          Amounts.count(node.bound()),
          "2^" + node.descriptor().stepsLog2() + " steps",
          "2^" + (node.descriptor().memDepth() + 5) + " B");
    }
    Table slots = new Table("slot", "name", "type", "shape", "bytes", "depth", "initially");
    for (int i = 0; i < model.slots().size(); i++) {
      Slot slot = model.slots().get(i);
      slots.row(
          i,
          slot.name(),
          slot.type().label(),
          slot.shape(),
          Amounts.count(slot.bytes()),
          slot.depth(),
          slot.initial().isPresent() ? "constant" : "zeros");
    }
    return facts + "\n" + ports + "\n" + nodes + "\n" + slots;
  }

  private static void ports(Table table, String what, Port port) {
    for (Port.Part part : port.parts()) {
      table.row(
          what,
          part.name(),
          part.type().label(),
          part.shape()
              + part.cut()
                  .map(cut -> ", of axis %d as many as %s".formatted(cut.axis(), cut.by()))
                  .orElse(""),
          Amounts.count(part.bytes()),
          port.slot(),
          Amounts.count(part.offset()));
    }
  }

  private static List<Map<String, @Nullable Object>> objects(Port port) {
    List<Map<String, @Nullable Object>> parts = new ArrayList<>();
    for (Port.Part part : port.parts()) {
      Map<String, @Nullable Object> told =
          new LinkedHashMap<>(
              Json.object(
                  "name", part.name(),
                  "type", part.type().label(),
                  "shape", part.shape().dims(),
                  "bytes", part.bytes(),
                  "offset", part.offset()));
      part.cut()
          .ifPresent(
              cut -> {
                told.put("countedAxis", cut.axis());
                told.put("countedBy", cut.by());
              });
      parts.add(told);
    }
    return parts;
  }

  private static String slots(List<Integer> slots) {
    return slots.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  private static Map<String, @Nullable Object> object(ModelDescription model) {
    ModelDescriptor descriptor = model.descriptor();
    List<Object> nodes = new ArrayList<>();
    for (Row node : model.rows()) {
      nodes.add(
          Json.object(
              "name", node.name(),
              "operator", node.operator(),
              "kernel", node.kernel(),
              "hash", node.hash(),
              "codeRoot", node.descriptor().codeRoot(),
              "reads", node.reads(),
              "writes", node.writes(),
              "scalars", node.scalars(),
              "stepsBound", node.bound(),
              "stepsLog2", node.descriptor().stepsLog2(),
              "memDepth", node.descriptor().memDepth()));
    }
    List<Object> slots = new ArrayList<>();
    for (Slot slot : model.slots()) {
      slots.add(
          Json.object(
              "name", slot.name(),
              "type", slot.type().label(),
              "shape", slot.shape().dims(),
              "bytes", slot.bytes(),
              "depth", slot.depth(),
              "constant", slot.initial().isPresent()));
    }
    return Json.object(
        "model", model.id(),
        "graphRoot", descriptor.graphRoot(),
        "graphDepth", descriptor.graphDepth(),
        "initialSlotsRoot", descriptor.initialSlotsRoot(),
        "slotDepth", descriptor.slotDepth(),
        "loops", descriptor.loops(),
        "steps", descriptor.steps(),
        "inputSlot", descriptor.inputSlot(),
        "inputBytes", descriptor.inputBytes(),
        "outputSlot", descriptor.outputSlot(),
        "outputBytes", descriptor.outputBytes(),
        "inputs", objects(model.input()),
        "outputs", objects(model.output()),
        "parameterBytes", model.parameterBytes(),
        "stepsBound", model.stepBound(),
        "nodes", nodes,
        "slots", slots);
  }
}
