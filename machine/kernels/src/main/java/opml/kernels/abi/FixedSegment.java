package opml.kernels.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;

/// The constant bytes at address 0 of a node's memory: what the start stub loads, and the program's constants.
///
/// ```
/// 0             the first stack pointer, the end of region 0
/// 8·(1+j)       address of segment argument j: region j+1
/// 8·(1+k+i)     scalar argument i
/// 8·(1+k+n)     constants
/// ```
///
/// All numbers are 64 bits, little-endian.
public final class FixedSegment {
  private FixedSegment() {}

  /// {@return the size for a kernel}
  public static int size(Kernel kernel, PinnedProgram program) {
    return 8 * (1 + kernel.segments().size() + kernel.scalars().size())
        + program.constants().length;
  }

  /// {@return the bytes}
  public static byte[] bytes(
      Kernel kernel, PinnedProgram program, Geometry geometry, long[] scalars) {
    ByteBuffer bytes = ByteBuffer.allocate(size(kernel, program)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(geometry.address(1));
    for (int j = 0; j < kernel.segments().size(); j++) {
      bytes.putLong(geometry.address(j + 1));
    }
    for (long scalar : scalars) {
      bytes.putLong(scalar);
    }
    return bytes.put(program.constants()).array();
  }

  /// {@return the scalars that a fixed segment of the kernel holds}
  public static long[] scalars(Kernel kernel, byte[] fixed) {
    ByteBuffer bytes = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN);
    long[] scalars = new long[kernel.scalars().size()];
    for (int i = 0; i < scalars.length; i++) {
      scalars[i] = bytes.getLong(8 * (1 + kernel.segments().size() + i));
    }
    return scalars;
  }
}
