package opml.cli.command.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.cli.option.KnownModel;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.engine.commit.ModelDescription;
import opml.engine.commit.ModelDescription.Row;
import opml.engine.commit.ModelDescriptor;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Shows what a model consists of and what is committed of it.
@Command(
    name = "inspect",
    description = {
      "Shows a model's inputs and outputs, its nodes and slots, with what the chain knows of them.",
      "Of a language model: its numbers and types of weights, and what the chain knows of it with such texts."
    },
    footer = {
      "  opml model inspect mnist.onnx",
      "  opml model inspect mnist.onnx --json",
      "  opml model inspect model.gguf --context 2048 --answer 256"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ModelInspectCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE", description = "The model.")
  private Path file;

  @Mixin private ModelOptions text;

  @Override
  public Integer call() {
    KnownModel known = ModelFile.open(file, text, console);
    if (known.language().isPresent()) {
      LanguageInspection inspection = LanguageInspection.of(known.language().get(), known.model());
      console.show(inspection.object(), inspection::toString);
    } else {
      ModelDescription description = ModelDescription.of(known.model());
      console.show(object(description), () -> text(description));
    }
    return 0;
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
          part.shape(),
          Amounts.count(part.bytes()),
          port.slot(),
          Amounts.count(part.offset()));
    }
  }

  private static List<Map<String, @Nullable Object>> objects(Port port) {
    List<Map<String, @Nullable Object>> parts = new ArrayList<>();
    for (Port.Part part : port.parts()) {
      parts.add(
          Json.object(
              "name", part.name(),
              "type", part.type().label(),
              "shape", part.shape().dims(),
              "bytes", part.bytes(),
              "offset", part.offset()));
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
