package opml.lab.equality;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.vm.isa.Disassembler;
import opml.vm.machine.Interpreter;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// The steps of a random program, as the interpreter proves and executes them. Its jumps are mostly short and forward,
/// and its words mostly legal, so that it lives for a while.
final class StepTrace {
  private final Random random;
  private final StepOperands operands;
  private final RandomWords words;

  StepTrace(Random random) {
    this.random = random;
    this.operands = new StepOperands(random);
    this.words = new RandomWords(random);
  }

  /// {@return up to `limit` steps, and one more where it has halted}
  List<StepCase> steps(int limit) {
    int memDepth = random.nextInt(10);
    Program program = Program.of(code(64 << random.nextInt(5)), memDepth);
    Memory memory = new Memory(MemoryImage.zero(memDepth));
    byte[] bytes = new byte[random.nextInt(1 + (32 << memDepth))];
    random.nextBytes(bytes);
    memory.write(0, bytes);
    Interpreter machine = new Interpreter(program, memory, 0, operands.registers());
    List<StepCase> steps = new ArrayList<>();
    Bytes32 prestate = machine.state().hash();
    boolean halted = false;
    for (int i = 0; i < limit && !halted; i++) {
      halted = machine.state().halted();
      long pc = machine.state().pc();
      StepProof proof = machine.prove();
      machine.runTo(machine.steps() + 1);
      Bytes32 poststate = machine.state().hash();
      String name = "%d: %s".formatted(i, Disassembler.disassemble(pc, program.word(pc)));
      steps.add(new StepCase(name, program.descriptor(), prestate, proof.encode(), poststate));
      prestate = poststate;
    }
    return steps;
  }

  private byte[] code(int bytes) {
    byte[] code = new byte[bytes];
    for (int at = 0; at < bytes; at += 4) {
      int word = lively();
      for (int i = 0; i < 4; i++) {
        code[at + i] = (byte) (word >>> 8 * i);
      }
    }
    return code;
  }

  private int lively() {
    int word = words.instruction();
    return switch (word & 0x7f) {
      // Ecalls, and jumps to anywhere, end most programs.
      case 0x73, 0x67, 0x00 -> random.nextInt(12) == 0 ? word : lively();
      // A jump two words on; a branch one or two.
      case 0x6f -> word & 0xfff | 8 << 20;
      case 0x63 -> word & 0x01fff07f | 8 << 7;
      default -> word;
    };
  }
}
