package opml.vm.isa;

/// Writes an instruction as a word: the other direction of [Decoder], from the same table.
final class Encoder {
  private static final int REGISTERS = 32;

  private Encoder() {}

  static int encode(Instruction instruction) {
    Format format = instruction.op().format();
    require(instruction, "rd", instruction.rd(), format.writes());
    require(instruction, "rs1", instruction.rs1(), format.readsFirst());
    require(instruction, "rs2", instruction.rs2(), format.readsSecond());
    int immediate = format.place(instruction.imm());
    // What was cut off, or has no place, is missing when it is read back.
    if (format.immediate(immediate) != instruction.imm()) {
      throw refused(instruction, "imm");
    }
    return instruction.op().match()
        | instruction.rd() << 7
        | instruction.rs1() << 15
        | instruction.rs2() << 20
        | immediate;
  }

  private static void require(Instruction instruction, String field, int register, boolean there) {
    if (register < 0 || register >= (there ? REGISTERS : 1)) {
      throw refused(instruction, field);
    }
  }

  private static IllegalArgumentException refused(Instruction instruction, String field) {
    return new IllegalArgumentException(
        "%s does not fit the %s format of %s"
            .formatted(field, instruction.op().format(), instruction));
  }
}
