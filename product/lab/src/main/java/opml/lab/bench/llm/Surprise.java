package opml.lab.bench.llm;

import java.util.Arrays;

/// How well a text is foretold.
final class Surprise {
  private Surprise() {}

  /// {@return minus the natural logarithm of a token's probability}
  ///
  /// @param logits one for each token of the vocabulary
  static double of(double[] logits, int token) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    for (double logit : logits) {
      sum += StrictMath.exp(logit - most);
    }
    return StrictMath.log(sum) + most - logits[token];
  }

  /// {@return the perplexity of a text: e to the mean of its tokens' surprises}
  static double perplexity(double... surprises) {
    return StrictMath.exp(Arrays.stream(surprises).average().orElseThrow());
  }
}
