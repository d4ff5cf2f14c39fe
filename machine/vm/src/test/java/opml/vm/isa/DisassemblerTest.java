package opml.vm.isa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisassemblerTest {
  @Test
  void wordsReadAsBinutilsWritesThem() {
    // Words and text as riscv64-unknown-elf-objdump -M no-aliases gives them.
    assertThat(line(0, 0xff010113)).isEqualTo("addi sp, sp, -16");
    assertThat(line(0, 0x00813423)).isEqualTo("sd s0, 8(sp)");
    assertThat(line(0, 0x00813403)).isEqualTo("ld s0, 8(sp)");
    assertThat(line(0, 0x00008067)).isEqualTo("jalr zero, 0(ra)");
    assertThat(line(0x100, 0xfe051ee3)).isEqualTo("bne a0, zero, 0xfc");
    assertThat(line(0x100, 0x008000ef)).isEqualTo("jal ra, 0x108");
    assertThat(line(0, 0x000107b7)).isEqualTo("lui a5, 0x10");
    assertThat(line(0, 0x4037d793)).isEqualTo("srai a5, a5, 3");
    assertThat(line(0, 0x02f5073b)).isEqualTo("mulw a4, a0, a5");
    assertThat(line(0, 0x00000073)).isEqualTo("ecall");
    assertThat(line(0, 0x0ff0000f)).isEqualTo("fence");
    assertThat(line(0, 0)).isEqualTo("illegal 0x00000000");
    assertThat(line(0, 0x00100073)).isEqualTo("illegal 0x00100073");
  }

  @Test
  void noWordMatchesTwoRows() {
    for (Op a : Op.values()) {
      for (Op b : Op.values()) {
        int common = a.format().mask() & b.format().mask();
        assertThat(a != b && ((a.match() ^ b.match()) & common) == 0)
            .as("%s and %s", a, b)
            .isFalse();
      }
    }
  }

  private static String line(long pc, int word) {
    return Disassembler.disassemble(pc, word);
  }
}
