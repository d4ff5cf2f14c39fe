package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// Random contents of tensors, for calls of kernels and of operators.
public final class RandomBytes {
  private static final int[] SPECIAL = {
    0,
    0x80000000,
    0x3f800000,
    0xbf800000,
    0x7f800000,
    0xff800000,
    0x7fc00000,
    0xffc00001,
    0x7f800001,
    1,
    0x80000001,
    0x7fffff,
    0x800000,
    0x7f7fffff,
    0xff7fffff,
    0x4b000000,
    0x4b7fffff,
    0x4f000000,
    0x3f000000,
    0x42b00000,
    0xc2d00000
  };

  private final SplittableRandom random;

  public RandomBytes(SplittableRandom random) {
    this.random = random;
  }

  /// {@return f32 numbers}: ordinary ones, in one call of three also infinities, NaN and all that is near a limit
  public byte[] floats(long count) {
    ByteBuffer out = ByteBuffer.allocate((int) (4 * count)).order(ByteOrder.LITTLE_ENDIAN);
    int kind = random.nextInt(3);
    while (out.hasRemaining()) {
      int choice = kind == 0 ? random.nextInt(8) : 7;
      out.putInt(
          switch (choice) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> random.nextInt();
            case 2 -> random.nextInt() & 0x80ffffff;
            default -> Float.floatToIntBits((float) (random.nextDouble() * 20 - 10));
          });
    }
    return out.array();
  }

  /// {@return bytes, each as likely as the others}
  public byte[] bytes(long count) {
    byte[] out = new byte[(int) count];
    random.nextBytes(out);
    return out;
  }

  /// {@return i32 numbers from `least` to below `end`, or `least` if both are the same}
  public byte[] ints(int count, int least, int end) {
    ByteBuffer out = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putInt(least == end ? least : (int) random.nextLong(least, end));
    }
    return out.array();
  }

  /// {@return these i32 numbers}
  public byte[] words(int... values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      out.putInt(value);
    }
    return out.array();
  }
}
