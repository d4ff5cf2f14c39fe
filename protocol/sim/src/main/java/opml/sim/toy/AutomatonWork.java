package opml.sim.toy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.ByteWriter;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.game.work.Work;

/// A run of an automaton, true or not. Its witnesses are what the simulated contract takes: the preimage of a state,
/// and nothing where the real one wants proofs.
public final class AutomatonWork implements Work {
  public static final long GAS_OF_A_SIDE = 1_000_000;

  private final Automaton model;
  private final Deviation lie;

  /// The number after each node, and whether it is the end of a stopped run.
  private final long[] numbers;

  private final Bytes32[] states;
  private final Map<Long, Optional<Trace>> refined = new HashMap<>();
  private final Trace trace;

  AutomatonWork(Automaton model, Bytes32 inputRoot, Deviation lie) {
    this.model = model;
    this.lie = lie;
    this.trace = new Nodes();
    this.numbers = new long[(int) model.nodes() + 1];
    this.states = new Bytes32[numbers.length];
    numbers[0] = Automaton.number(inputRoot);
    for (int i = 0; i < model.nodes(); i++) {
      numbers[i + 1] = i < model.stop() ? after(i) : beyond(i);
    }
  }

  private long after(int node) {
    if (lie.node() != node) {
      return model.run(numbers[node], node);
    }
    return switch (lie.kind()) {
      case NONE, BEYOND -> model.run(numbers[node], node);
      case INSTRUCTION -> machine(node, model.steps()).lane1();
      case IMAGE, GARBAGE -> model.run(numbers[node], node) ^ 1;
    };
  }

  private long beyond(int node) {
    return lie.kind() == Deviation.Kind.BEYOND && lie.node() == node
        ? numbers[node] + 1
        : numbers[node];
  }

  /// {@return a machine of a node's run}
  private Bytes32 machine(long node, long steps) {
    Bytes32 program = model.program(node);
    Bytes32 machine = model.begin(numbers[(int) node], node);
    for (long i = 0; i < steps; i++) {
      machine = next(node, i, program, machine);
    }
    return machine;
  }

  private Bytes32 next(long node, long step, Bytes32 program, Bytes32 machine) {
    Bytes32 next = model.execute(program, machine);
    boolean lies =
        lie.kind() == Deviation.Kind.INSTRUCTION && lie.node() == node && lie.step() == step;
    return lies ? new Bytes32(next.lane0(), next.lane1() ^ 1, next.lane2(), next.lane3()) : next;
  }

  private int status(long index) {
    return model.statusAfter(index);
  }

  private Bytes32 slots(long index) {
    return Automaton.slots(numbers[(int) index], Math.min(index, model.stop()));
  }

  private Bytes32 state(long index) {
    Bytes32 known = states[(int) index];
    if (known == null) {
      boolean garbage =
          lie.kind() == Deviation.Kind.GARBAGE && index > lie.node() && index < model.nodes();
      known =
          garbage
              ? new Bytes32(0xbad, index, numbers[(int) index], -1)
              : Automaton.state(status(index), slots(index));
      states[(int) index] = known;
    }
    return known;
  }

  private final class Nodes implements Trace {
    @Override
    public long length() {
      return model.nodes();
    }

    @Override
    public Bytes32 context() {
      return id;
    }

    private final Bytes32 id = model.id();

    @Override
    public Bytes32 at(long index) {
      return state(index);
    }

    @Override
    public Optional<Trace> refine(long step) {
      return refined.computeIfAbsent(
          step,
          node ->
              status(node) == Automaton.RUNNING
                  ? Optional.of(new Instructions(node))
                  : Optional.empty());
    }
  }

  private final class Instructions implements Trace {
    private final Bytes32 program;
    private final Bytes32[] machines = new Bytes32[(int) model.steps() + 1];

    Instructions(long node) {
      program = model.program(node);
      machines[0] = model.begin(numbers[(int) node], node);
      for (int i = 0; i < model.steps(); i++) {
        machines[i + 1] = next(node, i, program, machines[i]);
      }
    }

    @Override
    public long length() {
      return model.steps();
    }

    @Override
    public Bytes32 context() {
      return program;
    }

    @Override
    public Bytes32 at(long index) {
      return machines[(int) index];
    }

    @Override
    public Optional<Trace> refine(long step) {
      throw new IllegalArgumentException("instruction " + step + " is of the last level");
    }
  }

  @Override
  public Trace trace() {
    return trace;
  }

  @Override
  public Result result() {
    long end = model.nodes();
    Bytes32 slots = slots(end);
    return new Result(
        status(end),
        slots,
        Arrays.copyOf(Automaton.output(slots), Automaton.OUTPUT_BYTES),
        Automaton.state(status(end), slots));
  }

  @Override
  public long replaySteps() {
    return model.steps();
  }

  @Override
  public long gasOfASide() {
    return GAS_OF_A_SIDE;
  }

  @Override
  public byte[] claimEvidence() {
    return ShortBuffer.trim(result().output());
  }

  @Override
  public byte[] openingEvidence() {
    return new byte[0];
  }

  @Override
  public Refinement refinement(long step, List<Bytes32> list) {
    ByteWriter witness = new ByteWriter();
    list.forEach(witness::bytes32);
    return new Refinement(status(step), slots(step), witness.toArray());
  }

  @Override
  public Optional<String> audit(long step) {
    int node = (int) step;
    if (status(node) != Automaton.RUNNING) {
      return Optional.empty();
    }
    long machine = model.run(numbers[node], node);
    return machine == numbers[node + 1]
        ? Optional.empty()
        : Optional.of(
            "node %d: natively %d, in the machine %d".formatted(node, numbers[node + 1], machine));
  }

  @Override
  public Execution execution(List<Long> path, long step) {
    return new Execution(Bytes32.ZERO, 0, 0, new byte[0]);
  }
}
