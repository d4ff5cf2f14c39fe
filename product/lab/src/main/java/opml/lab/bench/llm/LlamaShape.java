package opml.lab.bench.llm;

/// The numbers of a model with the architecture of LLaMA.
///
/// @param name of the model
/// @param width elements that stand for a token between layers
/// @param kvHeads heads of keys and values
/// @param context positions that the model is told to be made for
public record LlamaShape(
    String name,
    int width,
    int feedForward,
    int layers,
    int heads,
    int kvHeads,
    int vocabulary,
    int context) {
  public LlamaShape {
    if (heads < 1 || kvHeads < 1 || width % heads != 0 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "%s: no width of %d in %d heads over %d".formatted(name, width, heads, kvHeads));
    }
    if (feedForward < 1 || layers < 1 || context < 1 || vocabulary <= LlamaKeys.FIRST_PIECE) {
      throw new IllegalArgumentException(
          "%s: no model with %d layers of %d, %d tokens and a context of %d"
              .formatted(name, layers, feedForward, vocabulary, context));
    }
  }

  /// {@return the shape of TinyLlama}
  public static LlamaShape tinyLlama(String name) {
    return new LlamaShape(name, 2048, 5632, 22, 32, 4, 32_000, 2048);
  }

  /// {@return the shape of LLaMA 2 with 7 billion weights}
  static LlamaShape sevenBillion(String name) {
    return new LlamaShape(name, 4096, 11_008, 32, 32, 32, 32_000, 4096);
  }

  /// {@return elements of a token's keys in a layer}
  int keys() {
    return width / heads * kvHeads;
  }
}
