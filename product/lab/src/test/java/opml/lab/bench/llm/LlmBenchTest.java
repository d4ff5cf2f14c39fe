package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import opml.lab.bench.llm.LlmFigures.Missing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlmBenchTest {
  @TempDir Path folder;

  private LlmFigures run(LlmChoice choice, LlmFigures before, List<LlmFigures> found)
      throws IOException {
    LlmBench.Places nowhere = new LlmBench.Places(folder, folder, folder.resolve("none"), folder);
    return LlmBench.run(nowhere, choice, before, _ -> {}, found::add);
  }

  @Test
  void whatCannotBeMeasuredIsSaidCaseByCaseWithTheReason() throws IOException {
    LlmChoice choice = new LlmChoice(true, false, Set.of(), Set.of());
    List<LlmFigures> found = new ArrayList<>();
    LlmFigures figures = run(choice, LlmFigures.NONE, found);
    assertThat(figures.missing())
        .extracting(Missing::reason)
        .hasSizeGreaterThan(6)
        .allMatch(reason -> reason.endsWith("is not there"));
    assertThat(found).hasSameSizeAs(figures.missing());
    assertThat(found.getLast()).isEqualTo(figures);
  }

  @Test
  void whatIsKnownIsNotMeasuredAgain() throws IOException {
    LlmChoice choice =
        new LlmChoice(false, false, Set.of("stories260K"), Set.of(LlmFigures.Test.DISPUTE));
    LlmFigures.Dispute known = new LlmFigures.Dispute("stories260K", 1, 7, 1_000_000, 6);
    LlmFigures before =
        new LlmFigures(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(known),
            List.of());
    List<LlmFigures> found = new ArrayList<>();
    assertThat(run(choice, before, found)).isEqualTo(before);
    assertThat(found).isEmpty();
    assertThat(run(choice, LlmFigures.NONE, found).missing()).hasSize(1);
  }

  @Test
  void aModelThatIsVeryLargeIsMeasuredOnlyIfSomebodyAsksForIt() {
    BenchedModel seven = ModelFiles.all().getLast();
    assertThat(seven.name()).isEqualTo(ModelFiles.SEVEN);
    LlmChoice all = new LlmChoice(false, false, Set.of(), Set.of());
    assertThat(all.has(seven)).isFalse();
    assertThat(all.leavesOut(seven)).isTrue();
    assertThat(new LlmChoice(false, true, Set.of(), Set.of()).has(seven)).isTrue();
    assertThat(new LlmChoice(false, false, Set.of(ModelFiles.SEVEN), Set.of()).has(seven)).isTrue();
    assertThat(new LlmChoice(true, true, Set.of(), Set.of()).has(seven)).isFalse();
  }
}
