package opml.cli.story;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.compiler.Programs;
import opml.compiler.program.CompiledProgram;
import opml.engine.commit.CommittedNode;
import opml.proof.MachineRun;
import opml.vm.isa.Disassembler;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.state.MachineState;

/// One instruction of a node's program, disassembled, with what two runs say that it does.
final class DisputedStep {
  private static final int MEMORY_WORD = 8;

  private final CommittedNode node;
  private final long step;

  DisputedStep(CommittedNode node, long step) {
    this.node = node;
    this.step = step;
  }

  /// {@return the lines that show it}
  ///
  /// @param truth the honest run of the node
  /// @param lie another run of it
  List<String> lines(MachineRun truth, String liar, MachineRun lie) {
    MachineState before = truth.stateAt(step);
    List<String> lines = new ArrayList<>();
    if (before.halted()) {
      lines.add("the machine has halted; nothing may change any more");
    } else {
      CompiledProgram program = Programs.of(node.node().kernel(), node.program());
      int word = truth.program().word(before.pc());
      String text = Disassembler.disassemble(before.pc(), word);
      lines.add(
          "0x%04x  %08x  %-24s ; %s".formatted(before.pc(), word, text, program.at(before.pc())));
      lines.add("before: " + operands(before, Instruction.decode(word), text));
    }
    String[] results = results(truth, lie);
    lines.add("the machine: " + results[0]);
    lines.add("%s: %s".formatted(liar, results[1]));
    return lines;
  }

  /// {@return the registers that the instruction reads, by the names that its text has}
  private static String operands(MachineState state, Instruction instruction, String text) {
    return IntStream.of(instruction.rs1(), instruction.rs2())
        .distinct()
        .filter(number -> text.contains(Disassembler.register(number)))
        .mapToObj(
            number -> "%s = 0x%x".formatted(Disassembler.register(number), state.register(number)))
        .collect(Collectors.joining(", "));
  }

  /// {@return the same piece of the poststate twice: as the machine has it and as the liar has it}
  private String[] results(MachineRun truth, MachineRun lie) {
    MachineState true_ = truth.stateAt(step + 1);
    MachineState false_ = lie.stateAt(step + 1);
    if (true_.pc() != false_.pc()) {
      return new String[] {"pc = 0x%x".formatted(true_.pc()), "pc = 0x%x".formatted(false_.pc())};
    }
    for (int i = 1; i < MachineState.REGISTERS; i++) {
      if (true_.register(i) != false_.register(i)) {
        String name = Disassembler.register(i);
        return new String[] {
          "%s = 0x%x".formatted(name, true_.register(i)),
          "%s = 0x%x".formatted(name, false_.register(i))
        };
      }
    }
    return memory(truth, lie);
  }

  private String[] memory(MachineRun truth, MachineRun lie) {
    byte[] here = truth.memoryAt(step + 1).bytes().clone();
    byte[] there = lie.memoryAt(step + 1).bytes();
    int at = Arrays.mismatch(here, there);
    if (at < 0) {
      return new String[] {"as computed", "another exit code"};
    }
    int word = at & -MEMORY_WORD;
    return new String[] {memoryWord(here, word), memoryWord(there, word)};
  }

  private static String memoryWord(byte[] memory, int at) {
    StringBuilder text = new StringBuilder("memory[0x%x] =".formatted(at));
    for (int i = 0; i < MEMORY_WORD; i++) {
      text.append(" %02x".formatted(memory[at + i]));
    }
    return text.toString();
  }

  /// {@return what kind of step this is: it decides what a witness holds}
  static String kind(Op op) {
    return switch (op) {
      case LB, LH, LW, LD, LBU, LHU, LWU -> "load";
      case SB, SH, SW, SD -> "store";
      default -> "alu";
    };
  }
}
