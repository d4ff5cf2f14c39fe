package opml.llm.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.TokenRows;
import opml.llm.model.LanguageModel;
import opml.llm.model.Weights;

/// Makes of a text a vector of length 1 that stands for what it is about: the mean, over all of its tokens, of what the
/// last layer makes of them, behind the last normalisation. That is llama.cpp's `--pooling mean`, which works with any
/// model, and better with those that were trained for it.
///
/// Rows are normalised as the model's own are (`spec/numerics.md`, Language models). They are added in doubles, token
/// after token; the squares of the sums are added in doubles, from the first element on; each element is divided by the
/// root of that, and rounded to a float. So the bits are the same everywhere.
///
/// For one thread at a time.
public final class Embedder implements AutoCloseable {
  private final Session session;
  private final MemorySegment weight;
  private final float epsilon;
  private final int width;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment rows;

  Embedder(LanguageModel model, Session session) {
    this.session = session;
    this.weight = model.weights().get(Weights.LAST_NORM).data();
    this.epsilon = model.hyperparameters().normEpsilon();
    this.width = model.hyperparameters().width();
    this.rows = arena.allocate((long) Float.BYTES * width * session.rows(), Passes.ALIGNMENT);
  }

  /// {@return how many elements a vector has}
  public int width() {
    return width;
  }

  /// {@return the vector of a text}
  ///
  /// @param step called before some tokens are taken; what it throws ends the work
  /// @param tokens at least one, and no more than the session's context
  /// @throws IllegalArgumentException if they are none, too many, or not in the vocabulary
  public float[] embed(Runnable step, int... tokens) {
    session.cut(0);
    session.require(tokens);
    double[] sums = new double[width];
    for (int from = 0; from < tokens.length; from += session.rows()) {
      step.run();
      int count = Math.min(session.rows(), tokens.length - from);
      session.pass(tokens, from, count, 0, 0);
      TokenRows.normRms(
          new Tile(session.control(), Tile.TOKENS, 0, session.rows()),
          session.hidden(),
          weight,
          rows,
          0,
          1,
          width,
          epsilon);
      for (int row = 0; row < count; row++) {
        for (int i = 0; i < width; i++) {
          sums[i] += Mem.f32(rows, (long) Float.BYTES * (row * width + i));
        }
      }
    }
    return unit(sums);
  }

  private static float[] unit(double... sums) {
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    double length = Math.sqrt(squares);
    float[] unit = new float[sums.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = length == 0 ? 0 : (float) (sums[i] / length);
    }
    return unit;
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
