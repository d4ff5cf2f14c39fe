package opml.twins.x86;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// One instruction; `toString` is Intel's syntax, as the GNU assembler wants it to give the same bytes.
///
/// @param operands those written in Intel's order, so the destination first
/// @param at where its bytes begin
public record X86Instruction(X86Operation operation, List<X86Operand> operands, int at) {
  public X86Instruction {
    operands = List.copyOf(operands);
  }

  /// {@return whether its operands need EVEX: 512 bits, one of the upper 16 registers, or a broadcast from memory}
  boolean needsEvex() {
    for (X86Operand operand : operands) {
      boolean needs =
          switch (operand) {
            case Simd simd -> simd.bytes() == Simd.ZMM || simd.number() >= 16;
            case EffectiveAddress address -> address.broadcast();
            case Gpr _, Tmm _, Immediate _, Label _ -> false;
          };
      if (needs) {
        return true;
      }
    }
    return false;
  }

  private boolean isOfLowerHalves() {
    return operation == ScalarOp.MOV32 || operation == SimdOp.VMOVD;
  }

  @Override
  public String toString() {
    String name =
        switch (operation) {
          case ScalarOp op -> op.mnemonic;
          case AmxOp op -> op.name().toLowerCase(Locale.ROOT);
          case SimdOp op -> needsEvex() ? op.evexMnemonic : op.vexMnemonic;
        };
    // Without a register, nothing else says how wide memory is.
    boolean isSized = operation == ScalarOp.SUB && operands.getFirst() instanceof EffectiveAddress;
    return name
        + (isSized ? " qword ptr " : " ")
        + operands.stream()
            .map(
                operand ->
                    isOfLowerHalves() && operand instanceof Gpr register
                        ? register.name32()
                        : operand.toString())
            .collect(Collectors.joining(", "));
  }
}
