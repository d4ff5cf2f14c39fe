package opml.lab.bench.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxDimension;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;

/// A small sentence embedder: the encoder of BERT (Devlin and others, 2018, arXiv:1810.04805) with the mean over its
/// tokens behind it (Reimers and Gurevych, 2019, arXiv:1908.10084), in the single operators that exporters make of
/// them. How many tokens there are is left open, and shapes between nodes are computed from it.
///
/// Inputs and open dimensions have the names that they have in models of others.
public final class WrittenEncoder {
  private static final int LAYERS = 2;
  private static final int HIDDEN = 32;
  private static final int HEADS = 2;
  private static final int WIDTH = HIDDEN / HEADS;
  private static final int INNER = 64;
  private static final int VOCABULARY = 96;
  private static final int PLACES = 16;
  private static final int KINDS = 2;

  private static final String BATCH = "batch_size";
  private static final String LENGTH = "sequence_length";
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final String RESULT = "sentence_embedding";

  private final WrittenModel file;
  private int nodes;

  private WrittenEncoder(long seed) {
    this.file = new WrittenModel(seed);
  }

  /// {@return an encoder, its weights random}
  public static OnnxModel model(long seed) {
    return new WrittenEncoder(seed).whole();
  }

  /// {@return what binds an encoder, or another model of the same inputs, to one text of so many tokens}
  public static Bindings bindings(int tokens) {
    return new Bindings(Map.of(BATCH, 1, LENGTH, tokens), Map.of(), Map.of());
  }

  /// {@return a text of chance, the last of its tokens filled up}
  ///
  /// @param tokens with those behind the text, at least 1
  /// @param from the first token that a text may have
  /// @param vocabulary how many there are
  public static Map<String, Tensor> text(
      SplittableRandom random, int tokens, int from, int vocabulary) {
    long[] ids = new long[tokens];
    long[] mask = new long[tokens];
    int used = random.nextInt(tokens / 2, tokens) + 1;
    for (int i = 0; i < used; i++) {
      ids[i] = random.nextInt(from, vocabulary);
      mask[i] = 1;
    }
    Shape shape = Shape.of(1, tokens);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put(IDS, Tensor.ofLongs(shape, ids));
    inputs.put(MASK, Tensor.ofLongs(shape, mask));
    inputs.put(TYPES, Tensor.ofLongs(shape, new long[tokens]));
    return inputs;
  }

  /// {@return a text of chance for an encoder of ours}
  public static Map<String, Tensor> text(SplittableRandom random, int tokens) {
    return text(random, tokens, 0, VOCABULARY);
  }

  private OnnxModel whole() {
    number("one", 1);
    number("two", 2);
    number("half", 0.5f);
    number("epsilon", 1e-12f);
    number("root", (float) Math.sqrt(2));
    number("width", (float) Math.sqrt(WIDTH));
    number("hidden_from", -Float.MAX_VALUE);
    integers("at0", 0);
    integers("at1", 1);
    integers("at2", 2);
    integers("last", -1);
    integers("heads", HEADS);
    integers("head", WIDTH);
    integers("all", HIDDEN);
    String x = embeddings();
    String hidden = hidden();
    for (int layer = 0; layer < LAYERS; layer++) {
      String attended = attention("a" + layer, x, hidden);
      x = normalised("an" + layer, node("Add", attended, x));
      String inner = bent(dense("i" + layer, x, HIDDEN, INNER));
      x = normalised("on" + layer, node("Add", dense("o" + layer, inner, INNER, HIDDEN), x));
    }
    mean(x);
    return file.model("encoder", List.of(input(IDS), input(MASK), input(TYPES)), output());
  }

  /// Of tokens, of their places, and of their kinds.
  private String embeddings() {
    long[] places = new long[PLACES];
    for (int i = 0; i < PLACES; i++) {
      places[i] = i;
    }
    file.constant("places", Tensor.ofLongs(Shape.of(1, PLACES), places));
    String tokens = node("Gather", file.tensor("tokens", VOCABULARY, HIDDEN), IDS);
    String kinds = node("Gather", file.tensor("kinds", KINDS, HIDDEN), TYPES);
    String here = node("Slice", "places", "at0", size(IDS, "at1"), "at1");
    String placed = node("Gather", file.tensor("placed", PLACES, HIDDEN), here);
    return normalised("e", node("Add", node("Add", tokens, kinds), placed));
  }

