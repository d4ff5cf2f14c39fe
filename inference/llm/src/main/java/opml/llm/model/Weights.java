package opml.llm.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.Tensor;

/// A model's tensors by the names that GGUF files have for them. All that a model needs are there, of the right shapes:
/// [LanguageModels] makes no others. Matrices are (outputs, inputs); vectors are f32.
///
/// Their bytes stay in the file until they are asked for, but for vectors that were widened.
public final class Weights {
  public static final String EMBEDDING = "token_embd.weight";
  public static final String LAST_NORM = "output_norm.weight";
  public static final String OUTPUT = "output.weight";

  private final Map<String, Tensor> tensors;

  Weights(Map<String, Tensor> tensors) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /// {@return the name of a layer's tensor}
  ///
  /// @param part such as `attn_q.weight`
  public static String name(int layer, String part) {
    return "blk.%d.%s".formatted(layer, part);
  }

  /// {@return a tensor, if there is one}
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /// {@return a tensor that every such model has}
  ///
  /// @throws IllegalArgumentException if there is none
  public Tensor get(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException("no tensor " + name));
  }

  /// {@return a tensor of a layer that every such model has}
  public Tensor get(int layer, String part) {
    return get(name(layer, part));
  }

  /// {@return a tensor of a layer, if there is one}
  public Optional<Tensor> find(int layer, String part) {
    return find(name(layer, part));
  }

  /// {@return whether the embedding is the classifier, too}
  public boolean isTied() {
    return !tensors.containsKey(OUTPUT);
  }

  /// {@return the matrix that makes a score for each token}
  public Tensor classifier() {
    return find(OUTPUT).orElseGet(() -> get(EMBEDDING));
  }

  /// {@return all of them in the order of the file}
  public Map<String, Tensor> tensors() {
    return tensors;
  }
}
