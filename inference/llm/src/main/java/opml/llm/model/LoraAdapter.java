package opml.llm.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.gguf.GgufFile;
import opml.formats.gguf.GgufReader;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;

/// Low-rank adapters (Hu et al., 2021), as llama.cpp's converters write them into GGUF files: to the product of a
/// matrix W (outputs, inputs), B (A x) is added, where A is (rank, inputs) and B (outputs, rank), times `alpha / rank`.
///
/// An adapted model is a model of its own: its further weights are `NAME.lora_a` and `NAME.lora_b`, with a number from
/// the second adapter on, and the factor is multiplied into B, once, in f32.
public final class LoraAdapter {
  private static final String DOWN = ".lora_a";
  private static final String UP = ".lora_b";

  private final LanguageModel model;
  private final GgufFile file;
  private final float scale;
  private final List<Reason> problems = new ArrayList<>();

  /// What is added to the products of a matrix.
  ///
  /// @param down its tensor's name: (rank, inputs)
  /// @param up (outputs, rank), f32
  public record Pair(String down, String up) {}

  private LoraAdapter(LanguageModel model, GgufFile file, float scale) {
    this.model = model;
    this.file = file;
    this.scale = scale;
  }

  /// {@return the names of what adapters add to the products of a matrix, in the order in which it is added}
  public static List<Pair> of(Weights weights, String matrix) {
    List<Pair> pairs = new ArrayList<>();
    Pair next = pair(matrix, 0);
    while (weights.find(next.down()).isPresent()) {
      pairs.add(next);
      next = pair(matrix, pairs.size());
    }
    return pairs;
  }

  private static Pair pair(String matrix, int before) {
    String number = before == 0 ? "" : "." + (before + 1);
    return new Pair(matrix + DOWN + number, matrix + UP + number);
  }

  /// {@return a model with an adapter}
  ///
  /// @param adapter its file
  /// @param scale by which it counts; 1 as it was trained
  /// @throws IOException if it cannot be read
  /// @throws MalformedException if it is no GGUF file, or is not whole
  /// @throws ImportException if it is no adapter of this model; it tells every reason
  public static LanguageModel adapted(LanguageModel model, Path adapter, float scale)
      throws IOException {
    return new LoraAdapter(model, GgufReader.read(adapter), scale).adapted();
  }

  private LanguageModel adapted() {
    expect("general.type", "adapter");
    expect("adapter.type", "lora");
    expect("general.architecture", model.hyperparameters().architecture().label());
    if (!Float.isFinite(scale)) {
      problem(Reason.Kind.USE, "a scale of " + scale);
    }
    double alpha = alpha();
    Map<String, Tensor> all = new LinkedHashMap<>(model.weights().tensors());
    for (String matrix : matrices()) {
      Pair from = new Pair(matrix + DOWN, matrix + UP);
      Pair to = pair(matrix, of(model.weights(), matrix).size());
      Tensor down = file.tensors().get(from.down());
      Tensor up = file.tensors().get(from.up());
      if (down == null || up == null) {
        problem(
            Reason.Kind.GRAPH,
            "%s is there, but not %s"
                .formatted(
                    Names.shown(down == null ? from.up() : from.down()),
                    Names.shown(down == null ? from.down() : from.up())));
      } else if (areGood(matrix, down, up) && isFinite(matrix, alpha, down.shape().dim(0))) {
        all.put(to.down(), down);
        all.put(to.up(), scaled(up, factor(alpha, down.shape().dim(0))));
      }
    }
    if (!problems.isEmpty()) {
      throw new ImportException(file.name(), problems);
    }
    return new LanguageModel(
        model.name(),
        model.hyperparameters(),
        new Weights(all),
        model.tokenizer(),
        model.chatTemplate());
  }

