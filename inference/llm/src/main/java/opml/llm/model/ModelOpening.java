package opml.llm.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;
import opml.llm.tokenizer.Tokenizer;

/// A model that is being opened, of whatever format: takes what is wrong, and tells it all at once.
///
/// A key that is wrong does not stop the others from being looked at; weights are compared with numbers only where
/// those are good.
final class ModelOpening {
  private final String source;
  private final List<Reason> problems = new ArrayList<>();

  /// @param source what errors call it
  ModelOpening(String source) {
    this.source = source;
  }

  void problem(Reason.Kind kind, String text) {
    problems.add(new Reason(kind, 1, "", "", text));
  }

  /// {@return what a part of the file says; without a value if that is wrong, which is noted}
  <T> Optional<T> attempt(Supplier<T> part) {
    try {
      return Optional.of(part.get());
    } catch (ImportException e) {
      problems.addAll(e.reasons());
    } catch (MalformedException | IllegalArgumentException e) {
      problem(Reason.Kind.USE, withoutSource(String.valueOf(e.getMessage())));
    }
    return Optional.empty();
  }

  /// {@return a number that a file has as a long one, if it is whole and in reach}
  int whole(String key, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      problem(
          Reason.Kind.USE,
          "%s: expected 0 to %,d, found %,d".formatted(key, Integer.MAX_VALUE, value));
      return 1;
    }
    return (int) value;
  }

  private ImportException refusal() {
    return new ImportException(source, problems);
  }

  /// {@return the model}
  ///
  /// @param numbers absent if they are wrong, which is noted then
  /// @param tensors by the names of GGUF
  /// @throws ImportException if anything is wrong
  LanguageModel model(
      String name,
      Optional<Hyperparameters> numbers,
      Map<String, Tensor> tensors,
      Optional<Tokenizer> tokenizer,
      Optional<String> chatTemplate) {
    if (numbers.isEmpty()) {
      throw refusal();
    }
    List<Part> parts = parts(numbers.get());
    check(parts, tensors, numbers.get().architecture());
    tokenizer.ifPresent(
        known -> {
          if (known.size() != numbers.get().vocabulary()) {
            problem(
                Reason.Kind.TOKENIZER,
                "the tokenizer has %,d tokens, but the model %,d"
                    .formatted(known.size(), numbers.get().vocabulary()));
          }
        });
    if (!problems.isEmpty()) {
      throw refusal();
    }
    return new LanguageModel(name, numbers.get(), weights(parts, tensors), tokenizer, chatTemplate);
  }

  /// A tensor that a model has.
  ///
  /// @param dims of its shape, if there is one: numbers that a file says may make more elements than any tensor has
  /// @param isVector whether it is used in floats, as norms and biases are
  private record Part(String name, List<Integer> dims, boolean isVector, boolean isNeeded) {
    String shape() {
      return dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
  }

  private void check(List<Part> parts, Map<String, Tensor> tensors, Architecture family) {
    Set<String> unknown = new LinkedHashSet<>(tensors.keySet());
    List<String> missing = new ArrayList<>();
    List<String> shapes = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (Part part : parts) {
      unknown.remove(part.name());
      Tensor tensor = tensors.get(part.name());
      if (tensor == null) {
        if (part.isNeeded()) {
          missing.add(part.name());
        }
        continue;
      }
      if (!tensor.shape().dims().equals(part.dims())) {
        shapes.add(
            "%s: expected %s, found %s".formatted(part.name(), part.shape(), tensor.shape()));
      }
      if (!isUsable(tensor.type(), part.isVector())) {
        types.add("%s is %s".formatted(part.name(), tensor.type().label()));
      }
    }
    reason(Reason.Kind.GRAPH, missing, "tensors that are missing");
    reason(Reason.Kind.SHAPE, shapes, "tensors of other shapes than the model's numbers have");
    reason(
        Reason.Kind.TYPE,
        types,
        "tensors of types that we do not compute with (norms and biases may be %s, matrices %s)"
            .formatted(usable(true), usable(false)));
    reason(
        Reason.Kind.GRAPH,
        unknown,
        "tensors that we have no use for in the family " + family.label());
  }

  /// Notes the tensors that something is wrong with, the first ones by name.
  private void reason(Reason.Kind kind, Collection<String> tensors, String text) {
    if (!tensors.isEmpty()) {
      problem(kind, "%s: %s".formatted(text, Names.list(tensors)));
    }
  }

  private static Weights weights(List<Part> parts, Map<String, Tensor> tensors) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Part part : parts) {
      Tensor tensor = tensors.get(part.name());
      if (tensor != null) {
        weights.put(part.name(), part.isVector() ? widened(tensor) : tensor);
      }
    }
    return new Weights(weights);
  }

  private static List<Part> parts(Hyperparameters n) {
    List<Part> parts = new ArrayList<>();
    parts.add(matrix(Weights.EMBEDDING, n.vocabulary(), n.width()));
    for (int layer = 0; layer < n.layers(); layer++) {
      int at = layer;
      parts.add(vector(Weights.name(at, "attn_norm.weight"), n.width(), true));
      parts.add(matrix(Weights.name(at, "attn_q.weight"), n.queryWidth(), n.width()));
      parts.add(matrix(Weights.name(at, "attn_k.weight"), n.kvWidth(), n.width()));
      parts.add(matrix(Weights.name(at, "attn_v.weight"), n.kvWidth(), n.width()));
      boolean biases = n.architecture().hasBiases();
      parts.add(vector(Weights.name(at, "attn_q.bias"), n.queryWidth(), biases));
      parts.add(vector(Weights.name(at, "attn_k.bias"), n.kvWidth(), biases));
      parts.add(vector(Weights.name(at, "attn_v.bias"), n.kvWidth(), biases));
      if (n.architecture().hasHeadNorms()) {
        parts.add(vector(Weights.name(at, "attn_q_norm.weight"), n.headWidth(), true));
        parts.add(vector(Weights.name(at, "attn_k_norm.weight"), n.headWidth(), true));
      }
      parts.add(matrix(Weights.name(at, "attn_output.weight"), n.width(), n.queryWidth()));
      parts.add(vector(Weights.name(at, "ffn_norm.weight"), n.width(), true));
      parts.add(matrix(Weights.name(at, "ffn_gate.weight"), n.feedForward(), n.width()));
      parts.add(matrix(Weights.name(at, "ffn_up.weight"), n.feedForward(), n.width()));
      parts.add(matrix(Weights.name(at, "ffn_down.weight"), n.width(), n.feedForward()));
    }
    parts.add(vector(Weights.LAST_NORM, n.width(), true));
    parts.add(new Part(Weights.OUTPUT, List.of(n.vocabulary(), n.width()), false, false));
    return parts;
  }

  private static Part matrix(String name, int rows, int columns) {
    return new Part(name, List.of(rows, columns), false, true);
  }

  private static Part vector(String name, int size, boolean isNeeded) {
    return new Part(name, List.of(size), true, isNeeded);
  }

  private static String usable(boolean isVector) {
    return Arrays.stream(ElementType.values())
        .filter(type -> isUsable(type, isVector))
        .map(ElementType::label)
        .collect(Collectors.joining(", "));
  }

  /// {@return whether there are kernels for weights of a type}
  ///
  /// @param isVector whether it is used in floats, as norms and biases are
  static boolean isUsable(ElementType type, boolean isVector) {
    return switch (type) {
      case F32, F16, BF16 -> true;
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL -> !isVector;
      case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ2_XXS, IQ4_XS -> !isVector;
      // Blocks that no kernel multiplies yet.
      case IQ1_S, IQ1_M, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> false;
      case U8, I8, I32, I64, BOOL, F64, I16, U16, U32, U64, I4, U4 -> false;
    };
  }

  /// {@return the same numbers as f32}
  static Tensor widened(Tensor vector) {
    if (vector.type() == ElementType.F32) {
      return vector;
    }
    long[] bits = halves(vector);
    float[] floats = new float[bits.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          vector.type() == ElementType.F16
              ? Float.float16ToFloat((short) bits[i])
              : Float.intBitsToFloat((int) bits[i] << 16);
    }
    return Tensor.ofFloats(vector.shape(), floats);
  }

  private static long[] halves(Tensor vector) {
    return new Tensor(ElementType.U16, vector.shape(), vector.data()).integers();
  }

  private String withoutSource(String message) {
    return message.startsWith(source + ": ") ? message.substring(source.length() + 2) : message;
  }
}
