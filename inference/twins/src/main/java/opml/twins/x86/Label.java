package opml.twins.x86;

/// A place in the code that jumps name; [X86Assembler#label] makes it, [X86Assembler#bind] places it.
///
/// @param number which label of its code it is
public record Label(int number) implements X86Operand {
  @Override
  public String toString() {
    return "L" + number;
  }
}
