package opml.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;

/// Prints the size of every catalogue program, and what a multiply-accumulate of the dense products costs.
public final class Measure {
  private static final int ROWS = 4;
  private static final int COLUMNS = 8;
  private static final int DEPTH = 784;

  private Measure() {}

  public static void main(String[] arguments) {
    System.out.println(report());
  }

  /// {@return instructions per multiply-accumulate of a float dense layer, ordinary numbers, loops included}
  public static double floatInstructionsPerMac() {
    SplittableRandom random = new SplittableRandom(1);
    List<byte[]> segments =
        List.of(
            floats(ROWS * DEPTH, random),
            floats(DEPTH * COLUMNS, random),
            floats(ROWS * COLUMNS, random),
            new byte[4 * ROWS * COLUMNS]);
    int one = Float.floatToIntBits(1f);
    // Weights as a linear layer has them, (out, in).
    return perMac(
        "gemm.f32", segments, ROWS, COLUMNS, DEPTH, DEPTH, 1, 1, DEPTH, COLUMNS, 1, one, one);
  }

  /// {@return instructions per multiply-accumulate of an int8 dense layer}
  public static double int8InstructionsPerMac() {
    SplittableRandom random = new SplittableRandom(2);
    byte[] scale = {0, 0, 0, 0x40};
    byte[] shift = {40, 0, 0, 0};
    List<byte[]> segments = new ArrayList<>();
    segments.add(bytes(ROWS * DEPTH, random));
    segments.add(bytes(DEPTH * COLUMNS, random));
    segments.add(scale);
    segments.add(shift);
    segments.add(new byte[4 * COLUMNS]);
    segments.add(new byte[ROWS * COLUMNS]);
    return perMac("qlinear.matmul", segments, ROWS, COLUMNS, DEPTH, 3, 0, -5, 0, 0, 0, 0);
  }

  private static double perMac(String name, List<byte[]> segments, long... scalars) {
    CompiledProgram program = Programs.of(KernelCatalog.byName(name));
    long steps = KernelCall.run(program, segments, scalars).steps();
    return steps / (double) (ROWS * COLUMNS * DEPTH);
  }

  private static byte[] bytes(int count, SplittableRandom random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] floats(int count, SplittableRandom random) {
    java.nio.ByteBuffer out =
        java.nio.ByteBuffer.allocate(4 * count).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putFloat((float) (random.nextDouble() * 2 - 1));
    }
    return out.array();
  }

  static String report() {
    StringBuilder text = new StringBuilder();
    text.append(line("program", "instructions", "constants", "stack", "codeDepth"));
    for (Kernel kernel : KernelCatalog.all()) {
      CompiledProgram program = Programs.of(kernel);
      text.append(
          line(
              kernel.name(),
              program.instructionCount(),
              program.constants().length,
              program.stackBytes(),
              program.codeDepth()));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "instructions per multiply-accumulate: float32 dense %.2f, int8 dense %.2f",
                floatInstructionsPerMac(),
                int8InstructionsPerMac()))
        .toString();
  }

  private static String line(Object... fields) {
    return String.format(Locale.ROOT, "%-22s %12s %9s %6s %9s%n", fields);
  }
}
