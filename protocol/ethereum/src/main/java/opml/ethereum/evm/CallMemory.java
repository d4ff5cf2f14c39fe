package opml.ethereum.evm;

import java.math.BigInteger;
import java.util.Arrays;

/// A call's memory: zeros up to where it was touched, in whole words.
final class CallMemory {
  /// No block has the gas for so much.
  private static final int BYTES_MOST = 1 << 24;

  private static final int WORD = 32;

  private byte[] bytes = new byte[0];
  private int size;

  /// {@return the offset of so many bytes, which are there from now on}
  int touch(BigInteger offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (offset.bitLength() > Integer.SIZE - 2 || offset.intValue() + (long) length > BYTES_MOST) {
      throw new Unbound("it needs more than %,d bytes of memory".formatted(BYTES_MOST));
    }
    int end = (offset.intValue() + length + WORD - 1) / WORD * WORD;
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
    }
    size = Math.max(size, end);
    return offset.intValue();
  }

  int size() {
    return size;
  }

  byte[] read(BigInteger offset, int length) {
    int from = touch(offset, length);
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  void write(BigInteger offset, byte[] data) {
    int from = touch(offset, data.length);
    System.arraycopy(data, 0, bytes, from, data.length);
  }

  /// {@return a length that a call asks for}
  static int length(BigInteger asked) {
    if (asked.bitLength() > Integer.SIZE - 2) {
      throw new Unbound("it needs more than %,d bytes of memory".formatted(BYTES_MOST));
    }
    return asked.intValue();
  }
}
