package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Tensors of int64.
final class LongTensors {
  private LongTensors() {}

  static MemorySegment tensor(long... values) {
    MemorySegment segment = Tensors.memory(8L * values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_LONG, 0, values.length);
    return segment;
  }

  static long[] values(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_LONG);
  }

  /// {@return numbers from `least` to below `end`}
  static long[] random(SplittableRandom random, int count, long least, long end) {
    return random.longs(count, least, end).toArray();
  }
}
