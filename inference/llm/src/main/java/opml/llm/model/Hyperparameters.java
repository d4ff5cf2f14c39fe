package opml.llm.model;

/// The numbers of a model. Whether the embedding is the classifier, too, follows from the weights ([Weights#isTied]).
///
/// @param width elements that stand for a token between layers
/// @param heads of queries; a key and value head serves `heads / kvHeads` of them
/// @param context positions that the model was trained for
/// @param vocabulary tokens
/// @param normEpsilon what the mean of squares is added to in norms
/// @param slidingWindow how many positions a token looks back, itself included; 0 for all
public record Hyperparameters(
    Architecture architecture,
    int width,
    int layers,
    int heads,
    int kvHeads,
    int headWidth,
    int feedForward,
    int context,
    int vocabulary,
    float normEpsilon,
    Rope rope,
    int slidingWindow) {
  /// More than any model has, so that no product of two is above 2^48.
  private static final int MOST = 1 << 24;

  private static final int MOST_LAYERS = 4_096;

  /// @throws IllegalArgumentException if no model has such numbers
  public Hyperparameters {
    require("width", width, MOST);
    require("layers", layers, MOST_LAYERS);
    require("heads", heads, MOST);
    require("heads of keys and values", kvHeads, MOST);
    require("width of a head", headWidth, MOST);
    require("width of the feed-forward part", feedForward, MOST);
    require("context", context, Integer.MAX_VALUE);
    require("vocabulary", vocabulary, MOST);
    if (heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "%d heads are no multiple of %d heads of keys and values".formatted(heads, kvHeads));
    }
    if ((long) heads * headWidth > MOST) {
      throw new IllegalArgumentException(
          "%d heads of width %d: expected at most %,d together".formatted(heads, headWidth, MOST));
    }
    if (rope.dimensions() > headWidth) {
      throw new IllegalArgumentException(
          "%d dimensions are turned in heads of width %d".formatted(rope.dimensions(), headWidth));
    }
    if (!(normEpsilon >= 0 && Float.isFinite(normEpsilon))) {
      throw new IllegalArgumentException("epsilon of norms: " + normEpsilon);
    }
    if (slidingWindow < 0) {
      throw new IllegalArgumentException("sliding window: " + slidingWindow);
    }
  }

  /// {@return the elements of all heads of queries}
  public int queryWidth() {
    return heads * headWidth;
  }

  /// {@return the elements of all heads of keys, and of values}
  public int kvWidth() {
    return kvHeads * headWidth;
  }

  private static void require(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "%s: expected 1 to %,d, found %,d".formatted(what, most, value));
    }
  }
}
