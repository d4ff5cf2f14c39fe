package opml.kernels.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import opml.kernels.catalog.Kernel;

/// The constant bytes at address 0 of a node's memory: what the start stub loads, the arguments, and the program's
/// constants.
///
/// ```
/// 0             the first stack pointer, where the operands begin
/// 8·(1+j)       address of segment argument j
/// 8·(1+k+i)     scalar argument i
/// 8·(1+k+n)     constants
/// ```
///
/// All numbers are 64 bits, little-endian.
///
/// @param segments how many segment arguments the kernel has, k
/// @param scalars how many scalar arguments, n
public record FixedSegment(int segments, int scalars) {
  /// The address of the first stack pointer.
  public static final int STACK_POINTER = 0;

  private static final int WORD = 8;
  private static final int ARGUMENTS = STACK_POINTER + WORD;

  public FixedSegment {
    if (segments < 0 || scalars < 0) {
      throw new IllegalArgumentException(
          "a kernel of %d segments and %d scalars".formatted(segments, scalars));
    }
  }

  /// {@return the layout for a kernel}
  public static FixedSegment of(Kernel kernel) {
    return new FixedSegment(kernel.segments().size(), kernel.scalars().size());
  }

  /// {@return the address of an argument, the scalars counted on behind the segments}
  public static int argument(int index) {
    return ARGUMENTS + WORD * index;
  }

  /// {@return which argument lies at an address, if one does}
  public static Optional<Integer> place(long address) {
    return address >= ARGUMENTS && address % WORD == 0
        ? Optional.of((int) ((address - ARGUMENTS) / WORD))
        : Optional.empty();
  }

  /// {@return the address of the first constant, behind so many arguments}
  public static int constants(int arguments) {
    return argument(arguments);
  }

  /// {@return the size with so many bytes of constants}
  public int size(int constantBytes) {
    return constants(segments + scalars) + constantBytes;
  }

  /// {@return the bytes}
  ///
  /// @param values of the scalars, in the ABI's 64-bit form
  /// @param constants of the program
  public byte[] bytes(Geometry geometry, long[] values, byte[] constants) {
    if (values.length != scalars) {
      throw new IllegalArgumentException(
          "%d values for %d scalars".formatted(values.length, scalars));
    }
    ByteBuffer bytes = ByteBuffer.allocate(size(constants.length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(STACK_POINTER, geometry.stackTop());
    long[] addresses = geometry.addresses();
    if (addresses.length != segments) {
      throw new IllegalArgumentException(
          "%d operands for %d segments".formatted(addresses.length, segments));
    }
    for (int j = 0; j < segments; j++) {
      bytes.putLong(argument(j), addresses[j]);
    }
    for (int i = 0; i < scalars; i++) {
      bytes.putLong(argument(segments + i), values[i]);
    }
    return bytes.put(constants(segments + scalars), constants).array();
  }

  /// {@return the values of the scalars in the bytes of a fixed segment}
  public long[] values(byte[] fixed) {
    return read(fixed, segments, scalars);
  }

  /// {@return the addresses of the segment arguments in the bytes of a fixed segment}
  public long[] addresses(byte[] fixed) {
    return read(fixed, 0, segments);
  }

  private static long[] read(byte[] fixed, int first, int count) {
    ByteBuffer bytes = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = bytes.getLong(argument(first + i));
    }
    return values;
  }
}
