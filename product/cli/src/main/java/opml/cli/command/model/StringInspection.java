package opml.cli.command.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.core.codec.Names;
import opml.formats.onnx.StringModel;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import org.jspecify.annotations.Nullable;

/// What is to be said of a model that has strings, and no id.
record StringInspection(Path file, StringModel model) {
  Map<String, @Nullable Object> object() {
    return Json.object(
        "model", null,
        "file", file,
        "supported", true,
        "noCommitment", model.whereStringsAre(),
        "inputs", objects(model.inputs()),
        "outputs", objects(model.outputs()),
        "textNodes", model.textNodes());
  }

  private static List<Map<String, @Nullable Object>> objects(List<OnnxValueInfo> ports) {
    return ports.stream()
        .map(
            port ->
                Json.object(
                    "name", port.name(),
                    "type", OnnxType.nameOf(port.elementType()),
                    "shape",
                        port.shape().map(dims -> dims.stream().map(OnnxDimension::label).toList())))
        .toList();
  }

  @Override
  public String toString() {
    Table ports = new Table("port", "name", "type and shape");
    model.inputs().forEach(port -> ports.row("input", Names.shown(port.name()), port.describe()));
    model.outputs().forEach(port -> ports.row("output", Names.shown(port.name()), port.describe()));
    return "%s%n%nin plain Java: %s%nno commitment: %s"
        .formatted(
            ports,
            model.textNodes().isEmpty() ? "nothing" : Names.list(model.textNodes()),
            model.whereStringsAre());
  }
}
