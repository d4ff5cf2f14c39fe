package opml.llm.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The families of models that we have: LLaMA, and those that differ from it in what is listed here.
public enum Architecture {
  /// Also Mistral's models, and all others that call themselves so.
  LLAMA(Rope.Style.NORMAL, false, false),
  /// With a bias in the products that make queries, keys and values.
  QWEN2(Rope.Style.NEOX, true, false),
  /// With norms of each head's query and key.
  QWEN3(Rope.Style.NEOX, false, true);

  private final Rope.Style ropeStyle;
  private final boolean hasBiases;
  private final boolean hasHeadNorms;

  Architecture(Rope.Style ropeStyle, boolean hasBiases, boolean hasHeadNorms) {
    this.ropeStyle = ropeStyle;
    this.hasBiases = hasBiases;
    this.hasHeadNorms = hasHeadNorms;
  }

  /// {@return the one that GGUF files call so}
  public static Optional<Architecture> named(String name) {
    return Arrays.stream(values()).filter(each -> each.label().equals(name)).findFirst();
  }

  /// {@return what GGUF files call it: `llama`, `qwen2`, …}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// {@return all names, as errors list them}
  static String allNames() {
    return Arrays.stream(values()).map(Architecture::label).collect(Collectors.joining(", "));
  }

  /// {@return how its GGUF files have the weights that are rotated}
  Rope.Style ropeStyle() {
    return ropeStyle;
  }

  /// {@return whether queries, keys and values must have a bias; elsewhere they may}
  boolean hasBiases() {
    return hasBiases;
  }

  /// {@return whether queries and keys are normed}
  public boolean hasHeadNorms() {
    return hasHeadNorms;
  }
}
