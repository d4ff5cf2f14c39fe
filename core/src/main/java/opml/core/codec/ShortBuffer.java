package opml.core.codec;

import java.util.Arrays;

/// How inputs and outputs travel: without their trailing zeros. So a buffer has one encoding, and short answers are
/// cheap where long ones are possible.
public final class ShortBuffer {
  private ShortBuffer() {}

  /// {@return the bytes up to the last one that is not zero}
  public static byte[] trim(byte[] buffer) {
    int length = buffer.length;
    while (length > 0 && buffer[length - 1] == 0) {
      length--;
    }
    return Arrays.copyOf(buffer, length);
  }

  /// {@return the bytes with zeros behind them, `length` in all}
  ///
  /// @throws IllegalArgumentException if there are more already
  public static byte[] pad(byte[] buffer, int length) {
    if (buffer.length > length) {
      throw new IllegalArgumentException(
          "%d bytes do not fit into %d".formatted(buffer.length, length));
    }
    return Arrays.copyOf(buffer, length);
  }

  /// {@return whether this is what [#trim] leaves of some buffer of `length` bytes}
  public static boolean isShort(byte[] buffer, long length) {
    return buffer.length <= length && (buffer.length == 0 || buffer[buffer.length - 1] != 0);
  }
}
