package opml.formats.onnx;

import static opml.formats.onnx.StringRuns.row;
import static opml.formats.onnx.StringRuns.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import opml.core.codec.MalformedException;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.refusal.ImportException;
import opml.formats.strings.ModelValue;
import opml.formats.strings.StringTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models with strings that cannot be run, patterns and files that mean harm.
class StringRefusalsTest {
  @TempDir private Path folder;

  private static OnnxModel model(OnnxNode... nodes) {
    return StringRuns.model(List.of(words("x", 1)), List.of(), List.of("z"), nodes);
  }

  private static OnnxNode node(String operator, OnnxAttribute... attributes) {
    return OnnxNode.of(operator, List.of("x"), List.of("z"), attributes);
  }

  private static void refused(OnnxModel model, String... words) {
    assertThatThrownBy(() -> StringModel.of("model", model, Bindings.NONE))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void whatHasNoMeaningForStringsIsRefusedByItsNode() {
    refused(model(node("Neg")), "operators that we do not have: Neg of strings (1 node: z)");
    OnnxNode add = OnnxNode.of("Add", List.of("x", "x"), List.of("z"));
    refused(model(add), "Add of strings");
    refused(
        model(node("Unique", new OnnxAttribute.IntValue("axis", 0))),
        "Unique: rows of strings along an axis are not compared");
    OnnxNode mixed = OnnxNode.of("Concat", List.of("x", "n"), List.of("z"));
    refused(
        StringRuns.model(
            List.of(words("x", 1)),
            List.of(new OnnxTensor("n", Tensor.ofLongs(Shape.of(1), 1))),
            List.of("z"),
            mixed),
        "strings and numbers stand where only one of them may");
    refused(
        StringRuns.model(
            18,
            List.of(words("x", 1)),
            List.of(),
            List.of("z"),
            OnnxNode.of("Equal", List.of("x", "x"), List.of("z"))),
        "strings are compared since opset 19");
    refused(
        StringRuns.model(17, List.of(words("x", 1)), List.of(), List.of("z"), node("StringSplit")),
        "StringSplit (since opset 20)");
  }

  @Test
  void allReasonsAreToldAtOnce() {
    refused(
        model(
            OnnxNode.of(
                "StringNormalizer",
                List.of("x"),
                List.of("a"),
                new OnnxAttribute.Text("case_change_action", "Title")),
            OnnxNode.of(
                "RegexFullMatch",
                List.of("a"),
                List.of("b"),
                new OnnxAttribute.Text("pattern", "(a")),
            OnnxNode.of("Nonsense", List.of("b"), List.of("z"))),
        "unknown case_change_action: TITLE",
        "the pattern is none of RE2");
    refused(
        model(
            OnnxNode.of("StringSplit", List.of("x"), List.of("s", "n")),
            OnnxNode.of("Nonsense", List.of("n"), List.of("z"))),
        "operators that we do not have: Nonsense");
    refused(
        model(node("StringNormalizer", new OnnxAttribute.Text("locale", "no such place"))),
        "unknown locale");
  }

  @Test
  void graphsInsideAndFunctionsHaveNoStrings() {
    OnnxNode branch =
        OnnxNode.of(
            "If",
            List.of("c"),
            List.of("z"),
            ModelRuns.graph(
                "then_branch",
                ModelRuns.graph(
                    List.of(OnnxNode.of("Identity", List.of("x"), List.of("t"))),
                    List.of(),
                    List.of(),
                    ModelRuns.any("t"))),
            ModelRuns.graph(
                "else_branch",
                ModelRuns.graph(
                    List.of(OnnxNode.of("Identity", List.of("x"), List.of("e"))),
                    List.of(),
                    List.of(),
                    ModelRuns.any("e"))));
    refused(
        StringRuns.model(
            List.of(words("x", 1), ModelRuns.flag("c")), List.of(), List.of("z"), branch),
        "If: a graph inside has strings");
  }

  @Test
  void portsAreTensors() {
    OnnxValueInfo list =
        new OnnxValueInfo("x", OnnxValueInfo.Kind.SEQUENCE, 8, words("x", 1).shape());
    refused(
        StringRuns.model(
            List.of(list),
            List.of(),
            List.of("z"),
            OnnxNode.of("ConcatFromSequence", List.of("x"), List.of("z"))),
        "x is a sequence; a model with strings takes and gives tensors");
  }

  @Test
  void nodesInACircleAndValuesOfNothingAreRefused() {
    refused(
        model(
            OnnxNode.of("StringConcat", List.of("x", "z"), List.of("a")),
            OnnxNode.of("StringConcat", List.of("a", "x"), List.of("z"))),
        "nodes that form a cycle");
    refused(
        model(OnnxNode.of("StringConcat", List.of("x", "none"), List.of("z"))),
        "values that nothing defines (1 value: none)");
  }

  @Test
  void turnsWithoutAnEndAreRefused() {
    List<OnnxNode> nodes = new ArrayList<>();
    String last = "x";
    for (int i = 0; i < 100; i++) {
      nodes.add(OnnxNode.of("StringNormalizer", List.of(last), List.of("a" + i)));
      nodes.add(OnnxNode.of("Identity", List.of("a" + i), List.of("b" + i)));
      last = "b" + i;
    }
    nodes.add(OnnxNode.of("Identity", List.of(last), List.of("z")));
    refused(model(nodes.toArray(OnnxNode[]::new)), "strings and numbers take turns more than 128");
  }

  @Test
  void whoeverWouldCommitIsToldWhichNodeHasStrings() {
    assertThatThrownBy(() -> OnnxImporter.of("model", model(node("StringNormalizer"))))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "node z (StringNormalizer) has strings, or no kernel, and neither can be committed");
    assertThatThrownBy(() -> OnnxImporter.of("model", model(node("Identity"))))
        .hasMessageContaining("node z (Identity) has strings");
  }

