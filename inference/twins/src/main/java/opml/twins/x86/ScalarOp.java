package opml.twins.x86;

/// The instructions outside the vector unit. Registers are 64 bits wide but for those ending in 32, which clear the
/// upper half of the register that they write.
public enum ScalarOp implements X86Operation {
  MOV("mov"),
  MOV32("mov"),
  ADD("add"),
  SUB("sub"),
  CMP("cmp"),
  JMP("{disp32} jmp"),
  JE("{disp32} je"),
  JNE("{disp32} jne"),
  PREFETCHT1("prefetcht1"),
  CPUID("cpuid"),
  XGETBV("xgetbv"),
  RET("ret");

  /// As the GNU assembler wants it, and that it shall not shorten a jump.
  final String mnemonic;

  ScalarOp(String mnemonic) {
    this.mnemonic = mnemonic;
  }
}
