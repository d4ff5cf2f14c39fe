package opml.kernels.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.kernels.bound.StepBound;
import org.junit.jupiter.api.Test;

public class PinnedProgramsTest {
  private static final PinnedProgram PROGRAM =
      new PinnedProgram(
          Bytes32.ofWord(77), 9, new byte[] {1, -2, 3}, 128, StepBound.parse("7;3@s0,+ s1 2"));

  @Test
  void linesReadBackAsWritten() {
    Kernel kernel = KernelCatalog.byName("relu.f32");
    String line = PinnedPrograms.line(kernel, PROGRAM);
    assertThat(PinnedPrograms.parse("# a comment\n" + line + "\n"))
        .isEqualTo(Map.of("relu.f32", PROGRAM));
    PinnedProgram bare = new PinnedProgram(Bytes32.ZERO, 0, new byte[0], 0, StepBound.ZERO);
    assertThat(PinnedPrograms.parse(PinnedPrograms.line(kernel, bare)))
        .isEqualTo(Map.of("relu.f32", bare));
  }

  @Test
  void kernelThatIsNotPinnedIsNamed() {
    Kernel kernel = Kernel.of(Unpinned.class, "unpinned");
    assertThatThrownBy(() -> PinnedPrograms.of(kernel))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unpinned")
        .hasMessageContaining("programs.tsv");
  }

  @Test
  void malformedLineIsNamed() {
    String good = PinnedPrograms.line(KernelCatalog.byName("relu.f32"), PROGRAM);
    for (String bad :
        List.of("relu.f32", good + "\t", good.replace("0x", "0y"), good + "\n" + good)) {
      assertThatThrownBy(() -> PinnedPrograms.parse("# header\n" + bad))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching("(?s)opml/kernels/programs.tsv line [23]: .*");
    }
  }

  /// The owner of a kernel that nobody compiles.
  public static final class Unpinned {
    private Unpinned() {}

    public static void unpinned() {}
  }
}
