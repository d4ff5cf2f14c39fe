package opml.formats.onnx;

import static opml.formats.onnx.StringRuns.longs;
import static opml.formats.onnx.StringRuns.numbers;
import static opml.formats.onnx.StringRuns.row;
import static opml.formats.onnx.StringRuns.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What nodes that make strings, or look into them, compute.
class StringOperatorsTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void tellTheSeed() {
    IO.println("seed " + seed);
  }

  /// {@return a string of few letters, blanks and signs, so that two are often equal and have parts in common}
  private String word(int most) {
    StringBuilder word = new StringBuilder();
    String[] letters = {"a", "b", "é", ",", " ", "\t", "ß", "😀"};
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      word.append(letters[random.nextInt(letters.length)]);
    }
    return word.toString();
  }

  private List<String> words(int count, int most) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(word(most));
    }
    return words;
  }

  private static OnnxAttribute text(String name, String value) {
    return new OnnxAttribute.Text(name, value);
  }

  private static OnnxAttribute integer(String name, long value) {
    return new OnnxAttribute.IntValue(name, value);
  }

  private static OnnxNode node(String operator, OnnxAttribute... attributes) {
    return OnnxNode.of(operator, List.of("x"), List.of("z"), attributes);
  }

  private static OnnxNode learning(String operator, OnnxAttribute... attributes) {
    return new OnnxNode(
        "n", operator, "ai.onnx.ml", List.of("x"), List.of("z"), Arrays.asList(attributes));
  }

  @Test
  void stringsAreJoinedWithBroadcasting() {
    int rows = random.nextInt(4);
    int columns = 1 + random.nextInt(4);
    List<String> a = words(rows, 3);
    List<String> b = words(columns, 3);
    List<String> expected = new ArrayList<>();
    a.forEach(one -> b.forEach(other -> expected.add(one + other)));
    OnnxNode concat = OnnxNode.of("StringConcat", List.of("x", "y"), List.of("z"));
    ModelValue z = StringRuns.of(concat, new StringTensor(Shape.of(rows, 1), a), row(b));
    assertThat(z).isEqualTo(new StringTensor(Shape.of(rows, columns), expected));
    StringTensor scalar = StringTensor.of(Shape.SCALAR, "<");
    assertThat(strings(StringRuns.of(concat, scalar, row(b))))
        .isEqualTo(b.stream().map(one -> "<" + one).toList());
    assertThatThrownBy(() -> StringRuns.of(concat, row("a", "b"), row("a", "b", "c")))
        .hasMessageContaining("shapes 2 and 3 do not fit");
  }

  @Test
  void stringsAreSplitAtADelimiter() {
    List<String> x = words(1 + random.nextInt(6), 6);
    int most = random.nextInt(5) - 1;
    String delimiter = random.nextBoolean() ? "," : "a,";
    List<String[]> parts = new ArrayList<>();
    for (String one : x) {
      parts.add(one.split(Pattern.quote(delimiter), most < 0 ? -1 : most + 1));
    }
    requireSplit(x, parts, text("delimiter", delimiter), integer("maxsplit", most));
  }

  @Test
  void stringsAreSplitAtBlanks() {
    List<String> x = words(1 + random.nextInt(6), 6);
    List<String[]> parts = new ArrayList<>();
    for (String one : x) {
      String core = one.strip();
      parts.add(core.isEmpty() ? new String[0] : core.split("[ \t]+"));
    }
    requireSplit(x, parts);
    requireSplit(x, parts, text("delimiter", ""));
  }

  private static void requireSplit(
      List<String> x, List<String[]> parts, OnnxAttribute... attributes) {
    int width = parts.stream().mapToInt(one -> one.length).max().orElse(0);
    List<String> expected = new ArrayList<>();
    for (String[] one : parts) {
      for (int i = 0; i < width; i++) {
        expected.add(i < one.length ? one[i] : "");
      }
    }
    OnnxNode split = OnnxNode.of("StringSplit", List.of("x"), List.of("z", "n"), attributes);
    OnnxModel model =
        StringRuns.model(List.of(StringRuns.words("x", 2)), List.of(), List.of("z", "n"), split);
    Map<String, ModelValue> said =
        StringRuns.run(model, Map.of("x", new StringTensor(Shape.of(x.size(), 1), x)));
    assertThat(said.get("z")).isEqualTo(new StringTensor(Shape.of(x.size(), 1, width), expected));
    assertThat(numbers(said.get("n")).integers())
        .isEqualTo(parts.stream().mapToLong(one -> one.length).toArray());
    assertThat(numbers(said.get("n")).shape()).isEqualTo(Shape.of(x.size(), 1));
  }

  /// As Python, whose rule it is, splits.
  @Test
  void whatIsLeftBehindTheLastSplitStaysAsItIs() {
    ModelValue z =
        StringRuns.of(node("StringSplit", integer("maxsplit", 1)), row(" a  b c ", "", "\u3000d"));
    assertThat(z).isEqualTo(StringTensor.of(Shape.of(3, 2), "a", "b c ", "", "", "d", ""));
    assertThat(StringRuns.of(node("StringSplit", integer("maxsplit", 0)), row(" a b ")))
        .isEqualTo(StringTensor.of(Shape.of(1, 1), "a b "));
    assertThat(StringRuns.of(node("StringSplit"), row("", " ")))
        .isEqualTo(StringTensor.of(Shape.of(2, 0)));
  }

  @Test
  void aPatternMustFitAllOfAString() {
    List<String> x = words(20, 5);
    for (String pattern : List.of("[ab]+", "(a|b)*,.*", "[^a]?é|\\s*", ".{2,3}", "")) {
      ModelValue z = StringRuns.of(node("RegexFullMatch", text("pattern", pattern)), row(x));
      Pattern other = Pattern.compile(pattern, Pattern.UNICODE_CASE);
      long[] expected = x.stream().mapToLong(one -> other.matcher(one).matches() ? 1 : 0).toArray();
      assertThat(numbers(z).integers()).as(pattern).isEqualTo(expected);
      assertThat(numbers(z).type()).isEqualTo(ElementType.BOOL);
    }
  }

  @Test
  void stringsAreNormalised() {
    OnnxAttribute stop = new OnnxAttribute.Texts("stopwords", List.of("The", "a"));
    StringTensor x = row("the", "A", "Straße", "a", "The");
    assertThat(strings(StringRuns.of(node("StringNormalizer", stop), x))).containsExactly("Straße");
    assertThat(
            strings(
                StringRuns.of(node("StringNormalizer", stop, integer("is_case_sensitive", 1)), x)))
        .containsExactly("the", "A", "Straße");
    assertThat(
            strings(
                StringRuns.of(
                    node("StringNormalizer", stop, text("case_change_action", "UPPER")), x)))
        .containsExactly("STRASSE");
    StringTensor two = StringTensor.of(Shape.of(1, 2), "a", "THE");
    assertThat(StringRuns.of(node("StringNormalizer", stop), two))
        .isEqualTo(StringTensor.of(Shape.of(1, 1), ""));
    assertThat(StringRuns.of(node("StringNormalizer", stop), row("a")))
        .isEqualTo(StringTensor.of(Shape.of(1), ""));
    OnnxAttribute lower = text("case_change_action", "LOWER");
    assertThat(
            strings(
                StringRuns.of(
                    node("StringNormalizer", lower, text("locale", "tr_TR.UTF-8")), row("I"))))
        .containsExactly("ı");
    List<String> some = words(8, 4);
    assertThat(strings(StringRuns.of(node("StringNormalizer", lower), row(some))))
        .isEqualTo(some.stream().map(one -> one.toLowerCase(Locale.US)).toList());
    assertThatThrownBy(
            () ->
                StringRuns.of(
                    node("StringNormalizer", lower), StringTensor.of(Shape.of(2, 1), "a", "b")))
        .hasMessageContaining("node z: the input has shape 2x1; expected is C or 1xC");
  }

  @Test
  void integersAreWrittenAndReadAgain() {
    long[] values = random.longs(20).toArray();
    values[0] = Long.MIN_VALUE;
    ModelValue written = StringRuns.of(cast(OnnxType.STRING), longs(values));
    assertThat(strings(written)).isEqualTo(Arrays.stream(values).mapToObj(Long::toString).toList());
    assertThat(numbers(StringRuns.of(cast(OnnxType.INT64), written)).integers()).isEqualTo(values);
    Tensor unsigned =
        Tensor.ofBytes(ElementType.U64, Shape.of(1), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    ModelValue large = StringRuns.of(cast(OnnxType.STRING), new NumberTensor(unsigned));
    assertThat(strings(large)).containsExactly("18446744073709551615");
    assertThat(numbers(StringRuns.of(cast(OnnxType.UINT64), large)).bytes())
        .isEqualTo(unsigned.bytes());
  }

  private static OnnxNode cast(OnnxType to) {
    return node("Cast", integer("to", to.code()));
  }

  @Test
  void floatsAreWrittenWithTheFewestDigitsAndReadAgain() {
    Shape shape = Shape.of(50);
    for (OnnxType type :
        List.of(OnnxType.FLOAT, OnnxType.DOUBLE, OnnxType.FLOAT16, OnnxType.BFLOAT16)) {
      ElementType element = type.element().orElseThrow();
      byte[] bits = new byte[50 * element.bytes()];
      random.nextBytes(bits);
      Tensor values = Tensor.ofBytes(element, shape, bits);
      ModelValue written = StringRuns.of(cast(OnnxType.STRING), new NumberTensor(values));
      Tensor read = numbers(StringRuns.of(cast(type), written));
      for (int i = 0; i < 50; i++) {
        String text = strings(written).get(i);
        assertThat(Double.valueOf(read.real(i)))
            .as(type + " " + text)
            .isEqualTo(Double.valueOf(values.real(i)));
        if (!Double.isFinite(values.real(i))) {
          assertThat(text).isIn("NaN", "INF", "-INF");
        }
      }
    }
  }

  @Test
  void floatsLookAsTheReferenceWritesThem() {
    float[] values = {
      1, -0f, 314.15927f, 1e-4f, 9.9e-5f, 1e16f, 1e15f, Float.MIN_VALUE, 0.1f, 16777216
    };
    Tensor x = Tensor.ofFloats(Shape.of(values.length), values);
    assertThat(strings(StringRuns.of(cast(OnnxType.STRING), new NumberTensor(x))))
        .containsExactly(
            "1.0",
            "-0.0",
            "314.15927",
            "0.0001",
            "9.9e-05",
            "1e+16",
            "1000000000000000.0",
            "1e-45",
            "0.1",
            "16777216.0");
    Tensor flags = Tensor.ofBytes(ElementType.BOOL, Shape.of(2), new byte[] {1, 0});
    ModelValue written = StringRuns.of(cast(OnnxType.STRING), new NumberTensor(flags));
    assertThat(strings(written)).containsExactly("True", "False");
    assertThat(numbers(StringRuns.of(cast(OnnxType.BOOL), written)).bytes())
        .isEqualTo(flags.bytes());
  }

  @Test
  void whatLooksLikeANumberIsOne() {
    assertThat(
            numbers(
                    StringRuns.of(
                        cast(OnnxType.FLOAT), row("1e-5", "+inf", "-INF", "nan", ".5", "1E8")))
                .floats())
        .containsExactly(
            1e-5f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 0.5f, 1e8f);
    assertThat(numbers(StringRuns.of(cast(OnnxType.INT32), row("100.5", "-7", "1e3"))).integers())
        .containsExactly(100, -7, 1000);
    for (String no : List.of("", "1f", "0x10", "one", " 1", "1_000", "1".repeat(2000), "٣")) {
      assertThatThrownBy(() -> StringRuns.of(cast(OnnxType.FLOAT), row(no)))
          .as(no)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("node z: string 0 is no f32");
    }
    for (String no : List.of("256", "-1", "nan", "inf")) {
      assertThatThrownBy(() -> StringRuns.of(cast(OnnxType.UINT8), row(no)))
          .hasMessageContaining("string 0 is no u8: " + no);
    }
  }

  @Test
  void aCastIsLikeWhatItIsLike() {
    OnnxNode like = OnnxNode.of("CastLike", List.of("x", "y"), List.of("z"));
    assertThat(strings(StringRuns.of(like, longs(3), row("")))).containsExactly("3");
    assertThat(numbers(StringRuns.of(like, row("3.5"), longs(0))).integers()).containsExactly(3);
    assertThat(strings(StringRuns.of(like, row("a"), row("b")))).containsExactly("a");
  }

  @Test
  void labelsBecomeOthers() {
    OnnxAttribute keys = new OnnxAttribute.Texts("keys_strings", List.of("a", "b", "a"));
    OnnxAttribute values = OnnxAttribute.Ints.of("values_int64s", 5, 7, 9);
    assertThat(
            numbers(StringRuns.of(learning("LabelEncoder", keys, values), row("b", "c", "a")))
                .integers())
        .containsExactly(7, -1, 5);
    OnnxNode back =
        learning(
            "LabelEncoder",
            OnnxAttribute.Ints.of("keys_int64s", 5, 7),
            new OnnxAttribute.Texts("values_strings", List.of("a", "b")),
            text("default_string", "?"));
    assertThat(strings(StringRuns.of(back, longs(7, 6, 5)))).containsExactly("b", "?", "a");
    OnnxNode floats =
        learning(
            "LabelEncoder",
            new OnnxAttribute.Floats("keys_floats", List.of(Float.NaN, 1f)),
            new OnnxAttribute.TensorValue("values_tensor", new OnnxTensor("", row("none", "one"))));
    Tensor x = Tensor.ofFloats(Shape.of(3), 1, Float.NaN, 2);
    assertThat(strings(StringRuns.of(floats, new NumberTensor(x))))
        .containsExactly("one", "none", "_Unused");
    OnnxNode numbers =
        learning(
            "LabelEncoder",
            OnnxAttribute.Ints.of("keys_int64s", 1, 2),
            new OnnxAttribute.Floats("values_floats", List.of(0.5f, 0.25f)));
    assertThat(numbers(StringRuns.of(numbers, longs(2, 3))).floats()).containsExactly(0.25f, -0f);
    OnnxAttribute classes = new OnnxAttribute.Texts("classes_strings", List.of("x", "y"));
    assertThat(numbers(StringRuns.of(learning("LabelEncoder", classes), row("y", "z"))).integers())
        .containsExactly(1, -1);
    assertThat(strings(StringRuns.of(learning("LabelEncoder", classes), longs(1, 2))))
        .containsExactly("y", "_Unused");
    OnnxNode mapper =
        learning(
            "CategoryMapper",
            new OnnxAttribute.Texts("cats_strings", List.of("x", "y")),
            OnnxAttribute.Ints.of("cats_int64s", 10, 20));
    assertThat(numbers(StringRuns.of(mapper, row("y", "z"))).integers()).containsExactly(20, -1);
    assertThat(strings(StringRuns.of(mapper, longs(10, 1)))).containsExactly("x", "_Unused");
  }

  @Test
  void distinctStringsAreSortedByTheirBytes() {
    List<String> x = words(12, 2);
    x.addAll(List.of("\uffee", "😀"));
    TreeSet<String> sorted =
        new TreeSet<>(
            Comparator.comparing(
                one -> one.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    sorted.addAll(x);
    OnnxNode unique = OnnxNode.of("Unique", List.of("x"), List.of("z", "first", "which", "count"));
    OnnxModel model =
        StringRuns.model(
            List.of(StringRuns.words("x", 1)),
            List.of(),
            List.of("z", "first", "which", "count"),
            unique);
    Map<String, ModelValue> said = StringRuns.run(model, Map.of("x", row(x)));
    List<String> distinct = strings(said.get("z"));
    assertThat(distinct).containsExactlyElementsOf(sorted);
    for (int i = 0; i < x.size(); i++) {
      int which = (int) numbers(said.get("which")).integer(i);
      assertThat(distinct.get(which)).isEqualTo(x.get(i));
    }
    for (int i = 0; i < distinct.size(); i++) {
      String one = distinct.get(i);
      assertThat(numbers(said.get("first")).integer(i)).isEqualTo(x.indexOf(one));
      assertThat(numbers(said.get("count")).integer(i))
          .isEqualTo(x.stream().filter(one::equals).count());
    }
    assertThat(strings(StringRuns.of(node("Unique", integer("sorted", 0)), row(x))))
        .containsExactlyElementsOf(x.stream().distinct().toList());
  }
}
