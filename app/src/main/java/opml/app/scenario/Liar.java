package opml.app.scenario;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.agent.work.CheckpointedRun;
import opml.agent.work.Frames;
import opml.agent.work.Frames.Frame;
import opml.agent.work.GraphFrames;
import opml.agent.work.GraphWork;
import opml.agent.work.GraphWorkshop;
import opml.agent.work.MachineRun;
import opml.agent.work.NativeNodes;
import opml.agent.work.NodeExecution;
import opml.agent.work.NodeMachines;
import opml.agent.work.NodeRuns;
import opml.agent.work.Work;
import opml.agent.work.Workshop;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.graph.Slot;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.MemoryImage.Piece;

/// The workshop of somebody who lies. Its works are as complete as honest ones: they have states, witnesses and a trace of
/// instructions for every node, and differ from the truth from one point on.
final class Liar implements Workshop {
  private final Model model;
  private final Lie lie;
  private final NodeMachines machines = new NodeMachines();
  private final NodeRuns truth;
  private final NativeNodes natives;
  private final Map<Bytes32, Work> works = new HashMap<>();

  Liar(Model model, Lie lie) {
    this.model = model;
    this.lie = lie;
    this.truth = GraphWorkshop.honestly(model, machines);
    this.natives = new NativeNodes(model, machines);
  }

  @Override
  public synchronized Optional<Work> work(Bytes32 modelId, byte[] input) {
    if (!modelId.equals(model.id())) {
      return Optional.empty();
    }
    return Optional.of(works.computeIfAbsent(Keccak.hash(input), _ -> lying(input)));
  }

  private Work lying(byte[] input) {
    return switch (lie) {
      case Lie.InInstruction(int node, long instruction) ->
          forged(input, node, run -> forge(run, instruction));
      case Lie.InElement(int node, int element) ->
          forged(input, node, run -> forgeElement(node, run, element));
      case Lie.InPadding(int node) -> forged(input, node, this::forgePadding);
      case Lie.Nonsense(int node) -> nonsense(input, node);
      case Lie.OtherInput() -> {
        byte[] other = input.clone();
        other[other.length / 2] ^= 0x40;
        yield foreign(input, GraphFrames.start(model, other));
      }
      case Lie.OtherWeights() -> foreign(input, otherWeights(GraphFrames.start(model, input)));
      case Lie.OtherParameter(int node) -> otherParameter(input, node);
    };
  }

  // ------------------------------------------------------------------ a lie inside one node

  private interface Forgery {
    MachineRun forge(MachineRun truth);
  }

  /// The truth up to a node, a forged run of that node, and honest work with what it left.
  private GraphWork forged(byte[] input, int node, Forgery forgery) {
    CommittedNode forgedNode = model.nodes().get(node);
    List<Frame> given = prefix(input, node);
    MachineRun run = forgery.forge(truth.run(node, given.getLast()));
    NodeExecution execution =
        (step, before) ->
            step == node ? outcome(forgedNode, run) : natives.execute(step, before);
    Frames frames = GraphFrames.from(model, given, execution);
    NodeRuns runs = (step, before) -> step == node ? run : truth.run(step, before);
    return new GraphWork(model, frames, runs);
  }

  private List<Frame> prefix(byte[] input, int node) {
    Frames honest = GraphFrames.run(model, input, natives);
    List<Frame> frames = new ArrayList<>();
    for (int step = 0; step <= node; step++) {
      frames.add(honest.at(step));
    }
    return frames;
  }

  private NodeExecution.Outcome outcome(CommittedNode node, MachineRun run) {
    long end = node.descriptor().steps();
    return NodeMachines.outcome(model.graph(), node, run.stateAt(end), run.memoryAt(end));
  }

  /// {@return a run in which the state after `index + 1` steps has another result of step `index`}
  private static MachineRun forge(MachineRun run, long index) {
    MachineState before = run.stateAt(index);
    Instruction instruction = Instruction.decode(run.program().word(before.pc()));
    MachineState after = run.stateAt(index + 1);
    byte[] memory = run.memoryAt(index + 1).bytes().clone();
    long[] registers = after.registers();
    if (isStore(instruction.op())) {
      long address = before.register(instruction.rs1()) + instruction.imm();
      memory[(int) (address & memory.length - 1)] ^= 0x40;
    } else {
      int register = instruction.rd() == 0 ? 5 : instruction.rd();
      registers[register] ^= 1;
    }
    return spliced(run, index + 1, after, memory, registers);
  }

  private static boolean isStore(Op op) {
    return switch (op) {
      case SB, SH, SW, SD -> true;
      default -> false;
    };
  }

