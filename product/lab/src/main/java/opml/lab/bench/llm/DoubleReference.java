package opml.lab.bench.llm;

import java.util.Arrays;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.llm.model.Architecture;
import opml.llm.model.Hyperparameters;
import opml.llm.model.LanguageModel;
import opml.llm.model.Rope;
import opml.llm.model.Weights;

/// LLaMA as its paper has it (Touvron et al., 2302.13971, with heads that share keys and values as in 2307.09288), in
/// double precision and without any other thought: what our engine and others round away is seen against it.
///
/// It takes models whose weights are all f32, and remembers the keys and values of one text.
final class DoubleReference {
  private final Weights weights;
  private final Hyperparameters numbers;

  /// Keys and values of the text so far: by layer, position and element.
  private final double[][][] keys;

  private final double[][][] values;
  private int length;

  /// @param context tokens of the text, at most
  /// @throws IllegalArgumentException if the model is of another kind
  DoubleReference(LanguageModel model, int context) {
    this.weights = model.weights();
    this.numbers = model.hyperparameters();
    if (!takes(model)) {
      throw new IllegalArgumentException(model.name() + ": no plain LLaMA with weights of f32");
    }
    this.keys = new double[numbers.layers()][context][];
    this.values = new double[numbers.layers()][context][];
  }

  /// {@return whether a model is a plain LLaMA with weights of f32}
  static boolean takes(LanguageModel model) {
    Hyperparameters numbers = model.hyperparameters();
    return numbers.architecture() == Architecture.LLAMA
        && numbers.rope().scaling() instanceof Rope.Scaling.None
        && numbers.rope().style() == Rope.Style.NORMAL
        && numbers.slidingWindow() == 0
        && model.weights().tensors().values().stream()
            .allMatch(tensor -> tensor.type() == ElementType.F32);
  }

  /// {@return the logits behind one token more}
  double[] take(int token) {
    double[] x = row(weights.get(Weights.EMBEDDING), token);
    for (int layer = 0; layer < numbers.layers(); layer++) {
      double[] n = norm(x, weights.get(layer, "attn_norm.weight"));
      double[] q = product(weights.get(layer, "attn_q.weight"), n);
      double[] k = product(weights.get(layer, "attn_k.weight"), n);
      turn(q, numbers.heads());
      turn(k, numbers.kvHeads());
      keys[layer][length] = k;
      values[layer][length] = product(weights.get(layer, "attn_v.weight"), n);
      add(x, product(weights.get(layer, "attn_output.weight"), attention(layer, q)));
      double[] m = norm(x, weights.get(layer, "ffn_norm.weight"));
      double[] gate = product(weights.get(layer, "ffn_gate.weight"), m);
      double[] up = product(weights.get(layer, "ffn_up.weight"), m);
      for (int i = 0; i < gate.length; i++) {
        gate[i] *= up[i] / (1 + StrictMath.exp(-gate[i]));
      }
      add(x, product(weights.get(layer, "ffn_down.weight"), gate));
    }
    length++;
    return product(weights.classifier(), norm(x, weights.get(Weights.LAST_NORM)));
  }

  /// {@return the logits behind a text}
  static double[] logits(LanguageModel model, int... text) {
    DoubleReference reference = new DoubleReference(model, text.length);
    double[] logits = new double[0];
    for (int token : text) {
      logits = reference.take(token);
    }
    return logits;
  }

  private static double[] row(Tensor matrix, int row) {
    int columns = matrix.shape().dim(1);
    double[] values = new double[columns];
    Arrays.setAll(values, i -> matrix.data().get(Tensor.F32, 4L * row * columns + 4L * i));
    return values;
  }

  private static double[] product(Tensor matrix, double... x) {
    return IntStream.range(0, matrix.shape().dim(0))
        .parallel()
        .mapToDouble(
            row -> {
              double sum = 0;
              for (int i = 0; i < x.length; i++) {
                sum += matrix.data().get(Tensor.F32, 4L * row * x.length + 4L * i) * x[i];
              }
              return sum;
            })
        .toArray();
  }

  private double[] norm(double[] x, Tensor weight) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    double scale = 1 / Math.sqrt(squares / x.length + numbers.normEpsilon());
    double[] normed = new double[x.length];
    Arrays.setAll(normed, i -> x[i] * scale * weight.f32(i));
    return normed;
  }

  /// Turns pairs of each head's elements by angles that grow with the position.
  private void turn(double[] rows, int heads) {
    int width = numbers.headWidth();
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < numbers.rope().dimensions(); i += 2) {
        double speed =
            1 / StrictMath.pow(numbers.rope().base(), (double) i / numbers.rope().dimensions());
        double cos = StrictMath.cos(length * speed);
        double sin = StrictMath.sin(length * speed);
        int at = head * width + i;
        double first = rows[at];
        double second = rows[at + 1];
        rows[at] = first * cos - second * sin;
        rows[at + 1] = first * sin + second * cos;
      }
    }
  }

  private double[] attention(int layer, double... queries) {
    int width = numbers.headWidth();
    double[] attended = new double[queries.length];
    for (int head = 0; head < numbers.heads(); head++) {
      int query = head * width;
      int key = head / (numbers.heads() / numbers.kvHeads()) * width;
      double[] weight = new double[length + 1];
      for (int position = 0; position <= length; position++) {
        for (int i = 0; i < width; i++) {
          weight[position] += queries[query + i] * keys[layer][position][key + i];
        }
        weight[position] /= Math.sqrt(width);
      }
      softmax(weight);
      for (int position = 0; position <= length; position++) {
        for (int i = 0; i < width; i++) {
          attended[query + i] += weight[position] * values[layer][position][key + i];
        }
      }
    }
    return attended;
  }

  private static void softmax(double... x) {
    double most = Arrays.stream(x).max().orElseThrow();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = StrictMath.exp(x[i] - most);
      sum += x[i];
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= sum;
    }
  }

  private static void add(double[] x, double... more) {
    for (int i = 0; i < x.length; i++) {
      x[i] += more[i];
    }
  }
}
