package opml.game.toy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.move.GameFormat;
import opml.game.move.LevelStart;
import opml.game.referee.Levels;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;

/// A program of any number of levels. A step of the last level mixes value, scratch and program; a step of a level
/// above is a whole run of the level below, from which only the value comes back up. So many ends below mean the
/// same state above, which is what makes `E′ ≠ E` more than `end ≠ V_L`.
///
/// @param lengths of the traces, level by level
/// @param haltAt after how many steps each level is over; what follows up to its length is padding
/// @param mask blinds commitments, so that any chosen state can be made to look like zero
public record Toy(List<Long> lengths, List<Long> haltAt, Bytes32 mask) implements Levels {
  public static final Bytes32 MODEL = new Bytes32(0x6d, 0, 0, 0);
  public static final Bytes32 INPUT = new Bytes32(0x69, 7, 0, 0);

  /// {@return a toy that uses all its steps on every level}
  public static Toy of(long... lengths) {
    List<Long> all = Arrays.stream(lengths).boxed().toList();
    return new Toy(all, all, Bytes32.ZERO);
  }

  /// {@return this toy with all steps but the first `used` of a level being padding}
  public Toy halting(int level, long used) {
    List<Long> earlier = new ArrayList<>(haltAt);
    earlier.set(level, used);
    return new Toy(lengths, earlier, mask);
  }

  /// {@return this toy with the state `index` of level 0 committed to by zero}
  public Toy zeroAt(long index) {
    return new Toy(lengths, haltAt, trace().at(index));
  }

  public int levels() {
    return lengths.size();
  }

  /// {@return the most moves that a game about this takes}
  public long movesAtMost(GameFormat format) {
    return format.movesAtMost(lengths.stream().mapToLong(Long::longValue).toArray());
  }

  /// {@return the true level-0 trace}
  public ToyTrace trace() {
    return new ToyTrace(this, 0, begin(MODEL, INPUT));
  }

  /// {@return the trace of a level that begins here, be it on the true run or not}
  public ToyTrace traceOf(int level, LevelStart opening) {
    return new ToyTrace(this, level, opening);
  }

  @Override
  public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot) {
    if (!modelId.equals(MODEL)) {
      throw new RefusedCallException(Refusal.MODEL_UNKNOWN, "no model " + modelId);
    }
    ToyState start = new ToyState(0, inputRoot.lane1(), 0, 0, ToyState.RUNNING);
    return new LevelStart(start.commitment(mask), lengths.getFirst(), MODEL);
  }

  @Override
  public Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start) {
    ToyState above = open(start, level);
    if (!above.isRunning()) {
      return Optional.empty();
    }
    ToyState below = new ToyState(level + 1, above.value(), 0, 0, ToyState.RUNNING);
    Bytes32 program = new Bytes32(0x70, level + 1, step % 3, context.lane2() + context.lane1());
    return Optional.of(new LevelStart(below.commitment(mask), lengths.get(level + 1), program));
  }

  @Override
  public Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end) {
    ToyState above = open(start, level);
    ToyState below = open(end, level + 1);
    if (below.status() != ToyState.DONE) {
      return ToyState.failed(level).commitment(mask);
    }
    return next(above, below.value(), above.scratch()).commitment(mask);
  }

  @Override
  public Bytes32 execute(Bytes32 context, Bytes32 start) {
    ToyState state = open(start, levels() - 1);
    if (!state.isRunning()) {
      return start;
    }
    long value = state.value() * 31 + state.scratch() + context.lane2() + 1;
    return next(state, value, Long.rotateLeft(value, 7) ^ state.scratch()).commitment(mask);
  }

  /// {@return the state after one step of any level: the last executes it, the others run the level below}
  Bytes32 step(int level, Bytes32 context, long step, Bytes32 start) {
    if (level == levels() - 1) {
      return execute(context, start);
    }
    Optional<LevelStart> below = refine(level, context, step, start);
    if (below.isEmpty()) {
      return start;
    }
    Bytes32 end = below.get().start();
    for (long i = 0; i < below.get().length(); i++) {
      end = step(level + 1, below.get().context(), i, end);
    }
    return image(level, context, step, start, end);
  }

  /// {@return another state that means the same one level up}
  public Bytes32 twin(int level, Bytes32 truth) {
    ToyState state = open(truth, level);
    return new ToyState(level, state.value(), state.scratch() + 1, state.count(), state.status())
        .commitment(mask);
  }

  /// {@return a well-formed state with another value}
  public Bytes32 wrong(int level, Bytes32 truth) {
    ToyState state = open(truth, level);
    return new ToyState(level, state.value() + 1, state.scratch(), state.count(), state.status())
        .commitment(mask);
  }

  /// {@return the state as if the program still ran, or ran no more}
  public Bytes32 flipped(int level, Bytes32 truth) {
    ToyState state = open(truth, level);
    int status = state.isRunning() ? ToyState.DONE : ToyState.RUNNING;
    return new ToyState(level, state.value(), state.scratch(), state.count(), status)
        .commitment(mask);
  }

  @Override
  public String toString() {
    return "toy of " + lengths + " steps, halting at " + haltAt;
  }

  private ToyState next(ToyState state, long value, long scratch) {
    long count = state.count() + 1;
    int status = count >= haltAt.get(state.level()) ? ToyState.DONE : ToyState.RUNNING;
    return new ToyState(state.level(), value, scratch, count, status);
  }

  private ToyState open(Bytes32 commitment, int level) {
    return ToyState.open(commitment, level, mask)
        .orElseThrow(
            () -> new RefusedCallException(Refusal.STATE_MISMATCH, "no preimage of " + commitment));
  }
}
