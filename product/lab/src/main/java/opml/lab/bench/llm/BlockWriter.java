package opml.lab.bench.llm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import opml.engine.tensor.ElementType;

/// Floats in the types that have blocks of up to 32 elements: each element is the nearest one that its block can hold.
/// How the blocks lie is GGML's business (`ggml-common.h`). A block's first and second half lie in the low and the high
/// halves of its bytes.
final class BlockWriter {
  private static final int ELEMENTS = 32;
  private static final int HALF = ELEMENTS / 2;

  /// The values of IQ4_NL.
  private static final int[] NONLINEAR = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private BlockWriter() {}

  /// {@return whether it can write a type}
  static boolean writes(ElementType type) {
    return switch (type) {
      case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL -> true;
      default -> false;
    };
  }

  /// {@return the bytes of a row}
  static byte[] row(ElementType type, float... row) {
    ByteBuffer out =
        ByteBuffer.allocate(row.length / type.blockElements() * type.blockBytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < row.length; from += type.blockElements()) {
      switch (type) {
        case F32 -> out.putFloat(row[from]);
        case F16 -> out.putShort(Float.floatToFloat16(row[from]));
        case BF16 -> out.putShort((short) (Float.floatToIntBits(row[from]) >>> 16));
        case Q8_0 -> eights(out, from, row);
        case Q4_0 -> codes(out, 4, false, from, row);
        case Q4_1 -> codes(out, 4, true, from, row);
        case Q5_0 -> codes(out, 5, false, from, row);
        case Q5_1 -> codes(out, 5, true, from, row);
        case IQ4_NL -> nonlinear(out, from, row);
        default -> throw new IllegalArgumentException("no blocks of " + type.label());
      }
    }
    return out.array();
  }

  private static float most(int from, float... row) {
    float most = 0;
    for (int i = from; i < from + ELEMENTS; i++) {
      most = Math.max(most, Math.abs(row[i]));
    }
    return most;
  }

  private static void eights(ByteBuffer out, int from, float... row) {
    float scale = most(from, row) / 127;
    out.putShort(Float.floatToFloat16(scale));
    for (int i = from; i < from + ELEMENTS; i++) {
      out.put((byte) (scale == 0 ? 0 : Math.round(row[i] / scale)));
    }
  }

  /// Codes of some bits: around the middle, or above the block's least element.
  private static void codes(ByteBuffer out, int bits, boolean isAbove, int from, float... row) {
    float least = isAbove ? Float.POSITIVE_INFINITY : -most(from, row);
    float greatest = isAbove ? Float.NEGATIVE_INFINITY : -least;
    for (int i = from; i < from + ELEMENTS; i++) {
      least = Math.min(least, row[i]);
      greatest = Math.max(greatest, row[i]);
    }
    int all = 1 << bits;
    float scale = (greatest - least) / (isAbove ? all - 1 : all);
    out.putShort(Float.floatToFloat16(scale));
    if (isAbove) {
      out.putShort(Float.floatToFloat16(least));
    }
    int[] codes = new int[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      float steps = scale == 0 ? 0 : (row[from + i] - least) / scale;
      codes[i] = Math.clamp(Math.round(steps), 0, all - 1);
    }
    if (bits == 5) {
      int high = 0;
      for (int i = 0; i < ELEMENTS; i++) {
        high |= codes[i] >> 4 << i;
      }
      out.putInt(high);
    }
    halves(out, codes);
  }

  private static void nonlinear(ByteBuffer out, int from, float... row) {
    float scale = most(from, row) / NONLINEAR[NONLINEAR.length - 1];
    out.putShort(Float.floatToFloat16(scale));
    int[] codes = new int[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      for (int code = 0; code < NONLINEAR.length; code++) {
        float error = Math.abs(row[from + i] - scale * NONLINEAR[code]);
        float best = Math.abs(row[from + i] - scale * NONLINEAR[codes[i]]);
        codes[i] = error < best ? code : codes[i];
      }
    }
    halves(out, codes);
  }

  private static void halves(ByteBuffer out, int... codes) {
    for (int i = 0; i < HALF; i++) {
      out.put((byte) (codes[i] & 15 | (codes[i + HALF] & 15) << 4));
    }
  }
}
