package opml.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StringSessionTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  /// Words become rows of a table, and their sums words again.
  @BeforeEach
  void model() throws IOException {
    OnnxTensor table =
        new OnnxTensor("table", Tensor.ofFloats(Shape.of(3, 2), 0, 0.5f, 1, 2, 3, 4));
    OnnxNode encoder =
        new OnnxNode(
            "words",
            "LabelEncoder",
            "ai.onnx.ml",
            List.of("text"),
            List.of("ids"),
            List.of(
                new OnnxAttribute.Texts("keys_strings", List.of("to", "be")),
                OnnxAttribute.Ints.of("values_int64s", 1, 2),
                new OnnxAttribute.IntValue("default_int64", 0)));
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(
                encoder,
                OnnxNode.of("Gather", List.of("table", "ids"), List.of("rows")),
                OnnxNode.of(
                    "ReduceSum",
                    List.of("rows"),
                    List.of("sums"),
                    new OnnxAttribute.IntValue("keepdims", 0)),
                OnnxNode.of(
                    "Cast",
                    List.of("sums"),
                    List.of("said"),
                    new OnnxAttribute.IntValue("to", OnnxType.STRING.code()))),
            List.of(table),
            List.of(open("text", OnnxType.STRING)),
            List.of(open("rows", OnnxType.FLOAT), open("said", OnnxType.STRING)));
    OnnxModel model =
        new OnnxModel(
            10, "opml", List.of(new OnnxOpset("", 13), new OnnxOpset("ai.onnx.ml", 2)), graph);
    file = Files.write(folder.resolve("words.onnx"), OnnxWriter.write(model));
  }

  private static OnnxValueInfo open(String name, OnnxType type) {
    return new OnnxValueInfo(
        name,
        type.code(),
        name.equals("text") ? Optional.of(List.of(OptionalLong.empty())) : Optional.empty());
  }

  private static Map<String, ModelValue> words(String... words) {
    return Map.of("text", StringTensor.of(Shape.of(words.length), words));
  }

  @Test
  void stringsGoInAndComeOutWhateverTheirNumber() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      assertThat(session.hasStrings()).isTrue();
      assertThat(session.declaredInputs().getFirst().describe()).isEqualTo("string ?");
      assertThat(session.declaredOutputs()).hasSize(2);
      Map<String, ModelValue> said = session.runWithStrings(words("to", "be", "or"));
      assertThat(said.keySet()).containsExactly("rows", "said");
      assertThat(((NumberTensor) said.get("rows")).tensor().floats())
          .containsExactly(1, 2, 3, 4, 0, 0.5f);
      assertThat(said.get("said")).isEqualTo(StringTensor.of(Shape.SCALAR, "10.5"));
      assertThat(session.runWithStrings(words("be")).get("said"))
          .isEqualTo(StringTensor.of(Shape.SCALAR, "7.0"));
      assertThatThrownBy(() -> session.runWithStrings(Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("text string ? is missing");
    }
  }

  @Test
  void nothingOfStringsIsCommitted() throws IOException {
    try (OnnxSession session = OnnxSession.open(file)) {
      assertThatThrownBy(() -> session.commit(Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll(
              "node words (LabelEncoder) has strings", "can be committed", "no id");
      assertThatThrownBy(session::id).hasMessageContaining("node words (LabelEncoder)");
      assertThatThrownBy(() -> session.run(Map.of()))
          .hasMessageContaining("runWithStrings runs it");
      assertThatThrownBy(session::inputs).hasMessageContaining("declaredInputs tells them");
      assertThatThrownBy(session::outputs).hasMessageContaining("declaredOutputs tells them");
    }
  }

  @Test
  void manyThreadsSayWhatOneSays() throws Exception {
    try (OnnxSession session = OnnxSession.open(file);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Map<String, ModelValue>>> got = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String[] words = "to be or not to be".repeat(2).substring(0, 2 + i % 7 * 3).split(" ", -1);
        got.add(threads.submit(() -> session.runWithStrings(words(words))));
      }
      for (int i = 0; i < 24; i++) {
        String[] words = "to be or not to be".repeat(2).substring(0, 2 + i % 7 * 3).split(" ", -1);
        assertThat(got.get(i).get().get("said"))
            .isEqualTo(session.runWithStrings(words(words)).get("said"));
      }
    }
  }

  @Test
  void aModelOfNumbersRunsTheSameWay() throws IOException {
    OnnxGraph graph =
        new OnnxGraph(
            "g",
            List.of(OnnxNode.of("Neg", List.of("x"), List.of("y"))),
            List.of(),
            List.of(OnnxValueInfo.of("x", ElementType.F32, Shape.of(2))),
            List.of(OnnxValueInfo.of("y", ElementType.F32, Shape.of(2))));
    OnnxModel model = new OnnxModel(8, "opml", List.of(new OnnxOpset("", 13)), graph);
    Path neg = Files.write(folder.resolve("neg.onnx"), OnnxWriter.write(model));
    try (OnnxSession session = OnnxSession.open(neg)) {
      assertThat(session.hasStrings()).isFalse();
      Map<String, ModelValue> said =
          session.runWithStrings(
              Map.of("x", new NumberTensor(Tensor.ofFloats(Shape.of(2), 1, -2))));
      assertThat(((NumberTensor) said.get("y")).tensor().floats()).containsExactly(-1, 2);
      assertThatThrownBy(
              () -> session.runWithStrings(Map.of("x", StringTensor.of(Shape.of(1), "1"))))
          .hasMessage("x is string 1, and the model has no strings");
      assertThatThrownBy(session::declaredInputs).isInstanceOf(IllegalStateException.class);
    }
  }
}
