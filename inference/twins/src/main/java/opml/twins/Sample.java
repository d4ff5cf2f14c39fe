package opml.twins;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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

  /// {@return the operands by the kernel's order}
  MemorySegment[] segments() {
    List<MemorySegment> segments = new ArrayList<>(inputs);
    segments.add(output);
    return segments.toArray(MemorySegment[]::new);
  }

  /// {@return what the reference must be given to do what a twin does with this}
  ///
  /// @param overwrites whether the twin finds anything in the output, where the reference must find zeros
  Sample before(boolean overwrites, LongFunction<MemorySegment> allocator) {
    List<MemorySegment> copies = new ArrayList<>();
    for (MemorySegment segment : segments()) {
      copies.add(allocator.apply(segment.byteSize()).copyFrom(segment));
    }
    MemorySegment last = copies.removeLast();
    return new Sample(copies, overwrites ? last.fill((byte) 0) : last);
  }

  /// {@return whether nothing differs in any operand}
  boolean hasBytesOf(Sample other) {
    MemorySegment[] ours = segments();
    MemorySegment[] theirs = other.segments();
    for (int i = 0; i < ours.length; i++) {
      if (ours[i].mismatch(theirs[i]) != -1) {
        return false;
      }
    }
    return true;
  }

  private static void fill(
      Kernel kernel, String name, MemorySegment segment, RandomGenerator random, boolean wild) {
    switch (name) {
      case "scales.multiplier" -> ints(segment, random, 1 << 30, Integer.MAX_VALUE);
      case "scales.shift" -> ints(segment, random, 1, 63);
      case "scales.bias" -> ints(segment, random, -100_000, 100_000);
      case "tile" -> counts(segment, random);
      case "zeroPoint" -> bytes(segment, random);
      case "scale" -> floats(segment, random, wild);
      default -> {
        boolean quantised =
            kernel.name().startsWith("qlinear")
                || kernel.segments().contains("q") && !name.equals("d");
        boolean dequantised = kernel.name().equals("dequantize") && name.equals("x");
        if (quantised || dequantised || segment.byteSize() % 4 != 0) {
          bytes(segment, random);
        } else {
          floats(segment, random, wild);
        }
      }
    }
  }

  /// How many rows there are: often more than any tile has, and what no count should be.
  private static void counts(MemorySegment segment, RandomGenerator random) {
    for (long at = 0; at < segment.byteSize(); at += 4) {
      int count =
          switch (random.nextInt(8)) {
            case 0 -> random.nextInt();
            case 1, 2, 3 -> random.nextInt(40);
            default -> Integer.MAX_VALUE;
          };
      Mem.putI32(segment, at, count);
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
