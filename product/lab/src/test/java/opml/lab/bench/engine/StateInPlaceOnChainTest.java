package opml.lab.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import opml.engine.commit.Model;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.move.Action;
import opml.game.move.GameFormat;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.play.OnDevChain;
import opml.lab.scenario.Lie;
import opml.lab.scenario.OneDispute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Disputes over a slot that a looping model changes in place, on a real chain. That the liar loses, and that every
/// balance is right, is what a [OneDispute] sees to.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class StateInPlaceOnChainTest extends OnDevChain {
  private static final int ROW_BYTES = 8;

  /// Twice as many steps: both levels take two lists in every game, so that the verifier executes.
  private static final int TURNS = 100;

  /// Three pages, so that a byte can be far from the row.
  private static final int ROWS = 1536;

  private final Model model = Model.of(StatefulModels.looping(2, ROWS, TURNS), PinnedPrograms::of);
  private final byte[] input = StatefulModels.input(TURNS);
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private final long turn = random.nextLong(TURNS);

  @Test
  void aWrongByteInOneRowIsBlamedOnTheNodeThatWroteIt() {
    long offset = turn * ROW_BYTES + random.nextInt(ROW_BYTES);
    assertBlamed(OneDispute.ofLyingServer(dev, model, input, lie(offset)), offset);
  }

  @Test
  void aByteOutsideOfTheRowThatTheKernelSaysItChangesIsNoWayOut() {
    for (long offset : List.of(rowBefore(), ROWS * (long) ROW_BYTES - 1)) {
      assertBlamed(OneDispute.ofLyingServer(dev, model, input, lie(offset)), offset);
    }
  }

  @Test
  void anHonestServerWinsAgainstWhoSaysThatARowIsAnother() {
    long inside = turn * ROW_BYTES + random.nextInt(ROW_BYTES);
    for (long offset : List.of(inside, ROWS * (long) ROW_BYTES - 1)) {
      OneDispute dispute = OneDispute.ofSham(dev, model, input, lie(offset));
      assertThat(dispute.played()).as(what(offset)).hasAtLeastOneElementOfType(Action.Refine.class);
    }
  }

  /// {@return a byte that an earlier turn wrote, or one of the next row}
  private long rowBefore() {
    return turn == 0 ? ROW_BYTES : random.nextLong(turn * ROW_BYTES);
  }

  private Lie lie(long offset) {
    return new Lie.InByte(2 * turn, offset);
  }

  private String what(long offset) {
    return "byte %d at turn %d of seed %d".formatted(offset, turn, seed);
  }

  private void assertBlamed(OneDispute dispute, long offset) {
    List<Action.Refine> refined =
        dispute.played().stream()
            .filter(Action.Refine.class::isInstance)
            .map(Action.Refine.class::cast)
            .toList();
    assertThat(refined)
        .as(what(offset))
        .singleElement()
        .satisfies(refine -> assertThat(refine.disputed().first()).isEqualTo(2 * turn));
    assertThat(model.nodes().getFirst().node().kernel().name()).isEqualTo("append");
    assertThat(dispute.played().getLast()).as(what(offset)).isInstanceOf(Action.Execute.class);
    assertThat((long) dispute.moves())
        .as(what(offset))
        .isEqualTo(
            GameFormat.PROTOCOL.movesAtMost(
                model.descriptor().steps(), model.nodes().getFirst().descriptor().steps()));
  }
}
