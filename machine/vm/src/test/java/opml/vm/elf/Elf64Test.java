package opml.vm.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import opml.core.codec.MalformedException;
import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.jit.Machines;
import opml.vm.state.MachineState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Elf64Test {
  private static final int CODE_ADDRESS = 0x10000;
  private static final int DATA_ADDRESS = 0x12000;
  private static final int CODE_HEADER = 64;
  private static final int DATA_HEADER = 64 + 56;

  /// Pushes a word from the data segment to the stack, pops it, and leaves with it.
  private static final byte[] CODE =
      new Asm()
          .op(Op.LUI, Asm.A1, 0, DATA_ADDRESS)
          .op(Op.LW, Asm.A0, Asm.A1, 4)
          .op(Op.ADDI, Asm.SP, Asm.SP, -16)
          .store(Op.SD, Asm.A0, Asm.SP, 8)
          .op(Op.LD, Asm.A0, Asm.SP, 8)
          .exit()
          .bytes();

  private static byte[] elf(Consumer<ByteBuffer> change) {
    int codeAt = 64 + 2 * 56;
    int dataAt = codeAt + CODE.length;
    ByteBuffer file = ByteBuffer.allocate(dataAt + 8).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
    file.putShort(16, (short) 2).putShort(18, (short) 243).putInt(20, 1);
    file.putLong(24, CODE_ADDRESS).putLong(32, 64).putInt(48, 0);
    file.putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) 2);
    header(file, CODE_HEADER, 5, codeAt, CODE_ADDRESS, CODE.length, CODE.length);
    header(file, DATA_HEADER, 6, dataAt, DATA_ADDRESS, 8, 4096);
    file.put(codeAt, CODE).putInt(dataAt + 4, 42);
    change.accept(file);
    return file.array();
  }

  private static void header(
      ByteBuffer file, int at, int flags, long offset, long address, long bytes, long memory) {
    file.putInt(at, 1).putInt(at + 4, flags).putLong(at + 8, offset).putLong(at + 16, address);
    file.putLong(at + 24, address).putLong(at + 32, bytes).putLong(at + 40, memory);
  }

  private static void refused(String message, Consumer<ByteBuffer> change) {
    assertThatThrownBy(() -> Elf64.load(elf(change), "bad.elf"))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("bad.elf, offset ")
        .hasMessageContaining(message);
  }

  @Test
  void anExecutableRunsToItsExitCode(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("a.elf");
    Files.write(path, elf(file -> {}));
    Executable executable = Elf64.load(path);
    Executable.Outcome outcome = executable.run(Machines::of, 1000);
    assertThat(outcome.state().exitCode()).isEqualTo(42);
    assertThat(outcome.steps()).isEqualTo(7);
    assertThat(executable.entry()).isEqualTo(CODE_ADDRESS);
    // 0x13000 bytes and a megabyte of stack.
    assertThat(executable.program().memDepth()).isEqualTo(16);
    // The code is data as well.
    assertThat(executable.machine(Machines::of).memory().read(CODE_ADDRESS, CODE.length))
        .isEqualTo(CODE);
  }

  @Test
  void anImageLinkedHighIsMovedDownByMultiplesOfTheLargestMemory() {
    MachineState low = Elf64.load(elf(file -> {}), "a.elf").run(Machines::of, 1000).state();
    for (long base : new long[] {1L << 30, 0x80000000L, 0xffffffff80000000L}) {
      Executable moved = Elf64.load(elf(file -> linkedAt(file, base)), "a.elf");
      assertThat(moved.base()).isEqualTo(base);
      assertThat(moved.entry()).isEqualTo(CODE_ADDRESS);
      // Absolute data addresses wrap to where they were, so even this program is none the wiser.
      assertThat(moved.run(Machines::of, 1000).state()).isEqualTo(low);
    }
    refused("link it lower", file -> file.putLong(CODE_HEADER + 16, 0x80000000L));
    refused(
        "code ends at 0x8020001c, but must lie below 0x80200000",
        file -> linkedAt(file, 0x80000000L + 0x1f0000));
  }

  @Test
  void theFilesOwnHeadersBelowTheBaseAreLeftOut() {
    // As GNU ld has it for -Ttext=0x80000000: a segment from the file's begin, one page below.
    Executable executable =
        Elf64.load(
            elf(
                file -> {
                  linkedAt(file, 0x80000000L - 0x10000);
                  long code = file.getLong(CODE_HEADER + 8);
                  long size = code + CODE.length;
                  header(file, CODE_HEADER, 5, 0, 0x80000000L - code, size, size);
                }),
            "a.elf");
    assertThat(executable.base()).isEqualTo(0x80000000L);
    assertThat(executable.entry()).isZero();
    assertThat(executable.machine(Machines::of).memory().read(0, CODE.length)).isEqualTo(CODE);
  }

  private static void linkedAt(ByteBuffer file, long base) {
    for (int at : new int[] {24, CODE_HEADER + 16, DATA_HEADER + 16}) {
      file.putLong(at, file.getLong(at) + base);
    }
  }

  @Test
  void aRunEndsAtItsLimit() {
    Executable.Outcome outcome = Elf64.load(elf(file -> {}), "a.elf").run(Machines::of, 3);
    assertThat(outcome.steps()).isEqualTo(3);
    assertThat(outcome.state().exit()).isEqualTo(MachineState.RUNNING);
  }

  @Test
  void otherFilesAreRefusedWithTheReason() {
    refused("not an ELF file", file -> file.putInt(0, 0));
    refused("a 64-bit file is expected", file -> file.put(4, (byte) 1));
    refused("a little-endian file is expected", file -> file.put(5, (byte) 2));
    refused("this is position-independent", file -> file.putShort(16, (short) 3));
    refused("an executable is expected, its type is 1", file -> file.putShort(16, (short) 1));
    refused("its machine is 62", file -> file.putShort(18, (short) 62));
    refused("compressed instructions", file -> file.putInt(48, 1));
    refused("floating-point ABI", file -> file.putInt(48, 4));
    refused("reduced register set", file -> file.putInt(48, 8));
    refused("program headers of 56 bytes", file -> file.putShort(54, (short) 32));
    refused("not 0", file -> file.putShort(56, (short) 0));
    refused("truncated: 2 program headers", file -> file.putLong(32, 1 << 20));
    refused("truncated: 2 program headers", file -> file.putLong(32, -1));
    refused("dynamically linked", file -> file.putInt(CODE_HEADER, 3));
    refused("truncated: a segment", file -> file.putLong(CODE_HEADER + 32, 1 << 20));
    refused("truncated: a segment", file -> file.putLong(CODE_HEADER + 8, Long.MAX_VALUE));
    refused("in the file and", file -> file.putLong(DATA_HEADER + 40, 1));
    refused("does not fit a memory", file -> file.putLong(DATA_HEADER + 40, 1 << 30));
    refused("does not fit a memory", file -> file.putLong(DATA_HEADER + 16, Long.MAX_VALUE));
    refused("segments overlap at 0x10010", file -> file.putLong(DATA_HEADER + 16, 0x10010));
    refused("code ends at", file -> file.putLong(CODE_HEADER + 16, 0x200000));
    refused("entry 0x12000", file -> file.putLong(24, DATA_ADDRESS));
    refused("entry 0x10002", file -> file.putLong(24, CODE_ADDRESS + 2));
    refused("no loadable segment", file -> file.putInt(CODE_HEADER, 7).putInt(DATA_HEADER, 7));
    assertThatThrownBy(() -> Elf64.load(new byte[10], "short"))
        .hasMessage("short, offset 0: an ELF header has 64 bytes, the file 10");
  }

  @Test
  void brokenFilesAreMalformedAndNothingElse() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes =
          elf(
              file -> {
                for (int k = 0; k <= random.nextInt(3); k++) {
                  file.put(random.nextInt(64 + 2 * 56), (byte) random.nextInt(256));
                }
              });
      byte[] cut =
          random.nextBoolean() ? bytes : Arrays.copyOf(bytes, random.nextInt(bytes.length));
      try {
        assertThat(Elf64.load(cut, "fuzz").program().codeDepth()).isLessThanOrEqualTo(16);
      } catch (MalformedException expected) {
        assertThat(expected).as("seed %d", seed).hasMessageStartingWith("fuzz, offset ");
      }
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() {
    byte[] whole = elf(file -> {});
    // The last eight bytes belong to the data segment, so every cut takes something that is needed.
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Elf64.load(cut, "cut"))
          .as("%d bytes", length)
          .isInstanceOf(MalformedException.class)
          .hasMessageStartingWith("cut, offset ");
    }
  }

  @Test
  void numbersNearTheEndOfTheirRangeAreRefused() {
    for (long huge :
        new long[] {-1, -8, Long.MIN_VALUE, Long.MAX_VALUE, -4096, 1L << 32, 1L << 40}) {
      for (int field : new int[] {8, 16, 32, 40}) {
        assertThatThrownBy(() -> Elf64.load(elf(f -> f.putLong(CODE_HEADER + field, huge)), "bad"))
            .as("field %d = 0x%x", field, huge)
            .isInstanceOf(MalformedException.class)
            .hasMessageStartingWith("bad, offset ");
      }
      refused("", file -> file.putLong(32, huge));
      refused("entry", file -> file.putLong(24, huge));
    }
    refused("64 program headers", file -> file.putShort(56, (short) -1));
    refused("link it lower", file -> file.putLong(CODE_HEADER + 16, 0x80000000L));
    refused("dynamically linked", file -> file.putInt(CODE_HEADER, 2));
  }

  @Test
  void whatIsLoadedInSpiteOfFlippedBytesRunsAlikeOnAllMachines() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int ran = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = elf(file -> {});
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Executable executable = Elf64.load(bytes, "fuzz");
        if (executable.program().memDepth() > 20) {
          continue; // legal, but two such memories at once are more than a test may take
        }
        Guests.Run first = Guests.MACHINES.getFirst().run(executable, 100);
        for (Guests.Way way : Guests.MACHINES) {
          assertThat(way.run(executable, 100).state()).as("seed %d", seed).isEqualTo(first.state());
        }
        ran++;
      } catch (MalformedException expected) {
        assertThat(expected).as("seed %d", seed).hasMessageStartingWith("fuzz, offset ");
      }
    }
    assertThat(ran).as("seed %d", seed).isPositive();
  }
}
