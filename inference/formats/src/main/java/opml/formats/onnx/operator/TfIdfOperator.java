package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.kernels.operators.Ngrams;

/// TfIdfVectorizer of integers: how often short sequences stand in rows, or what they weigh.
final class TfIdfOperator implements Operator {
  private static final int SINCE = 9;
  private static final int ENTRY = 3;

  private static final Declaration DECLARATION =
      Declaration.of(
              "TfIdfVectorizer", "how often n-grams of integers stand in rows, or what they weigh")
          .since(SINCE)
          .with(Way.KERNEL, ElementType.I32, ElementType.I64);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = GatherOperator.indices(node, 0);
    Shape shape = x.shape();
    int rank = shape.rank();
    node.require(rank == 1 || rank == 2, "the input is neither a row nor rows", x.describe());
    int least = node.attributes().integer("min_gram_length", 1, 1, Short.MAX_VALUE);
    int longest = node.attributes().integer("max_gram_length", 1, least, Short.MAX_VALUE);
    int skips = node.attributes().integer("max_skip_count", 0, 0, Short.MAX_VALUE);
    String mode = node.attributes().text("mode", "TF");
    long[] starts = longs(node, "ngram_counts");
    long[] places = longs(node, "ngram_indexes");
    long[] pool = longs(node, "pool_int64s");
    float[] weights = node.attributes().reals("weights");
    node.attributes().end();
    int kind =
        switch (mode) {
          case "TF" -> Ngrams.COUNT;
          case "IDF" -> Ngrams.WEIGHT;
          case "TFIDF" -> Ngrams.WEIGHTED_COUNT;
          default -> throw new RefusedNode("unknown mode", mode);
        };
    List<Long> entries = new ArrayList<>();
    List<Float> weighed = new ArrayList<>();
    int gram = 0;
    for (int size = 1; size <= starts.length; size++) {
      long end = size < starts.length ? starts[size] : pool.length;
      node.require(
          starts[size - 1] >= 0
              && end <= pool.length
              && starts[size - 1] <= end
              && (end - starts[size - 1]) % size == 0,
          "ngram_counts do not part the pool",
          Arrays.toString(starts));
      for (long at = starts[size - 1]; at < end; at += size) {
        node.require(gram < places.length, "ngram_indexes are fewer than n-grams");
        if (size >= least && size <= longest) {
          entries.addAll(List.of(at, (long) size, places[gram]));
          weighed.add(gram < weights.length ? weights[gram] : 1f);
        }
        gram++;
      }
    }
    long width = 1 + Arrays.stream(places).max().orElse(-1);
    node.require(
        width >= 1 && width <= Integer.MAX_VALUE && !entries.isEmpty(), "there are no n-grams");
    int rows = rank == 1 ? 1 : shape.dim(0);
    int length = shape.dim(rank - 1);
    int count = weighed.size();
    float[] all = new float[count];
    for (int i = 0; i < count; i++) {
      all[i] = weighed.get(i);
    }
    Tensor grams =
        Tensor.ofLongs(
            Shape.of(count, ENTRY), entries.stream().mapToLong(entry -> entry).toArray());
    Shape result = rank == 1 ? Shapes.of(node, (int) width) : Shapes.of(node, rows, (int) width);
    node.call("ngrams")
        .read(x)
        .derived("pool", Tensor.ofLongs(Shape.of(pool.length), pool))
        .derived("grams", grams)
        .derived("weights", Tensor.ofFloats(Shape.of(count), all))
        .write(ElementType.F32, result)
        .ints("rows", rows)
        .ints("length", length)
        .ints("size", pool.length)
        .ints("count", count)
        .ints("longest", longest)
        .ints("skips", skips)
        .ints("width", (int) width)
        .ints("kind", kind)
        .emit();
  }

  private static long[] longs(NodeImport node, String name) {
    return node.attributes()
        .longs(name)
        .orElseThrow(() -> new RefusedNode("attribute " + name + " is missing", ""));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(ElementType.I32, ElementType.I64);
    return make.node(SINCE)
        .given(make.whole(type, 0, 3, make.between(1, 3), make.between(1, 9)))
        .integer("max_gram_length", 2)
        .integer("max_skip_count", make.between(0, 2))
        .text("mode", make.one("TF", "IDF", "TFIDF"))
        .integers("ngram_counts", 0, 2)
        .integers("ngram_indexes", 0, 1, 2, 3)
        .integers("pool_int64s", 1, 2, 0, 1, 2, 3)
        .reals("weights", 1f, 0.5f, 2f, 3f)
        .end();
  }
}