  /// {@return 0 for each token that is seen, and nearly -infinity for others: (batch, 1, 1, tokens)}
  private String hidden() {
    String there = node("Unsqueeze", node("Unsqueeze", MASK, "at1"), "at2");
    return node("Mul", node("Sub", "one", floats(there)), "hidden_from");
  }

  private String attention(String name, String x, String hidden) {
    String q = heads(dense(name + "q", x, HIDDEN, HIDDEN), x, 0, 2, 1, 3);
    String k = heads(dense(name + "k", x, HIDDEN, HIDDEN), x, 0, 2, 3, 1);
    String v = heads(dense(name + "v", x, HIDDEN, HIDDEN), x, 0, 2, 1, 3);
    String scores = node("Add", node("Div", node("MatMul", q, k), "width"), hidden);
    String weights = add("Softmax", List.of(scores), new IntValue("axis", -1));
    String seen =
        add("Transpose", List.of(node("MatMul", weights, v)), Ints.of("perm", 0, 2, 1, 3));
    String whole = joined(size(x, "at0"), size(x, "at1"), "all");
    return dense(name + "o", node("Reshape", seen, whole), HIDDEN, HIDDEN);
  }

  private String heads(String x, String of, long... order) {
    String shape = joined(size(of, "at0"), size(of, "at1"), "heads", "head");
    return add("Transpose", List.of(node("Reshape", x, shape)), Ints.of("perm", order));
  }

  /// GELU (Hendrycks and Gimpel, 2016, arXiv:1606.08415), by erf.
  private String bent(String x) {
    String erf = node("Erf", node("Div", x, "root"));
    return node("Mul", node("Mul", x, node("Add", erf, "one")), "half");
  }

  private String normalised(String name, String x) {
    String away = node("Sub", x, meanOfLast(x));
    String deviation = node("Sqrt", node("Add", meanOfLast(node("Pow", away, "two")), "epsilon"));
    String scaled = node("Mul", node("Div", away, deviation), file.tensor(name + "_g", HIDDEN));
    return node("Add", scaled, file.tensor(name + "_b", HIDDEN));
  }

  private String meanOfLast(String x) {
    return add("ReduceMean", List.of(x), Ints.of("axes", -1));
  }

  private String dense(String name, String x, int in, int out) {
    String product = node("MatMul", x, file.tensor(name + "_w", in, out));
    return node("Add", file.tensor(name + "_c", out), product);
  }

  /// Of the tokens that are seen.
  private void mean(String x) {
    file.constant("least", Tensor.ofFloats(Shape.SCALAR, 1e-9f));
    String seen = floats(node("Unsqueeze", MASK, "last"));
    IntValue flat = new IntValue("keepdims", 0);
    String sum = add("ReduceSum", List.of(node("Mul", x, seen), "at1"), flat);
    String count = node("Clip", add("ReduceSum", List.of(seen, "at1"), flat), "least");
    file.node("Div", RESULT, List.of(sum, count));
  }

  private String floats(String x) {
    return add("Cast", List.of(x), new IntValue("to", OnnxType.FLOAT.code()));
  }

  /// {@return the size of an axis, as a list of one}
  private String size(String x, String axis) {
    return node("Gather", node("Shape", x), axis);
  }

  private String joined(String... parts) {
    return add("Concat", List.of(parts), new IntValue("axis", 0));
  }

  private String node(String operator, String... inputs) {
    return add(operator, List.of(inputs));
  }

  private String add(String operator, List<String> inputs, OnnxAttribute... attributes) {
    return file.node(operator, operator + nodes++, inputs, attributes);
  }

  private void number(String name, float value) {
    file.constant(name, Tensor.ofFloats(Shape.SCALAR, value));
  }

  private void integers(String name, long value) {
    file.constant(name, Tensor.ofLongs(Shape.of(1), value));
  }

  private static OnnxValueInfo input(String name) {
    List<OnnxDimension> dims =
        List.of(new OnnxDimension.Named(BATCH), new OnnxDimension.Named(LENGTH));
    return new OnnxValueInfo(
        name, OnnxValueInfo.Kind.TENSOR, OnnxType.of(ElementType.I64).code(), Optional.of(dims));
  }

  private static OnnxValueInfo output() {
    List<OnnxDimension> dims =
        List.of(new OnnxDimension.Named(BATCH), new OnnxDimension.Sized(HIDDEN));
    return new OnnxValueInfo(
        RESULT, OnnxValueInfo.Kind.TENSOR, OnnxType.FLOAT.code(), Optional.of(dims));
  }
}
