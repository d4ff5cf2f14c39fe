package opml.game.toy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.game.claim.Claim;
import opml.game.move.LevelStart;
import opml.game.referee.Levels;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.trace.Trace;

/// A sequence automaton whose output is given and checked. From an input x it makes numbers: x + 1, and 1 more each
/// time, until one reaches [#LIMIT], or there are two. The tape says how many, which, and why there are no more. An
/// input of 0 is bad, and its only tape says so. Four steps check the first number, the second, how many, and why: each
/// against the input and what stands before it. A wrong one ends the run as failed.
///
/// In place of an output's hash, its claim has the tape itself.
public final class GivenToy implements Levels {
  public static final Bytes32 MODEL = new Bytes32(0x67, 0, 0, 0);

  /// A number that reaches this is the last.
  public static final long LIMIT = 4;

  public static final long FULL = 2;
  public static final long STOPPED = 1;
  public static final long BAD_INPUT = 3;

  private static final int STEPS = 4;
  private static final int RUNNING = 0;
  private static final int DONE = 1;
  private static final int FAILED = 2;

  private final Map<Bytes32, State> known = new HashMap<>();

  /// What a run gives out.
  ///
  /// @param why there are no more
  public record Tape(long count, long first, long second, long why) {
    /// {@return the tape in the place of a hash}
    public Bytes32 word() {
      return new Bytes32(count, first, second, why);
    }

    static Tape of(Bytes32 word) {
      return new Tape(word.lane0(), word.lane1(), word.lane2(), word.lane3());
    }
  }

  private record State(long input, Tape tape, int step, int status) {
    Bytes32 commitment() {
      return Preimage.tagged("given").word(input).word(tape.word()).word(step).word(status).hash();
    }

    /// {@return the state after a step: the obvious automaton, told number by number}
    State next() {
      if (status != RUNNING) {
        return this;
      }
      boolean good = input > 0;
      boolean more = good && tape.first() < LIMIT;
      boolean right =
          switch (step) {
            case 0 -> tape.first() == (good ? input + 1 : 0);
            case 1 -> tape.second() == (more ? tape.first() + 1 : 0);
            case 2 -> tape.count() == (more ? 2 : good ? 1 : 0);
            default -> tape.why() == (more ? FULL : good ? STOPPED : BAD_INPUT);
          };
      if (!right) {
        return new State(0, new Tape(0, 0, 0, 0), 0, FAILED);
      }
      return new State(input, tape, step + 1, step + 1 == STEPS ? DONE : RUNNING);
    }
  }

  /// {@return the input's commitment}
  public static Bytes32 input(long x) {
    return new Bytes32(x, 0, 0, 0);
  }

  /// {@return the true trace of checking this tape}
  public Trace trace(long x, Tape tape) {
    return new States(LongStream.rangeClosed(0, STEPS).mapToObj(i -> after(x, tape, i)).toList());
  }

  /// {@return a liar's trace: true until the check that fails, and as if nothing had been wrong from there on}
  public Trace lyingTrace(long x, Tape tape) {
    return new States(
        LongStream.rangeClosed(0, STEPS)
            .mapToObj(i -> commit(new State(x, tape, (int) i, i == STEPS ? DONE : RUNNING)))
            .toList());
  }

  /// {@return whether the tape is the answer}
  public boolean passes(long x, Tape tape) {
    return open(after(x, tape, STEPS)).status() == DONE;
  }

  @Override
  public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot) {
    if (!modelId.equals(MODEL)) {
      throw new RefusedCallException(Refusal.MODEL_UNKNOWN, "no model " + modelId);
    }
    return new LevelStart(Bytes32.ZERO, STEPS, MODEL);
  }

  @Override
  public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot, Claim claim) {
    Bytes32 start = after(inputRoot.lane0(), Tape.of(claim.outputHash()), 0);
    return new LevelStart(start, STEPS, modelId);
  }

  @Override
  public boolean admits(Bytes32 modelId, Claim claim) {
    State end = known.get(claim.finalState());
    return end != null && end.status() == DONE;
  }

  @Override
  public Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start) {
    throw new UnsupportedOperationException("level " + level + " is the last");
  }

  @Override
  public Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end) {
    throw new UnsupportedOperationException("level " + level + " is the last");
  }

  @Override
  public Bytes32 execute(Bytes32 context, Bytes32 start) {
    return commit(open(start).next());
  }

  private Bytes32 after(long x, Tape tape, long steps) {
    State state = new State(x, tape, 0, RUNNING);
    for (long i = 0; i < steps; i++) {
      state = state.next();
    }
    return commit(state);
  }

  private Bytes32 commit(State state) {
    Bytes32 commitment = state.commitment();
    known.put(commitment, state);
    return commitment;
  }

  private State open(Bytes32 commitment) {
    State state = known.get(commitment);
    if (state == null) {
      throw new RefusedCallException(Refusal.STATE_MISMATCH, "no preimage of " + commitment);
    }
    return state;
  }

  private record States(List<Bytes32> states) implements Trace {
    @Override
    public long length() {
      return states.size() - 1L;
    }

    @Override
    public Bytes32 context() {
      return MODEL;
    }

    @Override
    public Bytes32 at(long index) {
      return states.get((int) index);
    }

    @Override
    public Optional<Trace> refine(long step) {
      throw new UnsupportedOperationException("there is no level below");
    }
  }
}
