package opml.twins.x86;

import java.util.Objects;

/// A vector register of 16, 32 or 64 bytes. Those above 15 exist with EVEX alone.
///
/// @param bytes how wide it is
/// @param number which it is
public record Simd(int bytes, int number) implements X86Operand {
  public static final int XMM = 16;
  public static final int YMM = 32;
  public static final int ZMM = 64;

  public Simd {
    if (bytes != XMM && bytes != YMM && bytes != ZMM) {
      throw new IllegalArgumentException("no vector register has " + bytes + " bytes");
    }
    Objects.checkIndex(number, 32);
  }

  public static Simd ymm(int number) {
    return new Simd(YMM, number);
  }

  public static Simd zmm(int number) {
    return new Simd(ZMM, number);
  }

  /// {@return the lowest 16 bytes of this register}
  public Simd xmm() {
    return new Simd(XMM, number);
  }

  @Override
  public String toString() {
    return "xyz".charAt(Integer.numberOfTrailingZeros(bytes / XMM)) + "mm" + number;
  }
}
