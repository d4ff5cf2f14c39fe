package opml.lab.bench.engine;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import opml.engine.commit.Model;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.game.move.Action;
import opml.game.move.GameFormat;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.lab.bench.engine.EngineFigures.Dispute;
import opml.lab.scenario.Lie;
import opml.lab.scenario.ManyDisputes;
import opml.lab.scenario.OneDispute;

/// A dispute over state in place: a server runs a looping model of a million turns, which are two million steps, and
/// one byte of one row of its slot of 8 MiB is wrong from then on; a verifier challenges it, and the contract executes
/// the instruction that stored the byte.
final class InPlaceDispute {
  private static final int TURNS = 1_000_000;
  private static final int ROWS = 1 << 20;
  private static final int INTS = 2;
  private static final int ROW_BYTES = INTS * Integer.BYTES;

  private InPlaceDispute() {}

  /// {@return the figures, or nothing if no chain can be started}
  ///
  /// @param seed chooses turn and byte
  /// @param notes hears what is not measured, and why
  static Optional<Dispute> measure(long seed, Consumer<String> progress, Consumer<String> notes) {
    if (!AnvilBinary.isInstalled()) {
      notes.accept("the dispute: not measured, anvil is not installed");
      return Optional.empty();
    }
    Model model = Model.of(StatefulModels.looping(INTS, ROWS, TURNS), PinnedPrograms::of);
    SplittableRandom random = new SplittableRandom(seed);
    long turn = turn(model, random);
    long offset = turn * ROW_BYTES + random.nextInt(ROW_BYTES);
    long step = turn * model.nodes().size();
    progress.accept(
        "a dispute over byte %,d, which turn %,d writes; seed %d".formatted(offset, turn, seed));
    try (DevChain chain = DevChain.start()) {
      OneDispute one =
          OneDispute.ofLyingServer(
              chain, model, StatefulModels.input(TURNS), new Lie.InByte(step, offset));
      requireBlame(one, step);
      return Optional.of(new Dispute(one.gas(), one.moves(), one.seconds()));
    }
  }

  /// {@return a turn of chance in a game over which there are as many lists as there can be: few games are shorter, and
  /// in those it is the liar who is on turn in the end and runs out of time, so that no instruction is executed}
  private static long turn(Model model, SplittableRandom random) {
    long length = model.descriptor().steps();
    // Besides these lists, a game over traces of one instruction has one list and one execution.
    long most = GameFormat.PROTOCOL.movesAtMost(length, 1) - 2;
    while (true) {
      long turn = random.nextLong(TURNS);
      if (ManyDisputes.lists(length, turn * model.nodes().size()) == most) {
        return turn;
      }
    }
  }

  private static void requireBlame(OneDispute one, long step) {
    boolean blamed =
        one.played().stream()
            .anyMatch(
                move -> move instanceof Action.Refine refine && refine.disputed().first() == step);
    if (!blamed || !(one.played().getLast() instanceof Action.Execute)) {
      throw new BenchException("the dispute came to something else: " + one.played());
    }
  }
}
