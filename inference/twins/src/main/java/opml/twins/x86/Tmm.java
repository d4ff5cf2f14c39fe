package opml.twins.x86;

import java.util.Objects;

/// A matrix register of AMX: up to 16 rows of up to 64 bytes each, as its configuration says.
public record Tmm(int number) implements X86Operand {
  public Tmm {
    Objects.checkIndex(number, 8);
  }

  @Override
  public String toString() {
    return "tmm" + number;
  }
}
