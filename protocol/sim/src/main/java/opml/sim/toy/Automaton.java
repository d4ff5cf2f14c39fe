package opml.sim.toy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.game.move.LevelStart;
import opml.game.referee.Levels;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;

/// A model that is quick to run and has everything that a dispute needs: two levels, a stop before the last node,
/// programs that halt before their last step, states with preimages on level 0, an input and an output.
///
/// Each node turns one number into another. A state of level 0 commits to status and slots as every model's does; the
/// slots' "root" holds the number itself. A state of level 1 is its own preimage.
///
/// @param nodes of level 0
/// @param stepsLog2 of the instructions of each node, at least 1
/// @param stop how many nodes are run; those behind them change nothing
public record Automaton(long nodes, int stepsLog2, long stop) {
  static final int RUNNING = 0;
  static final int DONE = 1;
  static final int FAILED = 2;

  /// Of inputs, with their trailing zeros.
  public static final int INPUT_BYTES = 64;

  static final int INPUT_DEPTH = 1;
  static final int OUTPUT_BYTES = 32;

  private static final long SLOTS = 0x73_6c_6f_74L;
  private static final long MACHINE = 0x6d_61_63_68L;
  private static final long PROGRAM = 0x70_72_6f_67L;
  private static final int PROGRAMS = 3;

  public Automaton {
    if (nodes < 1 || stepsLog2 < 1 || stop < 1 || stop > nodes) {
      throw new IllegalArgumentException(
          "no automaton has %d nodes of 2^%d steps and stops after %d"
              .formatted(nodes, stepsLog2, stop));
    }
  }

  /// {@return the fields of the model's descriptor, as the registry's struct has them}
  public List<Object> fields() {
    return List.of(
        new Bytes32(nodes, stepsLog2, stop, 0),
        BigInteger.ONE,
        BigInteger.valueOf(nodes),
        BigInteger.ONE,
        slots(0, 0),
        BigInteger.TWO,
        BigInteger.ZERO,
        BigInteger.valueOf(INPUT_DEPTH),
        BigInteger.valueOf(INPUT_BYTES),
        BigInteger.ONE,
        BigInteger.ZERO,
        BigInteger.valueOf(OUTPUT_BYTES),
        false);
  }

  /// {@return the model's identity}
  public Bytes32 id() {
    Preimage preimage = Preimage.tagged("model");
    for (Object field : fields()) {
      switch (field) {
        case Bytes32 root -> preimage.word(root);
        case BigInteger number -> preimage.word(number);
        default -> preimage.word(0);
      }
    }
    return preimage.hash();
  }

  public long steps() {
    return 1L << stepsLog2;
  }

  /// {@return after how many instructions a node's program halts}
  long halt() {
    return steps() - steps() / 4;
  }

  static Bytes32 slots(long number, long step) {
    return new Bytes32(number, step, SLOTS, 0);
  }

  /// {@return the output that these slots hold}
  public static byte[] output(Bytes32 slots) {
    return Arrays.copyOf(slots.toArray(), Long.BYTES);
  }

  /// {@return the commitment of a state of level 0}
  public static Bytes32 state(int status, Bytes32 slots) {
    return Preimage.tagged("state").word(status).word(slots).hash();
  }

  int statusAfter(long steps) {
    return steps >= stop ? DONE : RUNNING;
  }

  /// {@return what the steps of a node are steps of}
  Bytes32 program(long node) {
    return new Bytes32(PROGRAM, node % PROGRAMS, stepsLog2, 0);
  }

  // ------------------------------------------------------------------ level 1

  static Bytes32 machine(long number, long scratch, long count, boolean halted) {
    return new Bytes32(MACHINE, number, scratch, count << 1 | (halted ? 1 : 0));
  }

  static boolean isMachine(Bytes32 state) {
    return state.lane0() == MACHINE;
  }

  static boolean isHalted(Bytes32 machine) {
    return (machine.lane3() & 1) == 1;
  }

  /// {@return the machine that a node begins with}
  Bytes32 begin(long number, long node) {
    return machine(number, node, 0, false);
  }

  /// {@return the machine after one instruction}
  Bytes32 execute(Bytes32 program, Bytes32 machine) {
    if (!isMachine(machine) || isHalted(machine)) {
      return machine;
    }
    long number = machine.lane1() * 31 + machine.lane2() + program.lane1() + 1;
    long count = (machine.lane3() >> 1) + 1;
    return machine(number, Long.rotateLeft(number, 7) ^ machine.lane2(), count, count >= halt());
  }

  /// {@return what a node makes of a number}
  long run(long number, long node) {
    long now = number;
    long scratch = node;
    long more = node % PROGRAMS + 1;
    for (long i = halt(); i > 0; i--) {
      now = now * 31 + scratch + more;
      scratch ^= Long.rotateLeft(now, 7);
    }
    return now;
  }

  /// {@return the number that an input begins with}
  static long number(Bytes32 inputRoot) {
    return inputRoot.lane0();
  }

  /// What the contract derives about automata, by their ids. It knows a state of level 0 only by the preimage that a
  /// call brings along.
  public static final class Steps implements Levels {
    private final Map<Bytes32, Automaton> models = new HashMap<>();
    private final Map<Bytes32, Opened> preimages = new HashMap<>();

    /// A state of level 0.
    private record Opened(int status, Bytes32 slots) {}

    public void register(Automaton model) {
      models.put(model.id(), model);
    }

    /// {@return the registered model of this id}
    public Optional<Automaton> model(Bytes32 id) {
      return Optional.ofNullable(models.get(id));
    }

    /// Takes the preimage of a state of level 0.
    public void open(int status, Bytes32 slots) {
      preimages.put(state(status, slots), new Opened(status, slots));
    }

    private Automaton known(Bytes32 id) {
      return model(id)
          .orElseThrow(() -> new RefusedCallException(Refusal.MODEL_UNKNOWN, "no model " + id));
    }

    private Opened opened(Bytes32 state) {
      Opened opened = preimages.get(state);
      if (opened == null) {
        throw new RefusedCallException(Refusal.STATE_MISMATCH, "no preimage of " + state);
      }
      return opened;
    }

    @Override
    public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot) {
      Automaton model = known(modelId);
      return new LevelStart(
          state(RUNNING, Automaton.slots(number(inputRoot), 0)), model.nodes(), modelId);
    }

    @Override
    public Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start) {
      Automaton model = known(context);
      Opened opened = opened(start);
      return opened.status() == RUNNING
          ? Optional.of(
              new LevelStart(
                  model.begin(opened.slots().lane0(), step), model.steps(), model.program(step)))
          : Optional.empty();
    }

    @Override
    public Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end) {
      if (!isMachine(end) || !isHalted(end)) {
        return state(FAILED, Bytes32.ZERO);
      }
      return state(known(context).statusAfter(step + 1), Automaton.slots(end.lane1(), step + 1));
    }

    @Override
    public Bytes32 execute(Bytes32 context, Bytes32 start) {
      int stepsLog2 = (int) context.lane2();
      return new Automaton(1, stepsLog2, 1).execute(context, start);
    }
  }

  /// {@return the account of a number}
  public static Address account(int number) {
    return Address.ofHex("%040x".formatted(number));
  }
}
