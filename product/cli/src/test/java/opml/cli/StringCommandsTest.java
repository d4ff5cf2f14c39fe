package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import opml.engine.tensor.Shape;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.strings.StringTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model that has strings, on the command line.
class StringCommandsTest {
  @TempDir private Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void model() throws IOException {
    model = Files.write(folder.resolve("words.onnx"), words());
  }

  /// {@return a model that splits strings, and counts the parts}
  static byte[] words() {
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(
                OnnxNode.of(
                    "StringSplit",
                    List.of("text"),
                    List.of("parts", "count"),
                    new OnnxAttribute.Text("delimiter", "-")),
                OnnxNode.of("Neg", List.of("count"), List.of("less"))),
            List.of(),
            List.of(
                new OnnxValueInfo(
                    "text", OnnxType.STRING.code(), Optional.of(List.of(OptionalLong.empty())))),
            List.of(any("parts", OnnxType.STRING), any("less", OnnxType.INT64)));
    return OnnxWriter.write(new OnnxModel(10, "opml", List.of(new OnnxOpset("", 20)), graph));
  }

  private static OnnxValueInfo any(String name, OnnxType type) {
    return new OnnxValueInfo(name, type.code(), Optional.<List<OptionalLong>>empty());
  }

  @Test
  void stringsAreReadAndWrittenAsJson() throws IOException {
    Path text = Files.writeString(folder.resolve("text.json"), "[\"a-é\", \"\\\"\\n\"]");
    Path parts = folder.resolve("parts.json");
    Path less = folder.resolve("less.npy");
    CliRun run =
        CliRun.of(
                "model",
                "run",
                model,
                "--input",
                text,
                "--output",
                "parts=" + parts,
                "--output",
                "less=" + less)
            .succeeds();
    assertThat(run.out())
        .contains("output parts string 2x2: \"a\" \"é\" \"\\\"\\n\" \"\"")
        .contains("output less i64 2: -2 -1");
    assertThat(Files.readString(parts)).isEqualTo("[[\"a\", \"é\"], [\"\\\"\\n\", \"\"]]\n");
    assertThat(Files.size(less)).isPositive();
    assertThat(
            CliRun.of("model", "run", model, "--input", "text=" + text, "--json")
                .succeeds()
                .json()
                .getFirst()
                .path("outputs")
                .toString())
        .contains(
            "{\"name\":\"parts\",\"type\":\"string\",\"shape\":[2,2],\"values\":[\"a\",\"é\"");
  }

  @Test
  void stringsAreReadAndWrittenAsTensorsOfOnnx() throws IOException {
    StringTensor words = StringTensor.of(Shape.of(1), "x-y-z");
    Path text =
        Files.write(folder.resolve("text.pb"), OnnxWriter.write(new OnnxTensor("t", words)));
    Path parts = folder.resolve("parts.pb");
    CliRun.of("model", "run", model, "--input", text, "--output", "parts=" + parts).succeeds();
    assertThat(OnnxReader.tensor(parts).strings())
        .isEqualTo(StringTensor.of(Shape.of(1, 3), "x", "y", "z"));
  }

  @Test
  void whatIsWrongIsSaidInWords() throws IOException {
    Path numbers = Files.writeString(folder.resolve("n.json"), "[1, 2]");
    CliRun.of("model", "run", model, "--input", numbers)
        .blamesAny("expected are strings in nested arrays");
    Path ragged = Files.writeString(folder.resolve("r.json"), "[[\"a\"], \"b\"]");
    CliRun.of("model", "run", model, "--input", ragged).blamesAny("the arrays are not all alike");
    Path half = Files.writeString(folder.resolve("h.json"), "[\"\\ud83d\"]");
    CliRun.of("model", "run", model, "--input", half).blamesAny("has no encoding in UTF-8");
    Path deep = Files.writeString(folder.resolve("d.json"), "[[\"a\"]]");
    CliRun.of("model", "run", model, "--input", deep).blamesAny("text string ? is string 1x1");
    CliRun.of("model", "run", model, "--input", folder.resolve("none.json")).blamesAny("none.json");
    CliRun.of("model", "run", model, "--input", folder.resolve("text.npy"))
        .blamesAny("expected is a file of strings, .json or .pb");
    Path text = Files.writeString(folder.resolve("t.json"), "[\"a\"]");
    CliRun.of("model", "run", model, "--input", text, "--output", folder.resolve("out.json"))
        .blamesAny("expected is NAME=FILE for parts string, less int64");
    CliRun.of("model", "run", model, "--input", text, "--vm")
        .failsWith("--vm", "node parts (StringSplit) has strings");
  }

  @Test
  void aModelWithStringsIsShownAndNeverRegistered() {
    CliRun shown = CliRun.of("model", "inspect", model).succeeds();
    assertThat(shown.out())
        .containsPattern("input +text +string \\?")
        .containsPattern("output +less +int64")
        .contains("in plain Java: parts")
        .contains("no commitment: node parts (StringSplit) has strings");
    assertThat(
            CliRun.of("model", "inspect", model, "--json")
                .succeeds()
                .json()
                .getFirst()
                .at("/inputs/0/type")
                .asText())
        .isEqualTo("string");
    CliRun.of("model", "import", model)
        .blamesAny(
            "node parts (StringSplit) has strings, or no kernel, and neither can be committed");
  }
}
