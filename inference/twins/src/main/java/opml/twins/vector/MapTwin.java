package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.twins.call.MapCall;
import opml.twins.call.TwinCall;

/// Functions of each element: block by block, through what they are made of.
final class MapTwin implements PreparedKernel {
  /// The functions.
  enum Function {
    RELU,
    ABS,
    NEG,
    SQRT,
    RECIPROCAL,
    EXP,
    ERF,
    TANH,
    SIGMOID,
    GELU,
    GELU_TANH
  }

  // the scratch memory: a block, or its last part, and what becomes of it on the way
  private static final long REST = 0;
  private static final long INNER = 4L * ProductBlocks.SIZE;
  private static final long POWER = 2 * INNER;

  private final Function function;
  private final long[] extents;
  private final ProductBlocks blocks;

  private MapTwin(Function function, MapCall call) {
    this.function = function;
    this.extents = call.extents();
    this.blocks = new ProductBlocks(1, call.n());
  }

  static Optional<PreparedKernel> prepare(Function function, MapCall call) {
    return call.isOrdinary() ? Optional.of(new MapTwin(function, call)) : Optional.empty();
  }

  @Override
  public int units() {
    return blocks.units();
  }

  @Override
  public long scratchBytes() {
    return POWER + INNER;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    MemorySegment x = segments[0];
    MemorySegment y = segments[1];
    boolean inPlace = x.getClass() == NATIVE && y.getClass() == NATIVE;
    for (int unit = from; unit < to; unit++) {
      long at = 4L * blocks.first(unit);
      int count = blocks.count(unit);
      int whole = inPlace ? count / COUNT : 0;
      if (whole > 0) {
        apply(x, at, y, at, whole, scratch);
      }
      int done = whole * COUNT;
      if (done < count) {
        Rows.copy(x, at + 4L * done, scratch, REST, count - done);
        apply(scratch, REST, scratch, REST, Lanes.vectors(count - done), scratch);
        Rows.copy(scratch, REST, y, at + 4L * done, count - done);
      }
    }
    return 0;
  }

  private void apply(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int n, MemorySegment scratch) {
    switch (function) {
      case RELU -> ElementLoops.relu(x, xAt, y, yAt, n);
      case ABS -> FunctionLoops.abs(x, xAt, y, yAt, n);
      case NEG -> FunctionLoops.neg(x, xAt, y, yAt, n);
      case SQRT -> FunctionLoops.sqrt(x, xAt, y, yAt, n);
      case RECIPROCAL -> FunctionLoops.reciprocal(x, xAt, y, yAt, n);
      case EXP -> {
        Exponential.exp(x, xAt, 1f, 0f, scratch, POWER, n);
        FunctionLoops.canonical(scratch, POWER, y, yAt, n);
      }
      case ERF -> erf(x, xAt, y, yAt, n, scratch);
      case TANH -> tanh(x, xAt, y, yAt, n, scratch);
      case SIGMOID -> {
        FunctionLoops.minusSize(x, xAt, scratch, POWER, n);
        Exponential.exp(scratch, POWER, 1f, 0f, scratch, POWER, n);
        FunctionLoops.sigmoid(x, xAt, scratch, POWER, y, yAt, n);
      }
      case GELU -> {
        FunctionLoops.times(x, xAt, FunctionLoops.SQRT_HALF, scratch, INNER, n);
        erf(scratch, INNER, scratch, INNER, n, scratch);
        FunctionLoops.halfTimesOneMore(x, xAt, scratch, INNER, y, yAt, n);
      }
      case GELU_TANH -> {
        FunctionLoops.cubic(x, xAt, scratch, INNER, n);
        tanh(scratch, INNER, scratch, INNER, n, scratch);
        FunctionLoops.halfTimesOneMore(x, xAt, scratch, INNER, y, yAt, n);
      }
    }
  }

  private static void erf(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int n, MemorySegment scratch) {
    FunctionLoops.erfPower(x, xAt, scratch, POWER, n);
    Exponential.exp(scratch, POWER, 1f, 0f, scratch, POWER, n);
    FunctionLoops.erf(x, xAt, scratch, POWER, y, yAt, n);
  }

  private static void tanh(
      MemorySegment x, long xAt, MemorySegment y, long yAt, int n, MemorySegment scratch) {
    FunctionLoops.twiceSize(x, xAt, scratch, POWER, n);
    Exponential.exp(scratch, POWER, 1f, 0f, scratch, POWER, n);
    FunctionLoops.tanh(x, xAt, scratch, POWER, y, yAt, n);
  }
}
