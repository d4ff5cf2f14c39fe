package opml.lab.scenario;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.Model;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.Output;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.Operands;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.kernels.catalog.PinnedPrograms;
import opml.proof.CheckpointedRun;
import opml.proof.ExecutedFrames;
import opml.proof.Frames;
import opml.proof.Frames.Frame;
import opml.proof.GraphWork;
import opml.proof.MachineRun;
import opml.proof.NodeMachines;
import opml.proof.NodeRuns;
import opml.twins.Twins;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.MemoryImage.Piece;

/// The workshop of somebody who lies. Its works are as complete as honest ones: they have states, witnesses and a trace
/// of instructions for every node, and differ from the truth from one point on.
public final class Liar implements Workshop {
  /// 100f, little-endian: more than any logit or activation of our models.
  private static final byte[] OTHER_FLOAT = {0, 0, (byte) 0xc8, 0x42};

  private final Model model;
  private final Lie lie;

  /// What runs where he is honest. Runs of language models are too long for the reference.
  private final KernelProvider kernels;

  private final NodeMachines truth;
  private final GraphRunner natives;
  private final Map<Ask, Work> works = new HashMap<>();

  /// What is claimed of a model that checks its output.
  private final Optional<UnaryOperator<byte[]>> claims;

  /// What a run is about.
  ///
  /// @param given the output, of a model that checks it
  @SuppressWarnings("ArrayRecordComponent") // by their hashes
  private record Ask(byte[] input, Optional<byte[]> given) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Ask that && key().equals(that.key());
    }

    @Override
    public int hashCode() {
      return key().hashCode();
    }

    private List<Bytes32> key() {
      return Stream.concat(Stream.of(input), given.stream()).map(Keccak::hash).toList();
    }

    Ask with(byte[] other) {
      return new Ask(other, given);
    }
  }

  public Liar(Model model, Lie lie) {
    this(model, lie, Optional.empty());
  }

  /// A liar about a model that checks its output.
  ///
  /// @param claims what he says is the output for an input, so that his lie lets it pass
  public Liar(Model model, Lie lie, UnaryOperator<byte[]> claims) {
    this(model, lie, Optional.of(claims));
  }

  private Liar(Model model, Lie lie, Optional<UnaryOperator<byte[]>> claims) {
    this.model = model;
    this.lie = lie;
    this.claims = claims;
    this.truth = new NodeMachines(model);
    this.kernels = claims.isPresent() ? Twins.choice().kernels() : KernelProvider.reference();
    this.natives = natively(model);
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    return modelId.equals(model.id()) ? Optional.of(work(input)) : Optional.empty();
  }

  @Override
  public boolean checksOutput(Bytes32 modelId) {
    return claims.isPresent() && modelId.equals(model.id());
  }

  @Override
  public Optional<Work> check(Bytes32 modelId, byte[] input, byte[] output, Progress progress) {
    return modelId.equals(model.id())
        ? Optional.of(work(new Ask(whole(input), Optional.of(whole(output, false)))))
        : Optional.empty();
  }

  /// {@return what he says is the output for an input, of a model that checks it}
  Optional<byte[]> claimed(byte[] input) {
    return claims.map(claimed -> whole(claimed.apply(whole(input)), false));
  }

  /// {@return the lie about an input of the liar's model, with or without the zeros at its end}
  public Work work(byte[] input) {
    byte[] whole = whole(input);
    return work(new Ask(whole, claims.map(claimed -> whole(claimed.apply(whole), false))));
  }

  private byte[] whole(byte[] input) {
    return whole(input, true);
  }

  private byte[] whole(byte[] bytes, boolean isInput) {
    var descriptor = model.descriptor();
    long size = isInput ? descriptor.inputBytes() : descriptor.outputBytes();
    return ShortBuffer.pad(bytes, Math.toIntExact(size));
  }

  private synchronized Work work(Ask asked) {
    Work known = works.get(asked);
    if (known == null) {
      known = lying(asked);
      works.put(asked, known);
    }
    return known;
  }

  private Work lying(Ask input) {
    return switch (lie) {
      case Lie.InExit(int node) -> forged(input, node, Liar::forgeExit);
      case Lie.InInstruction(int node, long instruction) ->
          forged(input, node, run -> forgeInstruction(node, run, instruction));
      case Lie.InElement(int node, int element) ->
          forged(input, node, run -> forgeElement(node, run, element));
      case Lie.InByte(long step, long offset) ->
          forged(input, step, run -> forgeByte(nodeOf(step), 0, run, offset, (byte) 0x40));
      case Lie.InBit(long step, int output, long bit) -> {
        byte mask = (byte) (1 << bit % Byte.SIZE);
        yield forged(
            input, step, run -> forgeByte(nodeOf(step), output, run, bit / Byte.SIZE, mask));
      }
      case Lie.InPadding(int node) -> forged(input, node, run -> forgePadding(node, run));
      case Lie.InLastStep(int node, int bit) ->
          forged(input, node, run -> forgeLastStep(node, run, bit));
      case Lie.Nonsense(int node) -> nonsense(input, node);
      case Lie.OtherInput() ->
          foreign(input, frames(model, input.with(upsideDown(input.input())), natives));
      case Lie.OtherWeights() -> foreign(input, otherWeights(input));
      case Lie.OtherParameter(int node) -> otherParameter(input, node);
    };
  }

  // ------------------------------------------------------------------ a lie inside one node

  private interface Forgery {
    MachineRun forge(MachineRun truth);
  }

  /// The truth up to a step, a forged run of that step, and honest work with what it left.
  private GraphWork forged(Ask input, long step, Forgery forgery) {
    Frame before = frames(model, input, natives).at(step);
    MachineRun run = forgery.forge(truth.run(step, before));
    Spot spot = new Spot(kernels, model.graph(), nodeOf(step), operands(step, before));
    NodeOutcome lie = outcome(spot.node, run);
    GraphRunner lying =
        GraphRunner.natively(
            model.graph(),
            spot.lying(),
            (graph, node, operands) ->
                spot.isOf(node, operands) ? lie : truth.run(graph, node, operands));
    NodeRuns runs =
        (at, frame) -> spot.isOf(nodeOf(at), operands(at, frame)) ? run : truth.run(at, frame);
    return new GraphWork(model, frames(model, input, lying), runs);
  }

  private int nodeOf(long step) {
    return (int) (step % model.nodes().size());
  }

  private MemorySegment[] operands(long step, Frame before) {
    Graph graph = model.graph();
    return Operands.of(graph, graph.nodes().get(nodeOf(step)), before::slot);
  }

  /// An honest kernel, but where somebody lies.
  private record Trap(Spot spot, PreparedKernel honest) implements PreparedKernel {
    @Override
    public int units() {
      return honest.units();
    }

    @Override
    public long scratchBytes() {
      return honest.scratchBytes();
    }

    @Override
    public boolean overwrites() {
      return honest.overwrites();
    }

    @Override
    public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
      if (spot.isOf(spot.node, segments)) {
        throw new IllegalArgumentException("here somebody lies");
      }
      return honest.run(segments, scratch, from, to);
    }
  }

  /// Where somebody lies: a step, known by its node and by what that finds. Kernels are not told the number of their
  /// step, and a run is taken up again anywhere, so a count of calls would not tell it either.
  private record Spot(KernelProvider kernels, Graph graph, int node, MemorySegment[] found) {
    /// {@return the honest kernels, but for this one call, which is left to who runs what kernels do not}
    KernelProvider lying() {
      GraphNode here = graph.nodes().get(node);
      return (kernel, scalars, constants) -> {
        PreparedKernel honest = kernels.prepare(kernel, scalars, constants);
        boolean same = kernel.equals(here.kernel()) && Arrays.equals(scalars, here.scalarArray());
        return same ? new Trap(this, honest) : honest;
      };
    }

    boolean isOf(int other, MemorySegment[] operands) {
      return other == node
          && IntStream.range(0, found.length).allMatch(i -> found[i].mismatch(operands[i]) < 0);
    }
  }

  private static Frames frames(Model model, Ask asked, GraphRunner runner) {
    return new ExecutedFrames(
        asked
            .given()
            .map(output -> GraphExecution.check(model, asked.input(), output, runner))
            .orElseGet(() -> GraphExecution.run(model, asked.input(), runner)));
  }

  private NodeOutcome outcome(int node, MachineRun run) {
    long end = model.nodes().get(node).descriptor().steps();
    return truth.outcome(node, run.stateAt(end), run.memoryAt(end));
  }

  /// {@return a run in which the first instruction from `index` on that matters to the output has another result}
  private MachineRun forgeInstruction(int node, MachineRun run, long index) {
    long halt = haltingStep(run);
    for (long at = index; at < halt - 1; at++) {
      MachineRun forged = forge(run, at);
      if (!outputs(node, forged).equals(outputs(node, run))) {
        return forged;
      }
    }
    throw new IllegalArgumentException(
        "no instruction from " + index + " on matters; the program has " + halt);
  }

  private List<Bytes32> outputs(int node, MachineRun run) {
    NodeDescriptor descriptor = model.nodes().get(node).descriptor();
    Memory end = run.memoryAt(descriptor.steps());
    return descriptor.outputs().stream()
        .map(output -> end.subtree(output.depth(), output.index()))
        .toList();
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
    MemoryImage image = new MemoryImage(run.program().memDepth(), List.of(Piece.of(0, memory)));
    if (state.halted()) {
      return new ForgedRun(run, index, new HaltedRun(run.program(), state, image), index);
    }
    Machine machine = new Interpreter(run.program(), new Memory(image), state.pc(), registers);
    return new ForgedRun(run, index, new CheckpointedRun(machine), index);
  }

  private MachineRun forgeElement(int node, MachineRun run, int element) {
    Output output = model.nodes().get(node).descriptor().outputs().getFirst();
    long end = model.nodes().get(node).descriptor().steps();
    int size = model.graph().slots().get(output.slot()).type().bytes();
    long address = (output.index() << (5 + output.depth())) + (long) size * element;
    while (isZero(run.memoryAt(end).read(address, size))) {
      address += size; // a zero may never have been written
    }
    long index = lastWrite(run, address, size, end);
    byte[] memory = run.memoryAt(index + 1).bytes().clone();
    byte[] other = size == 4 ? OTHER_FLOAT : new byte[] {(byte) (memory[(int) address] ^ 0x40)};
    System.arraycopy(other, 0, memory, (int) address, size);
    MachineState after = run.stateAt(index + 1);
    return spliced(run, index + 1, after, memory, after.registers());
  }

  /// @param mask of the bits that are others
  private MachineRun forgeByte(int node, int output, MachineRun run, long offset, byte mask) {
    NodeDescriptor descriptor = model.nodes().get(node).descriptor();
    long address = descriptor.outputs().get(output).address() + offset;
    long end = descriptor.steps();
    boolean writes = run.memoryAt(0).read(address, 1)[0] != run.memoryAt(end).read(address, 1)[0];
    long index = writes ? lastWrite(run, address, 1, end) : haltingStep(run) - 1;
    byte[] memory = run.memoryAt(index + 1).bytes().clone();
    memory[(int) address] ^= mask;
    MachineState after = run.stateAt(index + 1);
    return spliced(run, index + 1, after, memory, after.registers());
  }

  private static boolean isZero(byte[] bytes) {
    return Arrays.equals(bytes, new byte[bytes.length]);
  }

  /// {@return the step that last changed the bytes at an address}
  private static long lastWrite(MachineRun run, long address, int size, long end) {
    byte[] last = run.memoryAt(end).read(address, size);
    long low = 0; // differs here, if it ever does
    long high = end; // equal from here on
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (Arrays.equals(run.memoryAt(middle).read(address, size), last)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high - 1;
  }

  /// {@return a run that halts when and as this one does, but says that all is well}
  static MachineRun forgeExit(MachineRun run) {
    long halt = haltingStep(run);
    MachineState end = run.stateAt(halt);
    MachineState other =
        new MachineState(Bytes32.ZERO, end.pc(), MachineState.exited(0), end.registers());
    MemoryImage image =
        new MemoryImage(
            run.program().memDepth(), List.of(Piece.of(0, run.memoryAt(halt).bytes().clone())));
    return new ForgedRun(run, halt, new HaltedRun(run.program(), other, image), halt);
  }

  private MachineRun forgePadding(int node, MachineRun run) {
    long halt = haltingStep(run);
    MachineState state = run.stateAt(halt);
    byte[] memory = run.memoryAt(halt).bytes().clone();
    Output output = model.nodes().get(node).descriptor().outputs().getFirst();
    memory[(int) (output.index() << (5 + output.depth()))] ^= 0x40;
    return spliced(run, halt + 1000, state, memory, state.registers());
  }

  private MachineRun forgeLastStep(int node, MachineRun run, int bit) {
    NodeDescriptor descriptor = model.nodes().get(node).descriptor();
    Output output = descriptor.outputs().getFirst();
    MachineState state = run.stateAt(descriptor.steps());
    byte[] memory = run.memoryAt(descriptor.steps()).bytes().clone();
    memory[(int) (output.index() << (5 + output.depth())) + bit / 8] ^= (byte) (1 << bit % 8);
    return spliced(run, descriptor.steps(), state, memory, state.registers());
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
  private Work foreign(Ask input, Frames other) {
    Frame start = frames(model, input, natives).at(0);
    List<Frame> frames = new ArrayList<>();
    frames.add(start);
    for (long step = 1; step <= other.length(); step++) {
      frames.add(other.at(step));
    }
    NodeRuns runs =
        (step, before) ->
            step == 0
                ? new ForgedRun(truth.run(0, start), 1, truth.run(0, other.at(0)), 0)
                : truth.run(step, before);
    return new GraphWork(model, new GivenFrames(frames), runs);
  }

  /// {@return the input's elements in the opposite order: an image that is turned around}
  private byte[] upsideDown(byte[] input) {
    int size = model.graph().slots().get(model.graph().input().slot()).type().bytes();
    byte[] other = new byte[input.length];
    for (int i = 0; i < input.length; i += size) {
      System.arraycopy(input, i, other, input.length - size - i, size);
    }
    return other;
  }

  /// The run of a model that differs in one bit of the first node's weights.
  private Frames otherWeights(Ask input) {
    int slot = firstWeight();
    List<Slot> slots = new ArrayList<>(model.graph().slots());
    Slot weight = slots.get(slot);
    byte[] changed = weight.initial().orElseThrow().bytes();
    changed[3] ^= 0x40;
    slots.set(
        slot,
        new Slot(
            weight.name(),
            weight.type(),
            weight.shape(),
            Optional.of(Tensor.ofBytes(weight.type(), weight.shape(), changed))));
    Graph graph = model.graph();
    Graph other = new Graph(slots, graph.nodes(), graph.input(), graph.output(), graph.loops());
    Model lied =
        claims.isPresent()
            ? Model.checking(other, PinnedPrograms::of)
            : Model.of(other, PinnedPrograms::of);
    return frames(lied, input, natively(lied));
  }

  private GraphRunner natively(Model which) {
    return GraphRunner.natively(which.graph(), kernels, truth);
  }

  /// {@return the weights that the first node reads}
  private int firstWeight() {
    for (int slot : model.graph().nodes().getFirst().inputs()) {
      if (model.graph().slots().get(slot).initial().isPresent()) {
        return slot;
      }
    }
    throw new IllegalArgumentException("the first node has no weights");
  }

  private GraphWork otherParameter(Ask input, int node) {
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

  private Work nonsense(Ask input, int node) {
    Work honest = new GraphWork(model, frames(model, input, natives), truth);
    return new NonsenseWork(honest, node);
  }
}
