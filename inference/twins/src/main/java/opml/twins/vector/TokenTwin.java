package opml.twins.vector;

import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import org.jspecify.annotations.Nullable;

/// A twin of a kernel that works on the rows of a tile of tokens.
///
/// How many rows there are is found in the control slot, at the call. So a unit has no rows of its own: what there is
/// is dealt out among the units, and the first has something before any other. Rows behind the last stay as they were,
/// and so a twin of this kind must find zeros where an executor wants them, as its reference must.
///
/// Where an operand that is not known before is on the heap, the first unit is the reference, and all.
abstract class TokenTwin implements PreparedKernel {
  private final Kernel reference;
  private final long[] scalars;
  private final int units;

  /// What is known before and was not where vectors read it; nothing for other operands.
  private final @Nullable MemorySegment[] moved;

  TokenTwin(String kernel, long[] scalars, int units, List<Optional<Constant>> constants) {
    this.reference = KernelCatalog.byName(kernel);
    this.scalars = scalars.clone();
    this.units = units;
    this.moved =
        constants.stream()
            .map(known -> known.map(Constant::data).filter(bytes -> bytes.getClass() != NATIVE))
            .map(known -> known.map(TokenTwin::outside).orElse(null))
            .toArray(MemorySegment[]::new);
  }

  private static MemorySegment outside(MemorySegment bytes) {
    return Lanes.allocate(bytes.byteSize()).copyFrom(bytes);
  }

  /// {@return an operand, where vectors read it}
  final MemorySegment operand(MemorySegment[] segments, int i) {
    MemorySegment known = moved[i];
    return known == null ? segments[i] : known;
  }

  /// {@return whether a call is one that twins take}: its tile has rows, and no offset overflows
  ///
  /// @param bytes that the operands may have at most
  static boolean isOrdinary(long[] scalars, long... bytes) {
    boolean ordinary =
        scalars[0] >= 0 && scalars[0] < Tile.CONTROL && scalars[1] >= 0 && scalars[2] > 0;
    for (long one : bytes) {
      ordinary &= one > 0 && one <= Integer.MAX_VALUE;
    }
    return ordinary;
  }

  /// {@return the bytes of so many floats: the product, or what is no length where that is none}
  static long floats(long... counts) {
    long bytes = Float.BYTES;
    for (long count : counts) {
      bytes = count < 1 || bytes > Integer.MAX_VALUE ? Long.MAX_VALUE : bytes * count;
    }
    return bytes;
  }

  @Override
  public final int units() {
    return units;
  }

  @Override
  public final int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    for (int i = 0; i < segments.length; i++) {
      if (operand(segments, i).getClass() != NATIVE) {
        return from == 0 ? reference.run(segments, scalars) : 0;
      }
    }
    int count = count(segments);
    if (count > 0) {
      work(segments, Lanes.nativeScratch(lent, scratchBytes()), count, from, to);
    }
    return 0;
  }

  // As Tile has it, without a Tile: one that is made in code that is not compiled yet is garbage.

  private int count(MemorySegment[] segments) {
    long all = Mem.i32(segments[0], 4 * scalars[0]);
    return Math.clamp(all - scalars[1], 0, (int) scalars[2]);
  }

  /// {@return the position in the text of the tile's first token}
  final int position(MemorySegment[] segments) {
    return Mem.i32(segments[0], 4L * Tile.POSITION) + (int) scalars[1];
  }

  /// {@return the row of the token behind which the tile's first choice is}
  final int choosing(MemorySegment[] segments) {
    return Mem.i32(segments[0], 4L * Tile.CHOOSING) + (int) scalars[1];
  }

  /// {@return the first of `count` things that a unit, or one behind it, works on}
  final int begin(int unit, int count) {
    return (int) (((long) unit * count + units - 1) / units);
  }

  /// Throws where the reference would, or where the machine would read what an overflow of its offsets leads to.
  static void require(MemorySegment segment, long bytes) {
    if (bytes < 0 || segment.byteSize() < bytes) {
      throw new IndexOutOfBoundsException(
          "an operand has %d bytes, and the kernel reaches %d"
              .formatted(segment.byteSize(), bytes));
    }
  }

  /// Does some of the units.
  ///
  /// @param segments each native, or else known before, and then the [#operand] is
  /// @param count rows of the tile, at least one
  abstract void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to);
}
