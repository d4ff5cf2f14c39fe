package opml.llm.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import opml.engine.commit.CommittedNode;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.model.LanguageModel;
import opml.llm.model.LargeModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The graphs of models as large as people use them; their weights are not there, and nobody reads them.
class CheckGraphTest {
  private static final long MOST_STEPS = 1L << 32;

  /// Which scalar of a kernel that works on a tile is the number of the tile's first row.
  private static final int TILE_FIRST = 1;

  static Stream<Arguments> shapes() {
    return Stream.of(
            ElementType.F32,
            ElementType.BF16,
            ElementType.Q8_0,
            ElementType.Q4_0,
            ElementType.Q2_K,
            ElementType.Q3_K,
            ElementType.Q4_K,
            ElementType.Q5_K,
            ElementType.Q6_K,
            ElementType.IQ2_XXS,
            ElementType.IQ4_XS)
        .flatMap(
            type ->
                Stream.of(
                    Arguments.of("7B", type, 4096, 11_008, 32, 32),
                    Arguments.of("70B", type, 8192, 28_672, 64, 8)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("shapes")
  void everyNodeIsWithinTheBounds(
      String name, ElementType type, int width, int feedForward, int heads, int kvHeads) {
    LanguageModel model = LargeModels.of(type, width, feedForward, heads, kvHeads);
    requireBounds(CheckGraph.of(model, new TextLimits(256, 64, CacheType.F16)));
  }

  @Test
  void aGraphOfAStrangersNumbersKeepsWithinItsBoundsOrIsNotMade() {
    LanguageModel model = LargeModels.of(ElementType.Q4_0, 4096, 11_008, 32, 32);
    TextLimits limits = new TextLimits(256, 64, CacheType.F16);
    long table = 256 * 128 * 4;
    Graph graph = CheckGraph.of(model, limits);
    int size = Math.max(graph.nodes().size(), graph.slots().size());
    assertThat(CheckGraph.of(model, limits, new CheckGraph.Bounds(size, table)).nodes())
        .hasSameSizeAs(graph.nodes());
    assertThatThrownBy(() -> CheckGraph.of(model, limits, new CheckGraph.Bounds(size - 1, table)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a graph of more than " + String.format("%,d", size - 1));
    assertThatThrownBy(() -> CheckGraph.of(model, limits, new CheckGraph.Bounds(size, table - 1)))
        .hasMessage(
            "a table of rotations of 131,072 bytes for texts of 256 tokens, expected at most"
                + " 131,071");
    TextLimits absurd = new TextLimits(TextLimits.MOST_CONTEXT, 1, CacheType.F32);
    assertThatThrownBy(() -> CheckGraph.of(model, absurd, new CheckGraph.Bounds(100_000, table)))
        .hasMessageContaining("a table of rotations of 8,589,934,592 bytes");
  }

  @ParameterizedTest
  @EnumSource
  void soIsAttentionToManyPositions(CacheType cache) {
    LanguageModel model = LargeModels.of(ElementType.Q4_0, 8192, 28_672, 64, 8);
    requireBounds(CheckGraph.of(model, new TextLimits(4096, 512, cache)));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 32_000, 128_256, 262_144, 500_000})
  void soIsADrawOfManyTokens(int vocabulary) {
    Kernel kernel = KernelCatalog.byName("choose.sampled");
    for (int context : new int[] {256, 8_192, 131_072}) {
      int rows = Effort.BOUNDED.choices(vocabulary, context, CheckGraph.TILE);
      assertThat(
              PinnedPrograms.of(kernel)
                  .bound()
                  .instructions(new long[] {1, 0, rows, 0, vocabulary, context}))
          .as("%d rows of %d, %d tokens", rows, vocabulary, context)
          .isLessThan(MOST_STEPS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 48, 256, 65_536})
  void soAreBreakersOfALongText(int longest) {
    Kernel kernel = KernelCatalog.byName("dry.breaks");
    long rows = Math.max(1, Effort.MOST_BROKEN / (longest + 1));
    assertThat(
            PinnedPrograms.of(kernel)
                .bound()
                .instructions(new long[] {0, 0, rows, 32_000, longest}))
        .as("%d tokens", rows)
        .isLessThan(MOST_STEPS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 100_000, 600_000})
  void soIsAGrammarOfManyTokens(int tokens) {
    Kernel kernel = KernelCatalog.byName("grammar.allow");
    for (long walked : new long[] {tokens, 2L * tokens, Effort.MOST_WALKED}) {
      int rows = Effort.BOUNDED.allowing(walked, CheckGraph.TILE);
      long bytes = Math.min(walked, Effort.MOST_WALKED) - tokens;
      if (bytes >= 0) {
        assertThat(
                PinnedPrograms.of(kernel)
                    .bound()
                    .instructions(new long[] {1, 0, rows, 0, 0, tokens, bytes, tokens}))
            .as("%d rows of %d tokens, %d bytes", rows, tokens, bytes)
            .isLessThan(MOST_STEPS);
      }
    }
  }

  private static void requireBounds(Graph graph) {
    // Which tile it is does not matter, but for how many positions that has before it.
    Set<List<Object>> seen = new HashSet<>();
    for (GraphNode node : graph.nodes()) {
      List<Long> scalars = new ArrayList<>(node.scalars());
      if (scalars.size() > TILE_FIRST) {
        scalars.set(TILE_FIRST, 0L);
      }
      if (seen.add(List.of(node.kernel(), scalars))) {
        var program = PinnedPrograms.of(node.kernel());
        assertThat(program.bound().instructions(node.scalarArray()))
            .as(node.name())
            .isLessThan(MOST_STEPS);
        assertThat(CommittedNode.fits(graph, node, program))
            .as("memory of " + node.name())
            .isTrue();
      }
    }
    assertThat(graph.slots()).allMatch(slot -> slot.bytes() <= Slot.MAX_BYTES);
  }
}
