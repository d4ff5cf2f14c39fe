package opml.kernels.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

public class KernelCatalogTest {
  @Test
  void everyKernelHasItsNameAndBoundMethod() {
    assertThat(KernelCatalog.all())
        .hasSizeGreaterThanOrEqualTo(54)
        .allSatisfy(kernel -> assertThat(KernelCatalog.byName(kernel.name())).isSameAs(kernel))
        .extracting(Kernel::name)
        .doesNotHaveDuplicates();
    assertThat(KernelCatalog.byName("qlinear.conv2d").method()).isEqualTo("qlinearConv2d");
    assertThat(KernelCatalog.byName("conv2d.f32").method()).isEqualTo("conv2dF32");
  }

  @Test
  void segmentsFitTheRegionsOfTheAddressSpace() {
    assertThat(KernelCatalog.all())
        .allSatisfy(kernel -> assertThat(kernel.segments()).hasSizeBetween(1, 15));
  }

  @Test
  void unknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> KernelCatalog.byName("conv4d.f32"))
        .hasMessageContaining("conv4d.f32")
        .hasMessageContaining("conv2d.f32");
  }

  @Test
  void runPassesScalarsInTheirRawForm() {
    Kernel kernel = Kernel.of(Probe.class, "probe");
    MemorySegment memory = Arena.ofAuto().allocate(24, 8);
    int exit =
        kernel.run(
            new MemorySegment[] {memory},
            new long[] {-5, 1L << 40, (long) Float.floatToRawIntBits(-2.5f)});
    assertThat(exit).isEqualTo(1);
    assertThat(Mem.i32(memory, 0)).isEqualTo(-5);
    assertThat(Mem.i64(memory, 8)).isEqualTo(1L << 40);
    assertThat(Mem.f32(memory, 16)).isEqualTo(-2.5f);
  }

  @Test
  void runRefusesOtherCountsOfParameters() {
    Kernel kernel = Kernel.of(Probe.class, "probe");
    assertThatThrownBy(() -> kernel.run(new MemorySegment[0], new long[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("probe takes 1 segments and 3 scalars");
  }

  @Test
  void kernelWithoutItsMethodIsRefused() {
    assertThatThrownBy(() -> Kernel.of(Probe.class, "missing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no public static method for the kernel missing");
    assertThatThrownBy(() -> Kernel.of(NoKernels.class, "takes.double"))
        .hasMessageContaining("NoKernels.takesDouble is no kernel: wide is a double");
    assertThatThrownBy(() -> Kernel.of(NoKernels.class, "returns.long"))
        .hasMessageContaining("NoKernels.returnsLong is no kernel: it returns a long");
  }

  @Test
  void argumentsAreThoseOfTheMethodWithRecordsTakenApart() {
    Kernel gemm = KernelCatalog.byName("gemm.f32");
    assertThat(gemm.segments()).containsExactly("a", "b", "c", "y");
    assertThat(gemm.scalars().stream().map(Scalar::name))
        .containsExactly(
            "m",
            "n",
            "k",
            "a.row",
            "a.column",
            "b.row",
            "b.column",
            "c.row",
            "c.column",
            "alpha",
            "beta");
    assertThat(gemm.scalar("c.row")).isEqualTo(7);
    assertThatThrownBy(() -> gemm.scalar("c.rows"))
        .hasMessageContaining("gemm.f32 has no scalar 'c.rows'; there are [m, n, k, a.row");
    assertThat(KernelCatalog.byName("qlinear.matmul").segments())
        .containsExactly("a", "b", "scales.multiplier", "scales.shift", "scales.bias", "y");
  }

  /// A kernel that stores what it is given, and stops.
  public static final class Probe {
    private Probe() {}

    public static int probe(MemorySegment y, int i, long l, float f) {
      Mem.putI32(y, 0, i);
      Mem.putI64(y, 8, l);
      Mem.putF32(y, 16, f);
      return 1;
    }
  }

  /// Methods that the machine could not be given.
  public static final class NoKernels {
    private NoKernels() {}

    public static void takesDouble(MemorySegment y, double wide) {
      Mem.putI64(y, 0, (long) wide);
    }

    public static long returnsLong(MemorySegment y) {
      return Mem.i64(y, 0);
    }
  }
}