  /// {@return a run that goes on from a state with other registers and another memory}
  private static MachineRun spliced(
      MachineRun run, long index, MachineState state, byte[] memory, long[] registers) {
    MemoryImage image =
        new MemoryImage(run.program().memDepth(), List.of(Piece.of(0, memory)));
    if (state.halted()) {
      return new ForgedRun(run, index, new HaltedRun(run.program(), state, image), index);
    }
    Machine machine =
        new Interpreter(run.program(), new Memory(image), state.pc(), registers);
    return new ForgedRun(run, index, new CheckpointedRun(machine), index);
  }

  private MachineRun forgeElement(int node, MachineRun run, int element) {
    Output output = model.nodes().get(node).descriptor().outputs().getFirst();
    long address = (output.index() << (5 + output.depth())) + 4L * element;
    long index = lastWrite(run, address, model.nodes().get(node).descriptor().steps());
    byte[] memory = run.memoryAt(index + 1).bytes().clone();
    memory[(int) address + 2] ^= 0x40;
    MachineState after = run.stateAt(index + 1);
    return spliced(run, index + 1, after, memory, after.registers());
  }

  /// {@return the step that last changed the four bytes at an address}
  private static long lastWrite(MachineRun run, long address, long end) {
    byte[] last = run.memoryAt(end).read(address, 4);
    long low = 0; // differs here, if it ever does
    long high = end; // equal from here on
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (Arrays.equals(run.memoryAt(middle).read(address, 4), last)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high - 1;
  }

  private MachineRun forgePadding(MachineRun run) {
    long halt = haltingStep(run);
    MachineState state = run.stateAt(halt);
    byte[] memory = run.memoryAt(halt).bytes().clone();
    memory[memory.length / 2] ^= 1;
    return spliced(run, halt + 1000, state, memory, state.registers());
  }

  /// {@return the index of the first halted state}
  static long haltingStep(MachineRun run) {
    long low = 0;
    long high = 1;
    while (!run.stateAt(high).halted()) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (run.stateAt(middle).halted()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  // ------------------------------------------------------------------ a lie about the start

  /// The true start, which the contract derives, and behind it the run of another start.
  private Work foreign(byte[] input, Frame otherStart) {
    Frame start = GraphFrames.start(model, input);
    Frames other = GraphFrames.from(model, List.of(otherStart), natives);
    List<Frame> frames = new ArrayList<>();
    frames.add(start);
    for (long step = 1; step <= other.length(); step++) {
      frames.add(other.at(step));
    }
    NodeRuns runs =
        (step, before) ->
            step == 0
                ? new ForgedRun(truth.run(0, start), 1, truth.run(0, otherStart), 0)
                : truth.run(step, before);
    return new GraphWork(model, new GivenFrames(frames), runs);
  }

  private Frame otherWeights(Frame start) {
    int slot = largestWeight();
    MemorySegment bytes = start.slot(slot);
    byte[] changed = bytes.toArray(ValueLayout.JAVA_BYTE);
    changed[changed.length / 2] ^= 0x10;
    MemorySegment value =
        opml.engine.tensor.Tensor.allocate(changed.length)
            .copyFrom(MemorySegment.ofArray(changed));
    SparseTree slots = start.slots().copy();
    slots.set(slot, MerkleRoot.of(value, model.graph().slots().get(slot).depth()));
    return new GivenFrame(
        GraphState.running(slots.root()), slots, s -> s == slot ? value : start.slot(s));
  }

  private int largestWeight() {
    int best = -1;
    for (int slot = 0; slot < model.graph().slots().size(); slot++) {
      Slot candidate = model.graph().slots().get(slot);
      if (candidate.initial().isPresent()
          && (best < 0 || candidate.bytes() > model.graph().slots().get(best).bytes())) {
        best = slot;
      }
    }
    return best;
  }

  private GraphWork otherParameter(byte[] input, int node) {
    return forged(
        input,
        node,
        run -> {
          byte[] memory = run.memoryAt(0).bytes().clone();
          int operands = model.nodes().get(node).node().operands().size();
          memory[8 * (1 + operands)] ^= 1; // the first scalar
          MachineState start = run.stateAt(0);
          MemoryImage image =
              new MemoryImage(run.program().memDepth(), List.of(Piece.of(0, memory)));
          Machine other =
              new Interpreter(run.program(), new Memory(image), start.pc(), start.registers());
          return new ForgedRun(run, 1, new CheckpointedRun(other), 0);
        });
  }

  // ------------------------------------------------------------------ no lie, just noise

  private Work nonsense(byte[] input, int node) {
    Work honest = new GraphWork(model, GraphFrames.run(model, input, natives), truth);
    return new NonsenseWork(honest, node);
  }
}
