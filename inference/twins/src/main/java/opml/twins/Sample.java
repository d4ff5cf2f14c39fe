package opml.twins;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;

/// Operands of a kernel, filled with what is hard on it.
///
/// @param inputs all but the last
/// @param output the last, filled with anything
record Sample(List<MemorySegment> inputs, MemorySegment output) {

  /// @param extents bytes of each segment argument
  /// @param allocator of memory, aligned to eight bytes
  /// @param wild whether floats may be NaN and infinite, which drowns sums
  static Sample of(
      Kernel kernel,
      long[] extents,
      LongFunction<MemorySegment> allocator,
      RandomGenerator random,
      boolean wild) {
    MemorySegment[] segments = new MemorySegment[extents.length];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = allocator.apply(extents[i]);
      fill(kernel, kernel.segments().get(i), segments[i], random, wild);
    }
    int last = segments.length - 1;
    return new Sample(List.of(Arrays.copyOf(segments, last)), segments[last]);
  }

  private static void fill(
      Kernel kernel, String name, MemorySegment segment, RandomGenerator random, boolean wild) {
    switch (name) {
      case "scales.multiplier" -> ints(segment, random, 1 << 30, Integer.MAX_VALUE);
      case "scales.shift" -> ints(segment, random, 1, 63);
      case "scales.bias" -> ints(segment, random, -100_000, 100_000);
      case "zeroPoint" -> bytes(segment, random);
      case "scale" -> floats(segment, random, wild);
      default -> {
        boolean quantised =
            kernel.name().startsWith("qlinear")
                || kernel.name().equals("matmul.q8") && !name.equals("d");
        boolean dequantised = kernel.name().equals("dequantize") && name.equals("x");
        if (quantised || dequantised || segment.byteSize() % 4 != 0) {
          bytes(segment, random);
        } else {
          floats(segment, random, wild);
        }
      }
    }
  }

  private static void ints(MemorySegment segment, RandomGenerator random, int from, int to) {
    for (long at = 0; at < segment.byteSize(); at += 4) {
      Mem.putI32(segment, at, random.nextInt(from, to));
    }
  }

  /// Extreme ones often.
  private static void bytes(MemorySegment segment, RandomGenerator random) {
    for (long at = 0; at < segment.byteSize(); at++) {
      int value =
          switch (random.nextInt(8)) {
            case 0 -> 127;
            case 1 -> -128;
            case 2 -> -1;
            default -> random.nextInt(256);
          };
      Mem.putI8(segment, at, value);
    }
  }

  private static void floats(MemorySegment segment, RandomGenerator random, boolean wild) {
    for (long at = 0; at < segment.byteSize(); at += 4) {
      Mem.putI32(segment, at, bits(random, wild));
    }
  }

  /// {@return the bits of a float: an ordinary one mostly, a zero or subnormal one, one of any size, and of a wild
  /// sample's some NaN with a payload or infinite}
  private static int bits(RandomGenerator random, boolean wild) {
    int sign = random.nextInt() & 0x80000000;
    return switch (random.nextInt(wild ? 64 : 60)) {
      case 0, 1, 2 -> sign;
      case 3, 4 -> sign | random.nextInt(1 << 23);
      case 5, 6, 7 -> sign | random.nextInt(0x7f000000);
      case 60, 61 -> sign | 0x7f800000;
      case 62, 63 -> sign | 0x7f800001 + random.nextInt((1 << 23) - 1);
      default -> Float.floatToIntBits((float) random.nextGaussian(0, 8));
    };
  }
}
