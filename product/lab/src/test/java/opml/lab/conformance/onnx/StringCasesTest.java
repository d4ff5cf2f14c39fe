package opml.lab.conformance.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.strings.StringTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cases with strings, as ONNX's backend tests have them.
class StringCasesTest {
  @TempDir private Path folder;

  private OnnxCase written(String name, OnnxNode node, OnnxTensor input, OnnxTensor output)
      throws IOException {
    return written(name, List.of(node), input, output);
  }

  private OnnxCase written(String name, List<OnnxNode> nodes, OnnxTensor input, OnnxTensor output)
      throws IOException {
    OnnxGraph graph =
        new OnnxGraph("g", nodes, List.of(), List.of(info(input)), List.of(info(output)));
    OnnxModel model = new OnnxModel(10, "opml", List.of(new OnnxOpset("", 20)), graph);
    Path home = Files.createDirectories(folder.resolve(name));
    Path set = Files.createDirectories(home.resolve("test_data_set_0"));
    Files.write(home.resolve("model.onnx"), OnnxWriter.write(model));
    Files.write(set.resolve("input_0.pb"), OnnxWriter.write(input));
    Files.write(set.resolve("output_0.pb"), OnnxWriter.write(output));
    return OnnxCase.below(home).getFirst();
  }

  private static OnnxValueInfo info(OnnxTensor tensor) {
    Shape shape = new Shape(tensor.dims().stream().map(Math::toIntExact).toList());
    OnnxValueInfo declared = OnnxValueInfo.of(tensor.name(), ElementType.F32, shape);
    return new OnnxValueInfo(
        tensor.name(), declared.kind(), tensor.type().orElseThrow().code(), declared.shape());
  }

  private static OnnxTensor words(String name, String... words) {
    return new OnnxTensor(name, StringTensor.of(Shape.of(words.length), words));
  }

  @Test
  void casesWithStringsAreRunAndCompared() throws IOException {
    OnnxNode lower =
        OnnxNode.of(
            "StringNormalizer",
            List.of("x"),
            List.of("y"),
            new OnnxAttribute.Text("case_change_action", "LOWER"));
    OnnxCase right = written("right", lower, words("x", "A", "b"), words("y", "a", "b"));
    OnnxCase wrong = written("wrong", lower, words("x", "A", "b"), words("y", "a", "B"));
    try (OnnxConformance conformance =
        new OnnxConformance(KernelProvider.reference(), false, 0, 0)) {
      assertThat(conformance.check(right).verdict()).isEqualTo(OnnxResult.Verdict.PASSED);
      OnnxResult said = conformance.check(wrong);
      assertThat(said.verdict()).isEqualTo(OnnxResult.Verdict.FAILED);
      assertThat(said.reason()).isEqualTo("y: string 2 [a, b], expected is string 2 [a, B]");
    }
  }

  @Test
  void whatIsNumbersRunsInTheMachineToo() throws IOException {
    List<OnnxNode> nodes =
        List.of(
            OnnxNode.of(
                "Cast",
                List.of("x"),
                List.of("n"),
                new OnnxAttribute.IntValue("to", OnnxType.FLOAT.code())),
            OnnxNode.of("Neg", List.of("n"), List.of("y")));
    OnnxTensor y = new OnnxTensor("y", Tensor.ofFloats(Shape.of(2), -1.5f, 2));
    OnnxCase numbers = written("numbers", nodes, words("x", "1.5", "-2"), y);
    try (OnnxConformance conformance =
        new OnnxConformance(KernelProvider.reference(), true, 0, 0)) {
      OnnxResult said = conformance.check(numbers);
      assertThat(said.reason()).isEmpty();
      assertThat(said.verdict()).isEqualTo(OnnxResult.Verdict.PASSED);
      assertThat(said.nodes()).isEqualTo(said.equal()).isPositive();
    }
  }
}
