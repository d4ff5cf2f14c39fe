package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import opml.compiler.kernels.Records;
import opml.compiler.kernels.Records.Matrix;
import opml.compiler.program.CompiledProgram;
import org.junit.jupiter.api.Test;

/// Records and tables of kernel Java, natively and on the machine, where no record exists.
class RecordsTest {
  private static final long SEED = 20261128;

  private static void check(
      String method,
      int xSize,
      int ySize,
      BiConsumer<MemorySegment, MemorySegment> reference,
      long... scalars) {
    byte[] x = new byte[xSize];
    new SplittableRandom(SEED).nextBytes(x);
    MemorySegment nativeX = KernelCall.aligned(x);
    MemorySegment nativeY = KernelCall.aligned(new byte[ySize]);
    reference.accept(nativeX, nativeY);
    CompiledProgram program = Compiler.compile(method, Records.class, method);
    KernelCall call = KernelCall.run(program, List.of(x, new byte[ySize]), scalars);
    assertThat(call.segments().get(1))
        .as(method + ", seed " + SEED)
        .isEqualTo(KernelCall.bytes(nativeY));
  }

  @Test
  void recordsAreTheirComponents() {
    int n = 9;
    check(
        "gram",
        4 * n * n,
        4 * n * n,
        (x, y) -> Records.gram(new Matrix(x, 4 * n, 4), new Matrix(y, 4 * n, 4), n),
        36,
        4,
        36,
        4,
        n);
  }

  @Test
  void recordsLiveAcrossLoopsAndBranches() {
    check("fours", 4 * 200, 48, (x, y) -> Records.fours(x, y, 200), 200);
  }

  @Test
  void tablesOfEveryTypeAreRead() {
    check("tables", 4 * 100, 32 * 100, (x, y) -> Records.tables(x, y, 100), 100);
  }

  @Test
  void theSegmentsOfRecordsComeBeforeAllOtherValues() {
    check(
        "mixed",
        64,
        16,
        (x, y) -> Records.mixed(7, new Matrix(x, 8, 4), 2.5f, y, -9),
        7,
        8,
        4,
        Float.floatToIntBits(2.5f),
        -9);
  }
}
