package opml.lab.conformance.riscv;

/// How a program ended.
public enum RiscvVerdict {
  /// By ecall 93 with 0 in the low byte of a0.
  PASSED("passed"),
  /// By ecall 93 with another exit code.
  FAILED("FAILED"),
  /// At a word that is no instruction of the machine.
  ILLEGAL("ILLEGAL"),
  /// It was stopped at the limit.
  ENDLESS("ENDLESS"),
  /// The file is no executable of the machine.
  REFUSED("REFUSED");

  private final String text;

  RiscvVerdict(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
