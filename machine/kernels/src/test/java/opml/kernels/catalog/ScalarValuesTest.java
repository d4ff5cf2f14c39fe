package opml.kernels.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScalarValuesTest {
  private final Kernel gemm = KernelCatalog.byName("gemm.f32");

  @Test
  void scalarsAreGivenByNameInAnyOrder() {
    ScalarValues values =
        new ScalarValues(gemm)
            .real("beta", -2)
            .ints("b a", 5, 6, 3, 4)
            .ints("c.column", 8)
            .ints("c.row n m k", 7, 1, 0, 2)
            .real("alpha", 1);
    assertThat(values.all())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 0x3f800000L, 0xffffffff_c0000000L);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    ScalarValues values = new ScalarValues(gemm).ints("m n", 1, 2);
    assertThatThrownBy(() -> values.ints("m", 1)).hasMessage("gemm.f32: m is given twice");
    assertThatThrownBy(() -> values.ints("alpha", 1))
        .hasMessage("gemm.f32: alpha is a FLOAT, not INT");
    assertThatThrownBy(() -> values.ints("a k", 1, 2))
        .hasMessage("gemm.f32: 2 values for the 3 scalars of 'a k'");
    assertThatThrownBy(() -> values.ints("q", 1))
        .hasMessageContaining("gemm.f32 has no scalar 'q'");
    assertThatThrownBy(values::all)
        .hasMessage(
            "gemm.f32: no value for [k, a.row, a.column, b.row, b.column, c.row, c.column, alpha,"
                + " beta]");
  }
}
