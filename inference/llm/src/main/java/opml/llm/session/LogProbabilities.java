package opml.llm.session;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.operators.Functions;

/// How probable a model holds each token to be, by its logits as they are: before biases, penalties and temperature.
///
/// The natural logarithm of the softmax, `(x - m) - ln(SUM(exp(x - m)))` with m the greatest logit. Terms are floats of
/// the kernels' exponential, and are added in doubles, by rising tokens; the logarithm is `StrictMath`'s, rounded to a
/// float. So the bits are the same everywhere.
public final class LogProbabilities {
  /// What OpenAI's API says of a token that cannot be, since JSON has no infinity.
  private static final float NEVER = -9999;

  private final MemorySegment logits;
  private final int vocabulary;
  private final float greatest;
  private final float sum;

  private LogProbabilities(MemorySegment logits) {
    this.logits = logits;
    this.vocabulary = (int) (logits.byteSize() / Float.BYTES);
    float most = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < vocabulary; i++) {
      most = logit(i) > most ? logit(i) : most;
    }
    this.greatest = most;
    double all = 0;
    for (int i = 0; i < vocabulary; i++) {
      all += Functions.exp(logit(i) - most);
    }
    this.sum = (float) StrictMath.log(all);
  }

  /// {@return what logits say}
  ///
  /// @param logits a float for each token of the vocabulary, which stay as they are as long as this is used
  public static LogProbabilities of(MemorySegment logits) {
    return new LogProbabilities(logits);
  }

  private float logit(int token) {
    return Mem.f32(logits, (long) Float.BYTES * token);
  }

  /// {@return the logarithm of a token's probability, from -9999 to 0}
  public float of(int token) {
    float log = logit(token) - greatest - sum;
    return log > NEVER ? Math.min(log, 0f) : NEVER;
  }

  /// {@return the most probable tokens, by falling probability; the lesser token first where they are equal}
  ///
  /// @param count how many, if there are so many
  public int[] greatest(int count) {
    int[] best = new int[Math.min(count, vocabulary)];
    int found = 0;
    for (int token = 0; token < vocabulary; token++) {
      int at = found;
      while (at > 0 && logit(token) > logit(best[at - 1])) {
        at--;
      }
      if (at < best.length) {
        found = Math.min(found + 1, best.length);
        System.arraycopy(best, at, best, at + 1, found - at - 1);
        best[at] = token;
      }
    }
    return best;
  }
}