  private double alpha() {
    try {
      double alpha = file.findReal("adapter.lora.alpha").orElse(0);
      if (!Double.isFinite(alpha)) {
        problem(Reason.Kind.USE, "adapter.lora.alpha is " + alpha);
      }
      return alpha;
    } catch (MalformedException e) {
      problem(Reason.Kind.USE, "adapter.lora.alpha: expected a number");
      return 0;
    }
  }

  private void expect(String key, String value) {
    try {
      String found = file.findText(key).orElse("absent");
      if (!found.equals(value)) {
        problem(
            Reason.Kind.USE, "%s: expected %s, found %s".formatted(key, value, Names.shown(found)));
      }
    } catch (MalformedException e) {
      problem(Reason.Kind.USE, key + ": expected a text");
    }
  }

  /// {@return the matrices that have something added, by name}
  private Set<String> matrices() {
    Set<String> matrices = new TreeSet<>();
    Set<String> others = new TreeSet<>();
    for (String name : file.tensors().keySet()) {
      if (name.endsWith(DOWN) || name.endsWith(UP)) {
        matrices.add(name.substring(0, name.length() - DOWN.length()));
      } else {
        others.add(name);
      }
    }
    if (!others.isEmpty()) {
      problem(
          Reason.Kind.GRAPH,
          "tensors that are no part of an adapter (NAME%s, NAME%s): %s"
              .formatted(DOWN, UP, Names.list(others)));
    }
    if (matrices.isEmpty()) {
      problem(Reason.Kind.GRAPH, "no tensor NAME%s".formatted(DOWN));
    }
    return matrices;
  }

  private boolean areGood(String matrix, Tensor down, Tensor up) {
    int before = problems.size();
    Shape shape = model.weights().find(matrix).map(Tensor::shape).orElse(Shape.SCALAR);
    // The rows of an embedding are looked up, not multiplied.
    if (shape.rank() != 2 || matrix.equals(Weights.EMBEDDING)) {
      problem(
          Reason.Kind.GRAPH,
          "%s: the model multiplies by no matrix of this name".formatted(Names.shown(matrix)));
      return false;
    }
    if (down.shape().rank() != 2
        || up.shape().rank() != 2
        || down.shape().dim(1) != shape.dim(1)
        || up.shape().dim(0) != shape.dim(0)
        || up.shape().dim(1) != down.shape().dim(0)
        || down.shape().dim(0) < 1) {
      problem(
          Reason.Kind.SHAPE,
          "%s: expected %s of RANKx%d and %s of %dxRANK, found %s and %s"
              .formatted(matrix, DOWN, shape.dim(1), UP, shape.dim(0), down.shape(), up.shape()));
    }
    if (!ModelOpening.isUsable(down.type(), false) || !ModelOpening.isUsable(up.type(), true)) {
      problem(
          Reason.Kind.TYPE,
          "%s: %s is %s, and %s %s; expected is for the second one of f32, f16 and bf16"
              .formatted(matrix, DOWN, down.type().label(), UP, up.type().label()));
    }
    return problems.size() == before;
  }

  /// {@return alpha / rank and the scale; without an alpha, the scale}
  private float factor(double alpha, int rank) {
    return alpha == 0 ? scale : scale * (float) alpha / rank;
  }

  private boolean isFinite(String matrix, double alpha, int rank) {
    float factor = factor(alpha, rank);
    // A scale or an alpha that is none was told already.
    if (!Float.isFinite(factor) && Float.isFinite(scale) && Double.isFinite(alpha)) {
      problem(Reason.Kind.USE, "%s: it counts %s times".formatted(matrix, factor));
    }
    return Float.isFinite(factor);
  }

  /// {@return B times a factor, each product rounded}
  private static Tensor scaled(Tensor up, float factor) {
    Tensor wide = ModelOpening.widened(up);
    float[] floats = new float[wide.shape().count()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = wide.f32(i) * factor;
    }
    return Tensor.ofFloats(wide.shape(), floats);
  }

  private void problem(Reason.Kind kind, String text) {
    problems.add(new Reason(kind, 1, "", "", text));
  }
}
