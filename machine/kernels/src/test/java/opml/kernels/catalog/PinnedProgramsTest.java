package opml.kernels.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.kernels.bound.StepBound;
import opml.kernels.catalog.PinnedPrograms.Entry;
import org.junit.jupiter.api.Test;

public class PinnedProgramsTest {
  private static final PinnedProgram PROGRAM =
      new PinnedProgram(
          Bytes32.ofWord(77), 9, new byte[] {1, -2, 3}, 128, StepBound.parse("7;3@s0,+ s1 2"));
  private static final PinnedProgram BARE =
      new PinnedProgram(Bytes32.ZERO, 0, new byte[0], 0, StepBound.ZERO);

  @Test
  void linesReadBackAsWritten() {
    Entry entry = new Entry("relu.f32", 1, PROGRAM);
    Entry bare = new Entry("relu.f32", 3, BARE);
    assertThat(PinnedPrograms.parse("# a comment\n" + entry.line() + "\n" + bare.line()))
        .containsExactly(entry, bare);
  }

  @Test
  void anEditionHasWhatWasPinnedUntilThen() {
    Kernel relu = KernelCatalog.byName("relu.f32");
    Kernel add = KernelCatalog.byName("add.f32");
    List<Entry> entries =
        List.of(
            new Entry("relu.f32", 1, PROGRAM),
            new Entry("relu.f32", 2, BARE),
            new Entry("add.f32", 3, PROGRAM));
    var editions = PinnedPrograms.editions(entries);
    assertThat(editions).hasSize(3);
    assertThat(editions.get(0).apply(relu)).isEqualTo(BARE);
    assertThat(editions.get(1).apply(relu)).isEqualTo(BARE);
    assertThat(editions.get(2).apply(relu)).isEqualTo(PROGRAM);
    assertThat(editions.get(0).apply(add)).isEqualTo(PROGRAM);
    assertThat(editions.get(2).apply(add)).as("it came later").isEqualTo(PROGRAM);
    assertThat(editions).map(edition -> edition.has(add)).containsExactly(true, false, false);
    assertThat(editions).allMatch(edition -> edition.has(relu));
  }

  @Test
  void kernelThatIsNotPinnedIsNamed() {
    Kernel kernel = Kernel.of(Unpinned.class, "unpinned");
    assertThatThrownBy(() -> PinnedPrograms.of(kernel))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unpinned")
        .hasMessageContaining("programs.tsv");
    assertThatThrownBy(() -> PinnedPrograms.code(PROGRAM))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not there, or has another root");
  }

  @Test
  void malformedLineIsNamed() {
    String good = new Entry("relu.f32", 2, PROGRAM).line();
    String before = new Entry("add.f32", 1, PROGRAM).line();
    for (String bad :
        List.of(
            "relu.f32",
            good + "\t",
            good.replace("0x", "0y"),
            good + "\n" + good,
            good + "\n" + before)) {
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
