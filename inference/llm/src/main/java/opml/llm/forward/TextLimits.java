package opml.llm.forward;

import opml.engine.commit.ModelDescriptor;
import opml.kernels.transformer.Tape;

/// How long texts may be, which is part of a model's identity, and how keys and values are kept.
///
/// @param context tokens of prompt and answer together, at most
/// @param capacity tokens of an answer, at most
public record TextLimits(int context, int capacity, CacheType cacheType) {
  /// The longest answer whose tape can be claimed.
  public static final int MOST_CAPACITY =
      (int) (ModelDescriptor.MAX_OUTPUT_BYTES - Tape.ANSWER) / Integer.BYTES;

  /// More positions than any model is told to have.
  public static final int MOST_CONTEXT = 1 << 24;

  public TextLimits {
    if (context < 1 || context > MOST_CONTEXT) {
      throw new IllegalArgumentException(
          "context: expected 1 to %,d tokens, found %,d".formatted(MOST_CONTEXT, context));
    }
    if (capacity < 1 || capacity > Math.min(MOST_CAPACITY, context)) {
      throw new IllegalArgumentException(
          "answers: expected 1 to %,d tokens, found %,d"
              .formatted(Math.min(MOST_CAPACITY, context), capacity));
    }
  }
}
