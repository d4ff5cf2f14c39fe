package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.layout.TextCache;
import opml.kernels.memory.Mem;

/// `keep`.
final class KeepTwin extends TokenTwin {
  private final int type;
  private final int width;
  private final int rowBytes;

  private KeepTwin(long[] s, List<Optional<Constant>> constants) {
    super("keep", s, (int) s[2], constants);
    this.type = (int) s[3];
    this.width = (int) s[4];
    this.rowBytes = new TextCache(MemorySegment.NULL, type, width).rowBytes();
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    boolean whole =
        switch ((int) s[3]) {
          case TextCache.F32 -> true;
          case TextCache.F16 -> HalfVectors.fitVectors() && s[4] % COUNT == 0;
          case TextCache.Q8_0 -> EightBits.fitVectors() && s[4] % TextCache.BLOCK == 0;
          default -> false;
        };
    return whole && isOrdinary(s, floats(s[2], s[4]))
        ? Optional.of(new KeepTwin(s, constants))
        : Optional.empty();
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment cache = operand(segments, 2);
    int position = position(segments);
    require(x, 4L * count * width);
    require(cache, position < 0 ? -1 : (long) rowBytes * (position + (long) count));
    int end = begin(to, count);
    for (int i = begin(from, count); i < end; i++) {
      long xAt = 4L * i * width;
      long at = (long) rowBytes * (position + (long) i);
      switch (type) {
        case TextCache.F32 -> copy(x, xAt, cache, at);
        case TextCache.F16 -> HalfVectors.of(x, xAt, cache, at, width / COUNT);
        default -> blocks(x, xAt, cache, at);
      }
    }
  }

  /// Not a copy of bits: a NaN becomes the canonical one.
  private void copy(MemorySegment x, long xAt, MemorySegment cache, long at) {
    int vectors = width / COUNT;
    ElementLoops.mulOne(x, xAt, 1f, cache, at, vectors);
    for (int i = vectors * COUNT; i < width; i++) {
      Mem.putF32(cache, at + 4L * i, Mem.f32(x, xAt + 4L * i));
    }
  }

  private void blocks(MemorySegment x, long xAt, MemorySegment cache, long at) {
    for (int b = 0; b < width / TextCache.BLOCK; b++) {
      float most = EightBits.most(x, xAt);
      boolean none = most < EightBits.LEAST;
      float d = none ? 0f : most / 127f;
      Mem.putI16(cache, at, Float.isNaN(d) ? HalfVectors.NAN : Float.floatToFloat16(d));
      EightBits.round(x, xAt, none ? 0f : 127f / most, cache, at + 2);
      xAt += 4 * TextCache.BLOCK;
      at += TextCache.BLOCK_BYTES;
    }
  }
}
