package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.RowNest;
import opml.kernels.layout.RowOperand;
import opml.kernels.memory.Mem;

/// Functions of two floats, where the loops run over y, and repeat an operand where a stride of it is 0. [Elementwise]
/// has sums and products.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Pairs {
  private static final int LESS = 1;
  private static final int LESS_OR_EQUAL = 2;

  private Pairs() {}

  /// `y = a - b`.
  public static void subF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Mem.f32(a.data(), aAt) - Mem.f32(b.data(), bAt));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// `y = a / b`.
  public static void divF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Mem.f32(a.data(), aAt) / Mem.f32(b.data(), bAt));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// The lesser one: NaN wins, -0 is below +0.
  public static void minF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Math.min(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt)));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// The greater one: NaN wins, -0 is below +0.
  public static void maxF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Math.max(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt)));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// a, or `b · a` below 0.
  public static void preluF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, prelu(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt)));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// a to the power b, as [Powers#pow] has it.
  public static void powF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Powers.pow(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt)));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// `a - b·trunc(a / b)`, exact; the sign is that of a, NaN if a is infinite or b is 0.
  public static void fmodF32(RowNest loops, RowOperand a, RowOperand b, MemorySegment y) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putF32(y, yAt, Remainders.of(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt)));
        yAt += 4;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  /// Whether a is equal to b (operation 0), less (1), or one of both (2), as a byte 0 or 1; 0 where there is a NaN, and
  /// both zeros are equal.
  public static void compareF32(
      RowNest loops, RowOperand a, RowOperand b, MemorySegment y, int operation) {
    int yAt = 0;
    for (int i = 0; i < loops.rows(); i++) {
      int aAt = 4 * i * a.row();
      int bAt = 4 * i * b.row();
      for (int j = 0; j < loops.count(); j++) {
        Mem.putI8(y, yAt, holds(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt), operation) ? 1 : 0);
        yAt++;
        aAt += 4 * a.step();
        bAt += 4 * b.step();
      }
    }
  }

  private static boolean holds(float a, float b, int operation) {
    return switch (operation) {
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      default -> a == b;
    };
  }

  private static float prelu(float x, float slope) {
    return x < 0f ? slope * x : x;
  }
}