  @Test
  void aPatternOfMalicePasses() {
    String many = "a".repeat(20_000);
    for (String pattern : List.of("(a*)*b", "(a|a)*b", "(a|aa)+c", "(.*)(.*)(.*)(.*)[^a]")) {
      ModelValue fits =
          StringRuns.of(
              node("RegexFullMatch", new OnnxAttribute.Text("pattern", pattern)), row(many));
      assertThat(StringRuns.numbers(fits).integers()).as(pattern).containsExactly(0);
    }
  }

  @Test
  void aPatternThatGrowsIsRefused() {
    for (String pattern :
        List.of("((a{1000}){1000}){1000}", "(x{1000}y{1000}){50}", "a".repeat(5000), "a**b(?=c)")) {
      refused(
          model(node("RegexFullMatch", new OnnxAttribute.Text("pattern", pattern))),
          "RegexFullMatch: the pattern");
    }
    String wide = "[a-z]{1000}".repeat(10);
    OnnxNode match = node("RegexFullMatch", new OnnxAttribute.Text("pattern", wide));
    assertThatThrownBy(() -> StringRuns.of(match, row("a".repeat(1 << 20))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too long for a pattern of");
  }

  @Test
  void stringsThatGrowAreRefused() {
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      String last = i == 0 ? "x" : "s" + (i - 1);
      nodes.add(OnnxNode.of("StringConcat", List.of(last, last), List.of(i == 63 ? "z" : "s" + i)));
    }
    OnnxModel doubling = model(nodes.toArray(OnnxNode[]::new));
    assertThatThrownBy(() -> StringRuns.run(doubling, Map.of("x", row("a".repeat(1000)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(node s\\d+: strings of|the run's strings take more than).*");
    OnnxModel wide =
        StringRuns.model(
            List.of(words("x", 1)),
            List.of(new OnnxTensor("n", Tensor.ofLongs(Shape.of(1), 5_000_000))),
            List.of("z"),
            OnnxNode.of("Expand", List.of("x", "n"), List.of("z")));
    assertThatThrownBy(() -> StringRuns.run(wide, Map.of("x", row("a"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5,000,000 strings in a tensor");
    StringTensor parts = StringTensor.of(Shape.of(2), ",".repeat(4_000_000), "");
    OnnxNode split = node("StringSplit", new OnnxAttribute.Text("delimiter", ","));
    assertThatThrownBy(() -> StringRuns.of(split, parts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("node z: 8,000,002 strings");
  }

  @Test
  void whatIsNoTextIsNoString() throws Exception {
    byte[] file = OnnxWriter.write(new OnnxTensor("t", row("ab", "cd")));
    byte[] damaged = file.clone();
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("cd");
    damaged[at] = (byte) 0xff;
    Path path = Files.write(folder.resolve("t.pb"), damaged);
    assertThatThrownBy(() -> OnnxReader.tensor(path).strings())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expected string_data in UTF-8");
    Files.write(path, file);
    assertThat(OnnxReader.tensor(path).strings()).isEqualTo(row("ab", "cd"));
    Files.write(path, Arrays.copyOf(file, at - 2));
    assertThatThrownBy(() -> OnnxReader.tensor(path).strings())
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("1 strings for shape 2");
    assertThatThrownBy(() -> row("\ud83d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("string 0 has no encoding in UTF-8");
    assertThatThrownBy(() -> OnnxReader.tensor(path).value())
        .isInstanceOf(MalformedException.class);
    Files.write(path, OnnxWriter.write(new OnnxTensor("n", Tensor.ofLongs(Shape.of(1), 1))));
    assertThatThrownBy(() -> OnnxReader.tensor(path).strings())
        .hasMessageContaining("int64 1; expected are strings");
  }
}
