package opml.compiler;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;

/// Prints the size of every catalogue program, and what a multiply-accumulate of the products costs.
///
/// A figure is all instructions that the machine retires from the program's first to its exit, both included, over the
/// multiply-accumulates of the shape: so loops, addresses, the sums' ends, requantisation and stores count, and what is
/// around a program (memory, commitments) does not. A dense layer is (4, 784) times (784, 8), the int8 convolution the
/// demo model's second: 8 channels of 14 by 14 to 16 of 7 by 7, windows of 3 by 3, where the products that fall on
/// padding count as work although they are skipped. Operands are random: floats in [-1, 1), any bytes; figures of float
/// programs depend on them, since soft-float's paths differ in length, those of int8 hardly.
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

  /// {@return instructions per multiply-accumulate of an int8 convolution}
  public static double convolutionInstructionsPerMac() {
    SplittableRandom random = new SplittableRandom(3);
    int in = 8;
    int out = 16;
    int side = 7;
    byte[] scale = {0, 0, 0, 0x40};
    byte[] shift = {40, 0, 0, 0};
    List<byte[]> segments =
        List.of(
            bytes(in * 4 * side * side, random),
            bytes(out * in * 9, random),
            scale,
            shift,
            new byte[4 * out],
            new byte[out * side * side]);
    long[] scalars = {
      1, in, 14, 14, out, side, side, 3, 3, 2, 2, 1, 1, 1, 1, 1, 3, 0, -5, 0, 1, 0, 0
    };
    return steps("qlinear.conv2d", segments, scalars) / (double) (out * side * side * in * 9);
  }

  private static double perMac(String name, List<byte[]> segments, long... scalars) {
    return steps(name, segments, scalars) / (double) (ROWS * COLUMNS * DEPTH);
  }

  private static long steps(String name, List<byte[]> segments, long... scalars) {
    CompiledProgram program = Programs.of(KernelCatalog.byName(name));
    return KernelCall.run(program, segments, scalars).steps();
  }

  private static byte[] bytes(int count, SplittableRandom random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] floats(int count, SplittableRandom random) {
    ByteBuffer out = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
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
                "instructions per multiply-accumulate: float32 dense %.2f, int8 dense %.2f, int8 convolution %.2f",
                floatInstructionsPerMac(),
                int8InstructionsPerMac(),
                convolutionInstructionsPerMac()))
        .toString();
  }

  private static String line(Object... fields) {
    return String.format(Locale.ROOT, "%-22s %12s %9s %6s %9s%n", fields);
  }
}
