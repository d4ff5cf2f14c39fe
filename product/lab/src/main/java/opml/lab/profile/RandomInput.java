package opml.lab.profile;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import opml.engine.graph.Port;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;

/// An input for who has none at hand: always the same. Floats are from −1 to 1, bytes are any, and all other integers
/// are 0, which is a place in every table.
public final class RandomInput {
  private static final long SEED = 1;

  private RandomInput() {}

  /// {@return the bytes of a port}
  public static MemorySegment of(Port port) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> tensors = new HashMap<>();
    for (Port.Part part : port.parts()) {
      tensors.put(part.name(), tensor(part, random));
    }
    return port.pack(tensors);
  }

  private static Tensor tensor(Port.Part part, SplittableRandom random) {
    int count = part.shape().count();
    if (part.type() == ElementType.F32) {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      return Tensor.ofFloats(part.shape(), values);
    }
    byte[] bytes = new byte[Math.toIntExact(part.bytes())];
    switch (part.type()) {
      case F64 -> {
        Tensor values = Tensor.ofLongs(part.shape(), longs(count, random));
        return new Tensor(ElementType.F64, part.shape(), values.data());
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          short half = Float.floatToFloat16((float) random.nextDouble(-1, 1));
          bytes[2 * i] = (byte) half;
          bytes[2 * i + 1] = (byte) (half >> 8);
        }
      }
      case U8, I8 -> random.nextBytes(bytes);
      default -> {}
    }
    return Tensor.ofBytes(part.type(), part.shape(), bytes);
  }

  private static long[] longs(int count, SplittableRandom random) {
    long[] longs = new long[count];
    for (int i = 0; i < count; i++) {
      longs[i] = Double.doubleToLongBits(random.nextDouble(-1, 1));
    }
    return longs;
  }
}
