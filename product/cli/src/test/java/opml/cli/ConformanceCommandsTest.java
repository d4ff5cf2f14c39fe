package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import opml.cli.console.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandsTest {
  private static final int BASE = 0x1000;

  @TempDir Path folder;

  @Test
  void softFloatEqualsThisComputersFloats() {
    CliRun run =
        CliRun.start(
            "conformance", "float", "--random", 50_000, "--machine-cases", 4_000, "--json");
    run.join(Duration.ofMinutes(3)); // two seconds of work, on a machine with nothing else to do
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.json()).as(run.err()).hasSizeGreaterThan(20);
    for (JsonNode function : run.json()) {
      assertThat(function.path("misses").asLong()).as(function + run.err()).isZero();
      assertThat(function.path("cases").asLong()).isEqualTo(50_000);
      assertThat(function.path("onMachine").asLong()).isBetween(4_200L, 8_000L);
    }
  }

  @Test
  void linesOfTestFloatPass() throws IOException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      int a = random.nextInt();
      int b = random.nextInt();
      float product = Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
      // TestFloat's default NaN on an x86 is negative.
      int result = Float.isNaN(product) ? 0xffc00000 : Float.floatToIntBits(product);
      lines.append("%08X %08X %08X 01\n".formatted(a, b, result));
    }
    CliRun run = CliRun.of("conformance", "float", "f32_mul", file(lines.toString()));
    assertThat(run.code()).as("seed %d: %s", seed, run.out()).isZero();
    assertThat(run.out()).startsWith("f32_mul: passes; 20,000 lines, 20,000 on the machine");
    passes("f32_mulAdd", "3F800000 40000000 40400000 40A00000 00");
    passes("f32_le_quiet", "7FC00000 40000000 0 00\r\n3F800000 3F800000 1 00\r\n");
    passes("f32_eq_signaling", "7fc00000 7fc00000 0 10\n00000000 80000000 1 00\n");
    passes("f32_to_i32_rx_near_even", "40200000 00000002 01\nC0200000 fffffffe 01");
    passes("f32_roundToInt_r_min", "BFC00000 C0000000 00");
    passes("f32_sqrt", "80000000 80000000 00\nBF800000 7FC00000 10");
    passes("i64_to_f32", "FFFFFFFFFFFFFFFF BF800000 00");
    passes("f32_to_f16", "477FF000 7C00 05");
  }

  @Test
  void invalidConversionsToIntegersAreSkipped() throws IOException {
    CliRun run =
        CliRun.of(
                "conformance",
                "float",
                "f32_to_i32_rx_minMag",
                file("7FC00000 80000000 10\n4F000000 80000000 00\nC0490FDB FFFFFFFD 01\n"))
            .succeeds();
    assertThat(run.out()).contains("passes; 1 line, ", "2 lines skipped");
    // The operand decides, not the flags: this conversion is a valid one.
    Path wrong = file("C0490FDB FFFFFFFC 10\n");
    CliRun miss = CliRun.of("conformance", "float", "f32_to_i32_r_minMag", wrong);
    assertThat(miss.code()).as(miss.out()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void missesAreToldWithTheirLine() throws IOException {
    Path file = file("3F800000 3F800000 40000000 00\n3F800000 3F800000 40000001 00\n");
    CliRun run = CliRun.of("conformance", "float", "f32_add", file);
    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains(
            "misses: 1; 2 lines",
            file + ", line 2: f32_add 3f800000 3f800000: the reference gives 40000000",
            "the machine gives 40000000, expected is 40000001");
    CliRun nan =
        CliRun.of("conformance", "float", "f32_add", file("3F800000 3F800000 7FC00000 00"));
    assertThat(nan.code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void otherLinesAreRefusedWithTheirNumber() throws IOException {
    malformed("3F800000 40000000 00\n", "line 1: 3 words", "a:8 b:8 result:8 flags:2");
    malformed("3F800000 3F800000 40000000 00\n3F8 3F800000 40000000 00\n", "line 2: '3F8' has 3");
    malformed("3F80000g 3F800000 40000000 00\n", "'3F80000g' is not hexadecimal");
    malformed("\n", "there is no line");
    CliRun.of("conformance", "float", "f64_add", file(""))
        .isMisusedWith("'f64_add'", "f32_add, f32_s");
    CliRun.of("conformance", "float", "f32_add", folder.resolve("none")).blames("no such file");
    CliRun.of("conformance", "float").isMisusedWith("FUNCTION and FILE, or --random N");
  }

  private void passes(String function, String lines) throws IOException {
    CliRun run = CliRun.of("conformance", "float", function, file(lines));
    assertThat(run.code()).as(function + run.out() + run.err()).isZero();
  }

  private void malformed(String lines, String... words) throws IOException {
    CliRun.of("conformance", "float", "f32_add", file(lines)).blames(words);
  }

  private Path file(String lines) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "cases", ".txt"), lines);
  }

  @Test
  void operatorsAreNamedInEitherCase() {
    CliRun run =
        CliRun.of("conformance", "operators", "gemm", "RELU", "--cases", 2, "--no-contract")
            .succeeds();
    assertThat(run.out())
        .containsPattern("Gemm +2 ")
        .containsPattern("Relu +2 ")
        .contains("2 of 2 operators give the same bits everywhere");
  }

  @Test
  void anUnknownOperatorIsRefusedWithThoseThatItIsNear() {
    CliRun run =
        CliRun.of("conformance", "operators", "Relu", "globalAvgPool", "--no-contract")
            .isMisusedWith("OPERATOR 'globalAvgPool': expected is one of GlobalAveragePool");
    assertThat(run.err()).doesNotContain("MatMul");
    CliRun.of("conformance", "operators", "7", "--no-contract")
        .isMisusedWith("OPERATOR '7': expected is one of ", ", Gemm, ", ", MatMul, ", ", Relu, ");
  }

  @Test
  void anEmbedderThatIsNoneIsRefusedByName() throws IOException {
    Path none = folder.resolve("none.onnx");
    CliRun.of("conformance", "disputes", "--only", "none.onnx", "--embedder", none)
        .isMisusedWith("--embedder " + none, "there is no such file");
    Path text = Files.writeString(folder.resolve("text.onnx"), "no embedder");
    CliRun.of("conformance", "disputes", "--only", "text.onnx", "--embedder", text)
        .isMisusedWith("--embedder " + text);
  }

  @Test
  void everyProgramOfAFolderGetsItsVerdict() throws IOException {
    Path tests = Files.createDirectory(folder.resolve("tests"));
    elf(tests.resolve("1-pass"), 0x00000513, 0x05d00893, 0x00000073);
    elf(tests.resolve("2-fail"), 0x00700513, 0x05d00893, 0x00000073);
    elf(tests.resolve("3-endless"), 0x0000006f);
    elf(tests.resolve("4-illegal"), 0xffffffff);
    Files.writeString(tests.resolve("5-text.elf"), "no program".repeat(10));
    Files.writeString(tests.resolve("6-listing.dump"), "no program");
    Files.createFile(tests.resolve("7-empty"));
    Files.createDirectory(tests.resolve("8-folder"));
    elf(tests.resolve("9-object.o"), 0x00000073);
    try (RandomAccessFile object =
        new RandomAccessFile(tests.resolve("9-object.o").toFile(), "rw")) {
      object.seek(16);
      object.write(1); // ET_REL
    }
    Path report = folder.resolve("report.json");
    CliRun run = CliRun.of("conformance", "riscv", tests, "--limit", 1000, "--report", report);
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains(
            "exit code 7, which in riscv-tests is test 3", "5-text.elf, offset 0: not an ELF file")
        .contains("still runs at pc 0x1000 after 1000 steps", "1 of 5 pass and agree")
        .contains("6-listing.dump: skipped: not an ELF file", "7-empty: skipped", "8-folder: sk")
        .contains("9-object.o: skipped: an object file")
        .doesNotContain("DIFFERS");
    JsonNode files = new ObjectMapper().readTree(Files.readString(report)).path("files");
    assertThat(run.out()).containsPattern("file +verdict +instructions +JIT +Step +contract");
    assertThat(files.findValuesAsText("verdict"))
        .containsExactly("passed", "FAILED", "ENDLESS", "ILLEGAL", "REFUSED");
    for (int i = 0; i < 4; i++) {
      JsonNode agreement = files.get(i).path("agreement");
      assertThat(agreement.path("JIT").asText()).as(run.out()).isEqualTo("all");
      assertThat(agreement.path("Step").asText()).as(run.out()).isEqualTo("all");
      assertThat(agreement.path("contract").asText()).endsWith("samples");
    }
    Files.delete(tests.resolve("2-fail"));
    Files.delete(tests.resolve("3-endless"));
    Files.delete(tests.resolve("4-illegal"));
    Files.delete(tests.resolve("5-text.elf"));
    CliRun.of("conformance", "riscv", tests, "--no-contract").succeeds();
    CliRun.of("conformance", "riscv", folder.resolve("none")).blames("none: there is no such");
    Files.delete(tests.resolve("1-pass"));
    CliRun.of("conformance", "riscv", tests).blames("there is no executable in it, 4 other");
  }

  private static void elf(Path file, int... words) throws IOException {
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
    Files.write(file, elf.array());
  }
}
