package opml.vm.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import opml.vm.Asm;
import org.junit.jupiter.api.Test;

class EncoderTest {
  private static final int ROUNDS = 2000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void everyInstructionIsReadBackAsItWasWritten() {
    for (Op op : Op.values()) {
      for (int i = 0; i < ROUNDS; i++) {
        Instruction written = RandomInstructions.of(op, random);
        int word = written.encode();
        assertThat(Instruction.decode(word)).as("seed %d", seed).isEqualTo(written);
        assertThat(word)
            .as("seed %d: %s, after the manual", seed, written)
            .isEqualTo(Asm.word(op, written.rd(), written.rs1(), written.rs2(), written.imm()));
      }
    }
  }

  @Test
  void everyLegalWordIsWrittenAsItWasRead() {
    for (Op op : Op.values()) {
      for (int i = 0; i < ROUNDS; i++) {
        int word = op.match() | random.nextInt() & ~op.format().mask();
        Instruction read = Instruction.decode(word);
        assertThat(read.op()).as("seed %d, 0x%08x", seed, word).isEqualTo(op);
        // A fence's hints are not kept.
        int expected = op.format() == Format.HINT ? op.match() : word;
        assertThat(read.encode()).as("seed %d, 0x%08x", seed, word).isEqualTo(expected);
      }
    }
  }

  @Test
  void operandsThatDoNotFitAreRefused() {
    refuse(new Instruction(Op.ADD, 32, 0, 0, 0), "rd");
    refuse(new Instruction(Op.ADD, 0, -1, 0, 0), "rs1");
    refuse(new Instruction(Op.ADD, 0, 0, 32, 0), "rs2");
    refuse(new Instruction(Op.ADD, 0, 0, 0, 1), "imm");
    refuse(new Instruction(Op.ADDI, 0, 0, 1, 0), "rs2");
    refuse(new Instruction(Op.ADDI, 0, 0, 0, 2048), "imm");
    refuse(new Instruction(Op.ADDI, 0, 0, 0, -2049), "imm");
    refuse(new Instruction(Op.SLLI, 0, 0, 0, 64), "imm");
    refuse(new Instruction(Op.SRAI, 0, 0, 0, -1), "imm");
    refuse(new Instruction(Op.SRAIW, 0, 0, 0, 32), "imm");
    refuse(new Instruction(Op.SD, 1, 0, 0, 0), "rd");
    refuse(new Instruction(Op.SD, 0, 0, 0, 2048), "imm");
    refuse(new Instruction(Op.BEQ, 0, 0, 0, 4096), "imm");
    refuse(new Instruction(Op.BEQ, 0, 0, 0, 5), "imm");
    refuse(new Instruction(Op.LUI, 0, 0, 0, 1), "imm");
    refuse(new Instruction(Op.LUI, 0, 1, 0, 0), "rs1");
    refuse(new Instruction(Op.JAL, 0, 0, 0, 1 << 20), "imm");
    refuse(new Instruction(Op.JAL, 0, 0, 0, 3), "imm");
    refuse(new Instruction(Op.ECALL, 0, 0, 0, 1), "imm");
  }

  private static void refuse(Instruction instruction, String field) {
    assertThatThrownBy(instruction::encode)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " does not fit the " + instruction.op().format());
  }
}
