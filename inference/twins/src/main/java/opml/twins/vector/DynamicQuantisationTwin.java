package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.twins.call.DynamicQuantiseCall;
import opml.twins.call.TwinCall;

/// `dynamic.quantize`: the range of all floats first, then their bytes, with the loops of [QuantisationTwin].
final class DynamicQuantisationTwin implements PreparedKernel {
  // the scratch memory
  private static final long X = 0;
  private static final long Y = 4L * ProductBlocks.SIZE;

  private final int n;
  private final long[] extents;

  private DynamicQuantisationTwin(DynamicQuantiseCall call) {
    this.n = call.n();
    this.extents = call.extents();
  }

  static Optional<PreparedKernel> prepare(DynamicQuantiseCall call) {
    return COUNT >= QuantisationTwin.LEAST_LANES && call.isOrdinary()
        ? Optional.of(new DynamicQuantisationTwin(call))
        : Optional.empty();
  }

  @Override
  public long scratchBytes() {
    return 2 * Y;
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
    float least = 0f;
    float greatest = 0f;
    int inPlace = x.getClass() == NATIVE ? n / COUNT : 0;
    if (inPlace > 0) {
      least = Math.min(least, AxisTwin.min(x, 0, inPlace, scratch));
      greatest = Math.max(greatest, AxisTwin.max(x, 0, inPlace, scratch));
    }
    for (int i = inPlace * COUNT; i < n; i++) {
      float value = Mem.f32(x, 4L * i);
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    float range = (greatest - least) / 255f;
    float divisor = range == 0f ? 1f : range;
    int zero = Math.clamp((int) F32.rne(0f - least / divisor), 0, 255);
    int whole = y.getClass() == NATIVE ? inPlace : 0;
    if (whole > 0) {
      QuantisationTwin.quantise(x, 0, divisor, zero, 0, y, 0, whole);
    }
    for (int at = whole * COUNT; at < n; at += ProductBlocks.SIZE) {
      int count = Math.min(ProductBlocks.SIZE, n - at);
      MemorySegment.copy(x, 4L * at, scratch, X, 4L * count);
      int vectors = Lanes.vectors(count);
      QuantisationTwin.quantise(scratch, X, divisor, zero, 0, scratch, Y, vectors);
      MemorySegment.copy(scratch, Y, y, at, count);
    }
    Mem.putF32(segments[2], 0, divisor);
    Mem.putI8(segments[3], 0, zero);
    return 0;
  }
}
