package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.core.hash.Bytes32;
import opml.engine.commit.ModelDescriptor;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.Output;
import opml.engine.commit.Segment;
import org.junit.jupiter.api.Test;

class GameGasTest {
  private static final int SLOTS = 24;
  private static final int MEMORY = 32;

  /// What the largest refinement that the protocol allows took on a chain: 16 slot segments spread over a memory of
  /// depth 32, four outputs, slot and graph trees of depth 24, no sibling left out.
  private static final long LARGEST_MEASURED = 1_320_927;

  @Test
  void theLargestRefinementStaysBelowItsBound() {
    ModelDescriptor model =
        new ModelDescriptor(
            Bytes32.ZERO, SLOTS, 1 << SLOTS, 1, Bytes32.ZERO, SLOTS, 0, 0, 1, 1, 0, 1, false);
    List<Segment> segments =
        IntStream.range(0, 16)
            .<Segment>mapToObj(i -> new Segment.FromSlot(0, (long) i << (MEMORY - 4), i))
            .toList();
    List<Output> outputs =
        Stream.of(1L, 2L, 3L, 4L).map(i -> new Output(0, i, i.intValue())).toList();
    NodeDescriptor node = new NodeDescriptor(Bytes32.ZERO, 16, MEMORY, 40, segments, outputs);
    assertThat(GameGas.refine(model, node))
        .isGreaterThanOrEqualTo(LARGEST_MEASURED)
        .isLessThan(2 * LARGEST_MEASURED);
  }
}
