package opml.twins.x86;

import java.util.Objects;

/// A place in memory: base + displacement.
///
/// @param broadcast whether the 4 bytes there stand for every lane of a vector (EVEX.b, SDM 2.7.5)
public record EffectiveAddress(Gpr base, int displacement, boolean broadcast)
    implements X86Operand {
  public EffectiveAddress {
    Objects.requireNonNull(base);
  }

  public static EffectiveAddress at(Gpr base) {
    return at(base, 0);
  }

  public static EffectiveAddress at(Gpr base, int displacement) {
    return new EffectiveAddress(base, displacement, false);
  }

  /// {@return the 4 bytes at a place, once for every lane}
  public static EffectiveAddress everyLane(Gpr base, int displacement) {
    return new EffectiveAddress(base, displacement, true);
  }

  @Override
  public String toString() {
    return (broadcast ? "dword bcst " : "")
        + "["
        + base
        + (displacement < 0 ? "" : "+")
        + displacement
        + "]";
  }
}
