package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmCommandsTest {
  private static final int BASE = 0x1000;

  /// addi a0, zero, 7; addi a7, zero, 93; ecall
  private static final int[] SEVEN = {0x00700513, 0x05d00893, 0x00000073};

  @TempDir Path folder;

  @Test
  void theExitCodeIsThePrograms() throws IOException {
    Path file = elf(SEVEN);
    CliRun run = CliRun.of("vm", "run", file);
    assertThat(run.code()).isEqualTo(7);
    assertThat(run.out()).startsWith("exit code 7 after 3 steps");
    CliRun json = CliRun.of("vm", "run", file, "--json");
    assertThat(json.json().getFirst().path("steps").asLong()).isEqualTo(3);
    assertThat(json.json().getFirst().path("exitCode").asInt()).isEqualTo(7);
  }

  @Test
  void aProgramThatDoesNotEndOrGoesAstrayFails() throws IOException {
    CliRun.of("vm", "run", elf(0x0000006f), "--steps", 1000)
        .failsWith("still runs at pc 0x1000", "1,000 steps");
    CliRun.of("vm", "run", elf(0xffffffff)).failsWith("illegal instruction at pc 0x1000");
    CliRun.of("vm", "run", elf(SEVEN), "--steps", -1).failsWith("--steps -1");
  }

  @Test
  void whatIsNoExecutableIsRefusedWithTheOffset() throws IOException {
    CliRun.of("vm", "run", folder.resolve("none.elf")).blames("none.elf: there is no such file");
    Path text = Files.writeString(folder.resolve("text.elf"), "no program".repeat(10));
    CliRun.of("vm", "run", text).blames("text.elf, offset 0: not an ELF file");
    Path whole = elf(SEVEN);
    Path half = folder.resolve("half.elf");
    Files.write(half, Arrays.copyOf(Files.readAllBytes(whole), 125));
    CliRun.of("vm", "disassemble", half).blames("half.elf, offset", "truncated");
    CliRun.of("vm", "run", folder).blames(folder.toString());
  }

  @Test
  void executablesAndKernelsAreDisassembled() throws IOException {
    assertThat(CliRun.of("vm", "disassemble", elf(SEVEN)).succeeds().out())
        .contains("1000:  00700513  addi a0, zero, 7", "1008:  00000073  ecall");
    assertThat(CliRun.of("vm", "disassemble", "--kernel", "relu.f32").succeeds().out())
        .contains("opml.kernels.operators", "ecall", "code root 0x");
    CliRun json = CliRun.of("vm", "disassemble", "--kernel", "relu.f32", "--json").succeeds();
    assertThat(json.json())
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line.path("source").asText())
                    .matches("opml\\.kernels\\.[\\w.]+(:\\d+)?"))
        // The kernel itself, and the soft-float that is inlined into it.
        .anySatisfy(line -> assertThat(line.path("source").asText()).contains("SoftFloat.max:"))
        .anySatisfy(line -> assertThat(line.path("source").asText()).contains("reluF32"));
    CliRun.of("vm", "disassemble", "--kernel", "relu.f31").failsWith("'relu.f31'", "relu.f32");
  }

  /// {@return an executable of these instructions at [#BASE]}
  private Path elf(int... words) throws IOException {
    int size = 64 + 56 + 4 * words.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
    elf.putShort((short) 2).putShort((short) 243).putInt(1);
    elf.putLong(BASE).putLong(64).putLong(0).putInt(0);
    elf.putShort((short) 64).putShort((short) 56).putShort((short) 1).position(64);
    elf.putInt(1).putInt(5).putLong(120).putLong(BASE).putLong(BASE);
    elf.putLong(4L * words.length).putLong(4L * words.length).putLong(4096);
    for (int word : words) {
      elf.putInt(word);
    }
    return Files.write(Files.createTempFile(folder, "program", ".elf"), elf.array());
  }
}
