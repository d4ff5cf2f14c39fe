package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.BroadcastCall;
import opml.twins.call.BroadcastCall.Dimensions;
import opml.twins.call.TwinCall;

/// `add.f32`, `mul.f32` and others of two operands: the innermost of the collapsed dimensions as vectors.
///
/// Where elements are beside each other they are read where they are; else, and where a row ends in a part of a
/// vector, they are gathered first.
final class BroadcastTwin implements PreparedKernel {
  /// What is done with two elements.
  enum Operation {
    ADD,
    MUL,
    SUB,
    DIV,
    MIN,
    MAX
  }

  // the scratch memory
  private static final long A = 0;
  private static final long B = 4L * ProductBlocks.SIZE;
  private static final long Y = 2 * B;

  private final Operation operation;
  private final long[] extents;
  private final Dimensions dimensions;
  private final int a; // which operand is not repeated, or is the first
  private final Dimensions aStrides;
  private final Dimensions bStrides;
  private final ProductBlocks blocks;

  private BroadcastTwin(Operation operation, BroadcastCall call) {
    BroadcastCall collapsed = call.collapsed();
    boolean swapped = collapsed.a().d3() == 0;
    this.operation = operation;
    this.extents = call.extents();
    this.dimensions = collapsed.dimensions();
    this.a = swapped ? 1 : 0;
    this.aStrides = swapped ? collapsed.b() : collapsed.a();
    this.bStrides = swapped ? collapsed.a() : collapsed.b();
    this.blocks =
        new ProductBlocks(dimensions.d0() * dimensions.d1() * dimensions.d2(), dimensions.d3());
  }

  static Optional<PreparedKernel> prepare(Operation operation, BroadcastCall call) {
    return call.isOrdinary() ? Optional.of(new BroadcastTwin(operation, call)) : Optional.empty();
  }

  @Override
  public int units() {
    return blocks.units();
  }

  @Override
  public long scratchBytes() {
    return Y + B;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    for (int unit = from; unit < to; unit++) {
      int row = blocks.row(unit);
      int first = blocks.first(unit);
      long aAt = 4L * ((long) first * aStrides.d3() + start(aStrides, row));
      long bAt = 4L * ((long) first * bStrides.d3() + start(bStrides, row));
      long yAt = 4L * ((long) row * blocks.length() + first);
      block(segments, aAt, bAt, yAt, blocks.count(unit), scratch);
    }
    return 0;
  }

  private void block(
      MemorySegment[] segments, long aAt, long bAt, long yAt, int count, MemorySegment scratch) {
    MemorySegment x = segments[a];
    MemorySegment z = segments[1 - a];
    MemorySegment y = segments[2];
    boolean repeated = bStrides.d3() == 0;
    boolean inPlace =
        aStrides.d3() == 1
            && (repeated || bStrides.d3() == 1)
            && x.getClass() == NATIVE
            && (repeated || z.getClass() == NATIVE)
            && y.getClass() == NATIVE;
    float one = repeated ? Mem.f32(z, bAt) : 0f;
    int whole = inPlace ? count / COUNT : 0;
    if (whole > 0) {
      vectors(x, aAt, z, bAt, one, y, yAt, whole);
    }
    int done = whole * COUNT;
    int rest = count - done;
    if (rest > 0) {
      Rows.gather(x, aAt + 4L * done * aStrides.d3(), 4L * aStrides.d3(), scratch, A, rest);
      if (!repeated) {
        Rows.gather(z, bAt + 4L * done * bStrides.d3(), 4L * bStrides.d3(), scratch, B, rest);
      }
      vectors(scratch, A, scratch, B, one, scratch, Y, Lanes.vectors(rest));
      Rows.copy(scratch, Y, y, yAt + 4L * done, rest);
    }
  }

  private void vectors(
      MemorySegment x,
      long xAt,
      MemorySegment z,
      long zAt,
      float one,
      MemorySegment y,
      long yAt,
      int n) {
    if (bStrides.d3() == 0) {
      switch (operation) {
        case ADD -> ElementLoops.addOne(x, xAt, one, y, yAt, n);
        case MUL -> ElementLoops.mulOne(x, xAt, one, y, yAt, n);
        case MIN -> ElementLoops.minOne(x, xAt, one, y, yAt, n);
        case MAX -> ElementLoops.maxOne(x, xAt, one, y, yAt, n);
        case SUB -> {
          if (a == 0) {
            ElementLoops.subOne(x, xAt, one, y, yAt, n);
          } else {
            ElementLoops.oneSub(x, xAt, one, y, yAt, n);
          }
        }
        case DIV -> {
          if (a == 0) {
            ElementLoops.divOne(x, xAt, one, y, yAt, n);
          } else {
            ElementLoops.oneDiv(x, xAt, one, y, yAt, n);
          }
        }
      }
    } else {
      switch (operation) {
        case ADD -> ElementLoops.add(x, xAt, z, zAt, y, yAt, n);
        case MUL -> ElementLoops.mul(x, xAt, z, zAt, y, yAt, n);
        case SUB -> ElementLoops.sub(x, xAt, z, zAt, y, yAt, n);
        case DIV -> ElementLoops.div(x, xAt, z, zAt, y, yAt, n);
        case MIN -> ElementLoops.min(x, xAt, z, zAt, y, yAt, n);
        case MAX -> ElementLoops.max(x, xAt, z, zAt, y, yAt, n);
      }
    }
  }

  /// {@return the first element of a row}
  private long start(Dimensions strides, int row) {
    int k = row % dimensions.d2();
    int j = row / dimensions.d2() % dimensions.d1();
    int i = row / dimensions.d2() / dimensions.d1();
    return (long) i * strides.d0() + (long) j * strides.d1() + (long) k * strides.d2();
  }
}
