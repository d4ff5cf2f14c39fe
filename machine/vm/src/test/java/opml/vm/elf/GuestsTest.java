package opml.vm.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import opml.vm.state.MachineState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The guests of `src/test/guests` on every machine, against the same computation here.
class GuestsTest {
  private static final long OUT = 0x100000;
  private static final int COUNT = 300;

  @TempDir Path folder;

  @Test
  void cornersOfDivisionAreTheManuals() throws IOException, InterruptedException {
    Path elf = Guests.compile(folder, List.of("division.S"));
    assertThat(Guests.onAllMachines(elf, 10_000).state().exitCode()).isZero();
  }

  @Test
  void storesToCodeChangeDataOnly() throws IOException, InterruptedException {
    Path elf = Guests.compile(folder, List.of("write_code.S"));
    assertThat(Guests.onAllMachines(elf, 1000).state().exitCode()).isZero();
  }

  @Test
  void aJumpOutOfTheProgramHaltsAsIllegal() throws IOException, InterruptedException {
    Path elf = Guests.compile(folder, List.of("jump_anywhere.S"));
    MachineState state = Guests.onAllMachines(elf, 1000).state();
    assertThat(state.exit()).isEqualTo(MachineState.ILLEGAL);
    assertThat(state.pc()).isEqualTo(0x123456789abcdef0L);
  }

  @Test
  void aProgramThatNeverHaltsStopsWhereItIsTold() throws IOException, InterruptedException {
    Path elf = Guests.compile(folder, List.of("endless.S"));
    Guests.Run run = Guests.onAllMachines(elf, 100_000);
    assertThat(run.steps()).isEqualTo(100_000);
    assertThat(run.state().halted()).isFalse();
  }

  @Test
  void cProgramsComputeWhatThisComputerDoes() throws IOException, InterruptedException {
    for (String level : List.of("-O0", "-O1", "-O2", "-O3", "-Os")) {
      long seed = System.nanoTime() >>> 1;
      Path elf =
          Guests.compile(
              folder,
              List.of("start.S", "mix.c"),
              level,
              "-DSEED=" + seed + "ul",
              "-DCOUNT=" + COUNT,
              "-DOUT=" + OUT);
      Guests.Run run = Guests.onAllMachines(elf, 10_000_000);
      assertThat(run.state().exitCode()).isZero();
      byte[] out = run.memory().read(OUT, 4);
      int sum = out[0] & 255 | (out[1] & 255) << 8 | (out[2] & 255) << 16 | out[3] << 24;
      assertThat(sum).as("%s, seed %d", level, seed).isEqualTo(new Mix(seed).run());
    }
  }

  /// `mix.c` once more.
  private static final class Mix {
    private long state;

    Mix(long seed) {
      state = seed;
    }

    private long draw() {
      state = state * 6364136223846793005L + 1442695040888963407L;
      return state >>> 33;
    }

    private static int crc(int c, long value) {
      for (int i = 0; i < 64; i++) {
        int bit = (c ^ (int) (value >>> i)) & 1;
        c = bit != 0 ? c >>> 1 ^ 0xedb88320 : c >>> 1;
      }
      return c;
    }

    int run() {
      int[] kinds = {3, 1, 4, 1, 5, 9, 2};
      int sum = -1;
      int[] numbers = new int[COUNT];
      for (int i = 0; i < COUNT; i++) {
        numbers[i] = (int) draw();
      }
      Arrays.sort(numbers);
      for (int number : numbers) {
        sum = crc(sum, number);
      }
      long value = 1;
      for (int i = 0; i < COUNT; i++) {
        long b = draw() - (1L << 30);
        value =
            switch ((int) draw() & 3) {
              case 0 -> value + b;
              case 1 -> value - b;
              case 2 -> value * b;
              default -> b == 0 ? 0 : value / b;
            };
        sum = crc(sum, value + kinds[((int) draw() & 0xffff) % 7]);
      }
      float f = 1;
      for (int i = 0; i < COUNT; i++) {
        f = f * 1.0001f + (float) (int) draw() / 3.0f - (float) i;
        sum = crc(sum, Float.floatToIntBits(f) & 0xffffffffL);
      }
      return sum;
    }
  }
}
