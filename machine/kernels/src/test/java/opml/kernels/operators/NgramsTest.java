package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class NgramsTest {
  /// 2, 3, 5, 4 as single numbers, and 5 6, 7 8, 6 7 as pairs, with their places in the result.
  private static final long[] POOL = {2, 3, 5, 4, 5, 6, 7, 8, 6, 7};

  private static final long[] GRAMS = {
    0, 1, 0, /* */ 1, 1, 1, /* */ 2, 1, 2, /* */ 3, 1, 3, /* */ 4, 2, 4, /* */ 6, 2, 5, /* */ 8, 2,
    6
  };

  private static final long[] X = {1, 1, 3, 3, 3, 7, /* */ 8, 6, 7, 5, 6, 8};

  private static void assertCounts(
      long[] grams, int skips, int kind, float[] weights, float... expected) {
    MemorySegment y = memory(4L * expected.length);
    run(
        "ngrams",
        segments(
            LongTensors.tensor(X),
            LongTensors.tensor(POOL),
            LongTensors.tensor(grams),
            tensor(weights),
            y),
        2,
        6,
        POOL.length,
        grams.length / 3,
        2,
        skips,
        7,
        kind);
    assertBits(y, expected, "skips " + skips + ", kind " + kind);
  }

  @Test
  void sequencesAreCountedWithAllSkips() {
    float[] none = new float[7];
    // the examples of ONNX's TfIdfVectorizer
    assertCounts(GRAMS, 0, Ngrams.COUNT, none, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1);
    assertCounts(GRAMS, 5, Ngrams.COUNT, none, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1);
  }

  @Test
  void weightsCountOnceOrEachTime() {
    float[] weights = {1, 0.5f, 0.25f, 2, 4, 8, 16};
    assertCounts(
        GRAMS, 5, Ngrams.WEIGHT, weights, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0.25f, 0, 4, 8, 16);
    assertCounts(
        GRAMS, 5, Ngrams.WEIGHTED_COUNT, weights, 0, 1.5f, 0, 0, 0, 0, 0, 0, 0, 0.25f, 0, 4, 8, 16);
  }

  @Test
  void whatDoesNotLieInThePoolIsNowhere() {
    long[] grams = {
      -1,
      1,
      0, /* */
      10,
      1,
      0, /* */
      9,
      2,
      0, /* */
      0,
      0,
      0, /* */
      0,
      3,
      0, //
      Long.MAX_VALUE,
      2,
      0, /* */
      1,
      1,
      7, /* */
      1,
      1,
      -1, /* */
      1,
      1,
      6
    };
    float[] weights = new float[grams.length / 3];
    assertCounts(grams, 0, Ngrams.COUNT, weights, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0);
  }
}
