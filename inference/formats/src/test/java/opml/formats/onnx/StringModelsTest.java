package opml.formats.onnx;

import static opml.formats.onnx.StringRuns.longs;
import static opml.formats.onnx.StringRuns.numbers;
import static opml.formats.onnx.StringRuns.row;
import static opml.formats.onnx.StringRuns.strings;
import static opml.formats.onnx.StringRuns.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;
import org.junit.jupiter.api.Test;

/// What moves and compares strings, and strings and numbers in turns.
class StringModelsTest {
  private static final OnnxAttribute TO_STRING =
      new OnnxAttribute.IntValue("to", OnnxType.STRING.code());
  private static final OnnxAttribute TO_FLOAT =
      new OnnxAttribute.IntValue("to", OnnxType.FLOAT.code());

  private static OnnxNode node(
      String operator, List<String> inputs, String output, OnnxAttribute... attributes) {
    return OnnxNode.of(operator, inputs, List.of(output), attributes);
  }

  private static OnnxTensor constant(String name, long... values) {
    return new OnnxTensor(name, Tensor.ofLongs(Shape.of(values.length), values));
  }

  private static OnnxTensor scalar(String name, long value) {
    return new OnnxTensor(name, Tensor.ofLongs(Shape.SCALAR, value));
  }

  /// {@return strings of which some are equal, and some empty}
  private static StringTensor random(Random random, int rows, int columns) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < rows * columns; i++) {
      values.add("aé😀".repeat(random.nextInt(2)) + "x".repeat(random.nextInt(2)));
    }
    return new StringTensor(Shape.of(rows, columns), values);
  }

  private static ModelValue moved(ModelValue x, List<OnnxTensor> constants, OnnxNode node) {
    OnnxModel model =
        StringRuns.model(
            List.of(StringRuns.declared("x", x)), constants, node.outputs().subList(0, 1), node);
    return StringRuns.run(model, Map.of("x", x)).get(node.outputs().getFirst());
  }

  @Test
  void stringsAreMovedAsNumbersAre() {
    long seed = System.nanoTime();
    IO.println("seed " + seed);
    Random random = new Random(seed);
    int rows = 1 + random.nextInt(4);
    int columns = 1 + random.nextInt(4);
    StringTensor x = random(random, rows, columns);
    List<String> columnsFirst = new ArrayList<>();
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        columnsFirst.add(x.values().get(i * columns + j));
      }
    }
    Shape turned = Shape.of(columns, rows);
    assertThat(moved(x, List.of(), node("Transpose", List.of("x"), "z")))
        .isEqualTo(new StringTensor(turned, columnsFirst));
    assertThat(
            moved(
                x, List.of(constant("s", columns, rows)), node("Reshape", List.of("x", "s"), "z")))
        .isEqualTo(new StringTensor(turned, x.values()));
    Shape flat = Shape.of(1, rows * columns);
    assertThat(
            moved(
                x,
                List.of(),
                node("Flatten", List.of("x"), "z", new OnnxAttribute.IntValue("axis", 0))))
        .isEqualTo(new StringTensor(flat, x.values()));
    int row = random.nextInt(rows);
    List<String> one = x.values().subList(row * columns, row * columns + columns);
    assertThat(moved(x, List.of(scalar("i", row)), node("Gather", List.of("x", "i"), "z")))
        .isEqualTo(row(one));
    assertThat(
            moved(
                x,
                List.of(constant("from", row), constant("to", row + 1)),
                node("Slice", List.of("x", "from", "to"), "z")))
        .isEqualTo(new StringTensor(Shape.of(1, columns), one));
    List<String> twice = new ArrayList<>(x.values());
    twice.addAll(x.values());
    StringTensor both = new StringTensor(Shape.of(2 * rows, columns), twice);
    OnnxAttribute first = new OnnxAttribute.IntValue("axis", 0);
    assertThat(moved(x, List.of(), node("Concat", List.of("x", "x"), "z", first))).isEqualTo(both);
    assertThat(moved(x, List.of(constant("n", 2, 1)), node("Tile", List.of("x", "n"), "z")))
        .isEqualTo(both);
    StringTensor onTop = new StringTensor(Shape.of(1, rows, columns), x.values());
    assertThat(moved(x, List.of(constant("a", 0)), node("Unsqueeze", List.of("x", "a"), "z")))
        .isEqualTo(onTop);
    assertThat(moved(onTop, List.of(constant("a", 0)), node("Squeeze", List.of("x", "a"), "z")))
        .isEqualTo(x);
    assertThat(moved(x, List.of(constant("s", 2, 1, 1)), node("Expand", List.of("x", "s"), "z")))
        .isEqualTo(new StringTensor(Shape.of(2, rows, columns), twice));
    assertThat(moved(x, List.of(), node("Identity", List.of("x"), "z"))).isEqualTo(x);
    OnnxNode split = OnnxNode.of("Split", List.of("x", "n"), List.of("z", "rest"), first);
    assertThat(moved(both, List.of(constant("n", rows, rows)), split)).isEqualTo(x);
    assertThat(numbers(moved(x, List.of(), node("Shape", List.of("x"), "z"))).integers())
        .containsExactly(rows, columns);
    assertThat(numbers(moved(x, List.of(), node("Size", List.of("x"), "z"))).integer(0))
        .isEqualTo((long) rows * columns);
  }

  @Test
  void whatIsPaddedIsEmptyUnlessSomethingElseIsSaid() {
    OnnxTensor around = constant("p", 1, 1);
    assertThat(strings(moved(row("a"), List.of(around), node("Pad", List.of("x", "p"), "z"))))
        .containsExactly("", "a", "");
    OnnxTensor fill = new OnnxTensor("f", StringTensor.of(Shape.SCALAR, "-"));
    assertThat(
            strings(
                moved(row("a"), List.of(around, fill), node("Pad", List.of("x", "p", "f"), "z"))))
        .containsExactly("-", "a", "-");
  }

  @Test
  void stringsAreComparedAndChosen() {
    long seed = System.nanoTime();
    IO.println("seed " + seed);
    Random random = new Random(seed);
    StringTensor x = random(random, 3, 4);
    StringTensor y = random(random, 1, 4);
    OnnxModel model =
        StringRuns.model(
            List.of(words("x", 2), words("y", 2)),
            List.of(new OnnxTensor("no", StringTensor.of(Shape.SCALAR, "none"))),
            List.of("same", "z"),
            node("Equal", List.of("x", "y"), "same"),
            node("Where", List.of("same", "x", "no"), "z"));
    Map<String, ModelValue> said = StringRuns.run(model, Map.of("x", x, "y", y));
    for (int i = 0; i < 12; i++) {
      boolean same = x.values().get(i).equals(y.values().get(i % 4));
      assertThat(numbers(said.get("same")).integer(i)).isEqualTo(same ? 1 : 0);
      assertThat(strings(said.get("z")).get(i)).isEqualTo(same ? x.values().get(i) : "none");
    }
  }

  @Test
  void stringsAndNumbersTakeTurns() {
    OnnxModel model =
        StringRuns.model(
            List.of(StringRuns.numbers("x", ElementType.F32, 1)),
            List.of(new OnnxTensor("zero", row("0"))),
            List.of("z", "w"),
            node("Add", List.of("x", "x"), "a"),
            node("Cast", List.of("a"), "s", TO_STRING),
            node("StringConcat", List.of("s", "zero"), "t"),
            node("Cast", List.of("t"), "b", TO_FLOAT),
            node("Mul", List.of("b", "a"), "w"),
            node("Cast", List.of("w"), "z", TO_STRING));
    Tensor x = Tensor.ofFloats(Shape.of(2), 1.25f, -2);
    Map<String, ModelValue> said = StringRuns.run(model, Map.of("x", new NumberTensor(x)));
    assertThat(numbers(said.get("w")).floats()).containsExactly(6.25f, 16f);
    assertThat(strings(said.get("z"))).containsExactly("6.25", "16.0");
  }

  /// How many parts there are is known when the model runs, and then decides shapes.
  @Test
  void sizesMayFollowFromStrings() {
    OnnxModel model =
        StringRuns.model(
            List.of(words("x", 1)),
            List.of(
                constant("all", -1),
                new OnnxTensor("table", Tensor.ofFloats(Shape.of(3, 2), 0, 1, 2, 3, 4, 5))),
            List.of("flat", "rows", "many"),
            OnnxNode.of("StringSplit", List.of("x"), List.of("parts", "count")),
            node("Reshape", List.of("parts", "all"), "flat"),
            new OnnxNode(
                "ids",
                "LabelEncoder",
                "ai.onnx.ml",
                List.of("flat"),
                List.of("id"),
                List.of(
                    new OnnxAttribute.Texts("keys_strings", List.of("a", "b")),
                    OnnxAttribute.Ints.of("values_int64s", 1, 2),
                    new OnnxAttribute.IntValue("default_int64", 0))),
            node("Gather", List.of("table", "id"), "rows"),
            node("Expand", List.of("one", "count"), "many"),
            node("Constant", List.of(), "one", new OnnxAttribute.IntValue("value_int", 7)));
    StringRunner runner = StringRuns.runner(StringModel.of("model", model, Bindings.NONE));
    for (int turn = 0; turn < 2; turn++) {
      Map<String, ModelValue> said = runner.run(Map.of("x", row("a b")));
      assertThat(strings(said.get("flat"))).containsExactly("a", "b");
      assertThat(numbers(said.get("rows")).floats()).containsExactly(2, 3, 4, 5);
      assertThat(numbers(said.get("many")).integers()).containsExactly(7, 7);
      said = runner.run(Map.of("x", row("b", "c a b")));
      assertThat(strings(said.get("flat"))).containsExactly("b", "", "", "c", "a", "b");
      assertThat(numbers(said.get("rows")).floats())
          .containsExactly(4, 5, 0, 1, 0, 1, 0, 1, 2, 3, 4, 5);
      assertThat(numbers(said.get("many")).shape()).isEqualTo(Shape.of(1, 3));
    }
  }

  @Test
  void constantsAreComputedAtImport() {
    OnnxModel model =
        StringRuns.model(
            List.of(words("x", 1)),
            List.of(),
            List.of("z", "c"),
            node(
                "Constant",
                List.of(),
                "c",
                new OnnxAttribute.Texts("value_strings", List.of("A", "B"))),
            node("Constant", List.of(), "d", new OnnxAttribute.Text("value_string", "!")),
            node("StringConcat", List.of("c", "d"), "e"),
            node("Concat", List.of("e", "x"), "z", new OnnxAttribute.IntValue("axis", 0)));
    StringModel imported = StringModel.of("model", model, Bindings.NONE);
    assertThat(imported.textNodes()).isEmpty();
    Map<String, ModelValue> said = StringRuns.runner(imported).run(Map.of("x", row("A!")));
    assertThat(strings(said.get("z"))).containsExactly("A!", "B!", "A!");
    assertThat(strings(said.get("c"))).containsExactly("A", "B");
  }

  @Test
  void ngramsAreOfStrings() {
    OnnxNode count =
        node(
            "TfIdfVectorizer",
            List.of("x"),
            "z",
            new OnnxAttribute.Texts("pool_strings", List.of("a", "b", "a", "b")),
            OnnxAttribute.Ints.of("ngram_counts", 0, 2),
            OnnxAttribute.Ints.of("ngram_indexes", 0, 1, 2),
            new OnnxAttribute.IntValue("min_gram_length", 1),
            new OnnxAttribute.IntValue("max_gram_length", 2),
            new OnnxAttribute.IntValue("max_skip_count", 0),
            new OnnxAttribute.Text("mode", "TF"));
    ModelValue z = moved(row("a", "c", "a", "b", "a", "b"), List.of(), count);
    assertThat(numbers(z).floats()).containsExactly(3, 2, 2);
  }

  @Test
  void whatIsGivenMustBeWhatIsDeclared() {
    OnnxModel model =
        StringRuns.model(
            List.of(words("x", 1), StringRuns.numbers("n", ElementType.I64, 1)),
            List.of(),
            List.of("x", "z"),
            node("Cast", List.of("n"), "z", TO_STRING));
    StringRunner runner =
        StringRuns.runner(
            StringModel.of(
                "model", model, new Bindings(Map.of(), Map.of("n", Shape.of(2)), Map.of())));
    assertThat(runner.run(Map.of("x", row("a"), "n", longs(1, 2))))
        .isEqualTo(Map.of("x", row("a"), "z", row("1", "2")));
    assertThatThrownBy(
            () ->
                runner.run(
                    Map.of(
                        "x", longs(1), "n", longs(1), "other", StringTensor.of(Shape.SCALAR, ""))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x string ? is i64 1; n int64 2 is i64 1; other is unknown");
    assertThatThrownBy(() -> runner.run(Map.of("n", longs(1, 2))))
        .hasMessage("x string ? is missing");
    StringModel bound =
        StringModel.of(
            "model",
            model,
            new Bindings(Map.of(), Map.of(), Map.of("n", Tensor.ofLongs(Shape.of(1), 5))));
    assertThat(strings(StringRuns.runner(bound).run(Map.of("x", row())).get("z")))
        .isEqualTo(Collections.singletonList("5"));
  }

  @Test
  void numbersAloneStayAGraphThatCanBeCommitted() {
    OnnxModel model =
        StringRuns.model(
            List.of(ModelRuns.floats("x", 2)),
            List.of(new OnnxTensor("words", row("nobody", "reads", "this"))),
            List.of("z"),
            node("Neg", List.of("x"), "z"),
            node("StringConcat", List.of("words", "words"), "unread"));
    assertThat(StringModel.isOne(model)).isFalse();
    Map<String, Tensor> said =
        ModelRuns.run(OnnxImporter.of("model", model), Map.of("x", ModelRuns.row(1, 2)));
    assertThat(said.values().iterator().next().floats()).containsExactly(-1, -2);
  }
}
