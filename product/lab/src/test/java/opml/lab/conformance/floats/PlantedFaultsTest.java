package opml.lab.conformance.floats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftFloat;
import org.junit.jupiter.api.Test;

/// The comparisons find what they are made to find: small faults, planted in the reference and in the machine's code.
class PlantedFaultsTest {
  private static final long CASES = 20_000;
  private static final int LINES = 5_000;

  /// Adds, but takes away what is below the normal numbers.
  private static long flushing(long a, long b, long c) {
    int sum = SoftFloat.add((int) a, (int) b);
    return (sum & 0x7f800000) == 0 ? sum & 0x80000000L : sum & 0xffffffffL;
  }

  /// Adds, but one step further at one odd result in 64.
  private static long slipping(long a, long b, long c) {
    int sum = SoftFloat.add((int) a, (int) b);
    return ((sum & 0x3f) == 0x15 ? sum + 1 : sum) & 0xffffffffL;
  }

  /// Adds, but passes on the NaN that it was given, as processors do.
  private static long passingOn(long a, long b, long c) {
    return FloatOperand.F32.isNan(a) ? a : FloatFunction.F32_ADD.soft(a, b, 0);
  }

  /// Kernels that claim to add.
  static final class Faulty {
    private Faulty() {}

    static void flushing(MemorySegment x, MemorySegment y, int n) {
      for (int i = 0; i < n; i++) {
        float sum = Mem.f32(x, 16L * i) + Mem.f32(x, 16L * i + 8);
        Mem.putF32(y, 8L * i, sum < 0x1p-126f && sum > -0x1p-126f ? 0 : sum);
      }
    }
  }

  private static FloatReport random(FloatFunction.Bits reference, FloatMachine machine) {
    return new RandomRun(FloatFunction.F32_ADD, reference, machine, System.nanoTime())
        .run(CASES, CASES, 2, _ -> {});
  }

  private static FloatReport lines(FloatFunction.Bits reference, FloatMachine machine)
      throws IOException {
    SplittableRandom random = new SplittableRandom();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      // Exponents from 0 to 7: sums of all kinds, subnormal ones among them; every hundredth
      // operand is NaN.
      int a = i % 100 == 0 ? random.nextInt() | 0x7fc00001 : random.nextInt() & 0x83ffffff;
      int b = random.nextInt() & 0x83ffffff;
      float sum = Float.intBitsToFloat(a) + Float.intBitsToFloat(b);
      lines.append("%08x %08x %08x 01\n".formatted(a, b, Float.floatToIntBits(sum)));
    }
    return new TestFloatRun(FloatFunction.F32_ADD, reference, machine, "lines")
        .run(new BufferedReader(new StringReader(lines.toString())), _ -> {});
  }

  private static FloatMachine right() {
    return new FloatMachine(FloatFunction.F32_ADD);
  }

  @Test
  void withoutAFaultThereIsNoMiss() throws IOException {
    FloatFunction.Bits reference = FloatFunction.F32_ADD::soft;
    assertThat(random(reference, right()).first()).isEmpty();
    assertThat(lines(reference, right()).first()).isEmpty();
  }

  @Test
  void faultsOfTheReferenceAreFound() throws IOException {
    for (FloatFunction.Bits fault :
        List.<FloatFunction.Bits>of(
            PlantedFaultsTest::flushing,
            PlantedFaultsTest::slipping,
            PlantedFaultsTest::passingOn)) {
      assertFoundBy("reference", random(fault, right()));
      assertFoundBy("reference", lines(fault, right()));
    }
  }

  @Test
  void faultsOfTheMachinesCodeAreFound() throws IOException {
    FloatFunction.Bits reference = FloatFunction.F32_ADD::soft;
    FloatMachine flushing = new FloatMachine(FloatFunction.F32_ADD, Faulty.class, "flushing");
    assertFoundBy("machine", random(reference, flushing));
    assertFoundBy("machine", lines(reference, flushing));
    FloatMachine other = new FloatMachine(FloatFunction.F32_ADD, FloatKernels.class, "sub");
    assertFoundBy("machine", random(reference, other));
    assertFoundBy("machine", lines(reference, other));
  }

  private static void assertFoundBy(String culprit, FloatReport report) {
    assertThat(report.passes()).isFalse();
    assertThat(report.misses()).isPositive();
    assertThat(report.first()).isNotEmpty().allMatch(miss -> miss.by().equals(culprit));
  }
}
