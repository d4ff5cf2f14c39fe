package opml.kernels.memory;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The only way kernel Java touches memory: one static call per access, so that byte order, alignment and the NaN rule
/// live in one place, and the compiler needs only a table of names to turn each call into a load or store.
///
/// Offsets are in bytes and must be multiples of the access's width: the machine would align the address down, so here
/// a misaligned offset throws [IllegalArgumentException], and one outside of the segment [IndexOutOfBoundsException].
/// Segments must themselves be aligned to 8 bytes (an arena's allocation or a `long[]`, not a `byte[]`).
public final class Mem {
  /// The bits that a float store writes for every NaN.
  public static final int CANONICAL_NAN = 0x7fc00000;

  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG.withOrder(LITTLE_ENDIAN);

  private Mem() {}

  /// {@return the byte at `offset`, sign-extended; mask with 255 to read it unsigned}
  public static int i8(MemorySegment segment, long offset) {
    return segment.get(ValueLayout.JAVA_BYTE, offset);
  }

  /// {@return the 16-bit integer at `offset`, sign-extended}
  public static int i16(MemorySegment segment, long offset) {
    return segment.get(I16, offset);
  }

  public static int i32(MemorySegment segment, long offset) {
    return segment.get(I32, offset);
  }

  public static long i64(MemorySegment segment, long offset) {
    return segment.get(I64, offset);
  }

  /// {@return the float at `offset`; any bits are admitted}
  public static float f32(MemorySegment segment, long offset) {
    return Float.intBitsToFloat(segment.get(I32, offset));
  }

  /// Writes the low 8 bits of `value`.
  public static void putI8(MemorySegment segment, long offset, int value) {
    segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  /// Writes the low 16 bits of `value`.
  public static void putI16(MemorySegment segment, long offset, int value) {
    segment.set(I16, offset, (short) value);
  }

  public static void putI32(MemorySegment segment, long offset, int value) {
    segment.set(I32, offset, value);
  }

  public static void putI64(MemorySegment segment, long offset, long value) {
    segment.set(I64, offset, value);
  }

  /// Writes the bits of `value`, and [#CANONICAL_NAN] for every NaN: the payload and sign of a computed NaN differ
  /// between processors, and on one JVM between its interpreter and its compiler.
  public static void putF32(MemorySegment segment, long offset, float value) {
    segment.set(I32, offset, Float.floatToIntBits(value));
  }
}
