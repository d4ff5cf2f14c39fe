package opml.vm.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import opml.vm.jit.Machines;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs from a C compiler, where there is one.
class CGuestTest {
  private static final String COMPILER = "riscv64-unknown-elf-gcc";

  private static final String SOURCE =
      """
      typedef unsigned int u32;
      typedef unsigned char u8;
      static const char text[] = "optimistic machine learning";
      static u8 sieve[5000];
      static u32 table[256];

      static u32 crc(const u8 *p, int n) {
        for (u32 i = 0; i < 256; i++) {
          u32 c = i;
          for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
          table[i] = c;
        }
        u32 c = ~0u;
        while (n-- > 0) c = table[(c ^ *p++) & 255] ^ c >> 8;
        return ~c;
      }

      static int primes(int n) {
        int count = 0;
        for (int i = 2; i < n; i++) {
          if (sieve[i]) continue;
          count++;
          for (int j = i * i; j < n; j += i) sieve[j] = 1;
        }
        return count;
      }

      static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

      void _start(void) {
        double third = 1.0 / 3;
        int ok = crc((const u8 *) text, sizeof text - 1) == CRC
            && primes(5000) == 669 && fib(15) == 610
            && (long) (third * 3e9) == 1000000000 && -7 / 2 == -3 && third > 0.333f;
        register long a0 __asm__("a0") = ok ? 7 : 99;
        register long a7 __asm__("a7") = 93;
        __asm__ volatile("ecall" : : "r"(a0), "r"(a7));
      }
      """;

  @Test
  void aProgramFromGccRuns(@TempDir Path folder) throws IOException, InterruptedException {
    for (String level : List.of("-O0", "-O2", "-Os")) {
      Path elf = compile(folder, level, "-march=rv64im", "-mabi=lp64");
      Executable.Outcome outcome = Elf64.load(elf).run(Machines::of, 10_000_000);
      assertThat(outcome.state().exitCode()).as(level).isEqualTo(7);
      assertThat(outcome.steps()).isGreaterThan(10_000);
    }
  }

  @Test
  void compressedCodeFromGccIsRefused(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path elf = compile(folder, "-O2", "-march=rv64imac", "-mabi=lp64");
    assertThat(Assertions.catchThrowable(() -> Elf64.load(elf)))
        .hasMessageContaining("compressed instructions");
  }

  private static Path compile(Path folder, String... options)
      throws IOException, InterruptedException {
    CRC32 crc = new CRC32();
    crc.update("optimistic machine learning".getBytes(StandardCharsets.US_ASCII));
    Path source = folder.resolve("guest.c");
    Path elf = folder.resolve("guest.elf");
    Files.writeString(source, SOURCE);
    List<String> command = new ArrayList<>(List.of(COMPILER));
    command.addAll(List.of(options));
    command.addAll(
        List.of("-mcmodel=medany", "-ffreestanding", "-nostdlib", "-static", "-fno-builtin"));
    command.addAll(List.of("-DCRC=" + crc.getValue() + "u", source.toString(), "-lgcc"));
    command.addAll(List.of("-o", elf.toString()));
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
    } catch (IOException missing) {
      System.out.println("SKIPPED: C guests, because there is no " + COMPILER + " on PATH");
      return abort("no " + COMPILER);
    }
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("log"))).isZero();
    return elf;
  }
}
