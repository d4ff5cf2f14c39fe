package opml.lab.conformance.floats;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Each function as kernel Java over a batch of cases, for our compiler. Operands and results take eight bytes each,
/// the operands of a case one after the other, floats and ints in the low bytes. Written as an operator's kernel is,
/// with float operators, so that the compiler's choice of soft-float routine is tried with them.
final class FloatKernels {
  private FloatKernels() {}

  static void add(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Mem.f32(x, 16L * i) + Mem.f32(x, 16L * i + 8));
    }
  }

  static void sub(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Mem.f32(x, 16L * i) - Mem.f32(x, 16L * i + 8));
    }
  }

  static void mul(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Mem.f32(x, 16L * i) * Mem.f32(x, 16L * i + 8));
    }
  }

  static void div(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Mem.f32(x, 16L * i) / Mem.f32(x, 16L * i + 8));
    }
  }

  static void fma(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      float a = Mem.f32(x, 24L * i);
      float b = Mem.f32(x, 24L * i + 8);
      Mem.putF32(y, 8L * i, F32.fma(a, b, Mem.f32(x, 24L * i + 16)));
    }
  }

  static void sqrt(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, F32.sqrt(Mem.f32(x, 8L * i)));
    }
  }

  static void equal(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, Mem.f32(x, 16L * i) == Mem.f32(x, 16L * i + 8) ? 1 : 0);
    }
  }

  static void less(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, Mem.f32(x, 16L * i) < Mem.f32(x, 16L * i + 8) ? 1 : 0);
    }
  }

  static void lessOrEqual(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, Mem.f32(x, 16L * i) <= Mem.f32(x, 16L * i + 8) ? 1 : 0);
    }
  }

  static void min(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Math.min(Mem.f32(x, 16L * i), Mem.f32(x, 16L * i + 8)));
    }
  }

  static void max(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Math.max(Mem.f32(x, 16L * i), Mem.f32(x, 16L * i + 8)));
    }
  }

  static void fromInt(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, (float) Mem.i32(x, 8L * i));
    }
  }

  static void fromUnsignedInt(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, (float) (Mem.i32(x, 8L * i) & 0xffffffffL));
    }
  }

  static void fromLong(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, (float) Mem.i64(x, 8L * i));
    }
  }

  static void toInt(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, (int) Mem.f32(x, 8L * i));
    }
  }

  static void toLong(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, (long) Mem.f32(x, 8L * i));
    }
  }

  static void toNearestInt(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, (int) F32.rne(Mem.f32(x, 8L * i)));
    }
  }

  static void toNearestLong(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, (long) F32.rne(Mem.f32(x, 8L * i)));
    }
  }

  static void rne(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, F32.rne(Mem.f32(x, 8L * i)));
    }
  }

  static void floor(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, F32.floor(Mem.f32(x, 8L * i)));
    }
  }

  static void ceil(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, F32.ceil(Mem.f32(x, 8L * i)));
    }
  }

  static void fromHalf(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 8L * i, Float.float16ToFloat((short) Mem.i16(x, 8L * i)));
    }
  }

  static void toHalf(MemorySegment x, MemorySegment y, int n) {
    for (int i = 0; i < n; i++) {
      Mem.putI64(y, 8L * i, Float.floatToFloat16(Mem.f32(x, 8L * i)));
    }
  }
}
