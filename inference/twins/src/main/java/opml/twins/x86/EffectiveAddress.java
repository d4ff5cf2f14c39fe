package opml.twins.x86;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A place in memory: base + index · scale + displacement.
///
/// @param index null if there is none
/// @param scale 1, 2, 4 or 8
/// @param broadcast whether the 4 bytes there stand for every lane of a vector (EVEX.b, SDM 2.7.5)
public record EffectiveAddress(
    Gpr base, @Nullable Gpr index, int scale, int displacement, boolean broadcast)
    implements X86Operand {
  public EffectiveAddress {
    Objects.requireNonNull(base);
    if (index == Gpr.RSP) {
      throw new IllegalArgumentException("RSP cannot be an index: its number means none");
    }
    if (Integer.bitCount(scale) != 1 || scale < 1 || scale > 8) {
      throw new IllegalArgumentException("a scale is 1, 2, 4 or 8, not " + scale);
    }
  }

  public static EffectiveAddress at(Gpr base) {
    return at(base, 0);
  }

  public static EffectiveAddress at(Gpr base, int displacement) {
    return new EffectiveAddress(base, null, 1, displacement, false);
  }

  public static EffectiveAddress at(Gpr base, Gpr index, int scale, int displacement) {
    return new EffectiveAddress(base, index, scale, displacement, false);
  }

  /// {@return this place's 4 bytes, once for every lane}
  public EffectiveAddress everyLane() {
    return new EffectiveAddress(base, index, scale, displacement, true);
  }

  /// {@return the fourth bit of the index's number, which a prefix holds}
  int indexHigh() {
    return index == null ? 0 : index.high();
  }

  @Override
  public String toString() {
    return (broadcast ? "dword bcst " : "")
        + "["
        + base
        + (index == null ? "" : "+" + index + "*" + scale)
        + (displacement < 0 ? "" : "+")
        + displacement
        + "]";
  }
}
