package opml.proof;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import opml.compiler.Programs;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.graph.Graph;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.Operands;
import opml.engine.tensor.Tensor;
import opml.vm.checkpoint.CheckpointPolicy;
import opml.vm.jit.Machines;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.MemoryImage.Piece;
import opml.vm.state.MemoryPool;
import opml.vm.state.Program;

/// Makes the machines that run a model's nodes: the kernel's program, and a memory with the fixed segment at address 0
/// and the operands at their places (`spec/graph.md`). As a [NodeRunner] it runs nodes to their end,
/// which is what a native kernel falls back on.
public final class NodeMachines implements NodeRunner, NodeRuns {
  private record Key(Bytes32 codeRoot, int memDepth) {}

  private static final Map<Key, Program> PROGRAMS = new ConcurrentHashMap<>();

  private final Model model;
  private final MemoryPool pool;
  private final CheckpointPolicy policy;

  public NodeMachines(Model model) {
    this(model, MemoryPool.shared(), CheckpointPolicy.DEFAULT);
  }

  /// @param pool lends the memories
  /// @param policy for runs that a dispute asks about
  public NodeMachines(Model model, MemoryPool pool, CheckpointPolicy policy) {
    this.model = model;
    this.pool = pool;
    this.policy = policy;
  }

  /// {@return the machine of the node of a step, before its first instruction; to be closed}
  public BorrowedMachine machine(long step, Frames.Frame before) {
    int node = (int) (step % model.nodes().size());
    Graph graph = model.graph();
    return machine(node, Operands.of(graph, graph.nodes().get(node), before::slot));
  }

  @Override
  public MachineRun run(long step, Frames.Frame before) {
    return new CheckpointedRun(machine(step, before), policy, MachineSpeed.here()::ran);
  }

  @Override
  public NodeOutcome run(Graph graph, int node, MemorySegment[] operands) {
    HeapBudget.Place place =
        HeapBudget.shared().enter(bytes(model, model.nodes().get(node)), () -> {});
    try (BorrowedMachine borrowed = machine(node, operands)) {
      Machine machine = borrowed.machine();
      machine.runTo(model.nodes().get(node).descriptor().steps());
      return outcome(node, machine.state(), machine.memory());
    } finally {
      place.end();
    }
  }

  /// {@return about how many bytes the machine of a node takes: its memory, the tree over it, and what it reads that is
  /// not the model's own}
  static long bytes(Model model, CommittedNode committed) {
    long memory = 32L << committed.descriptor().memDepth();
    long read =
        committed.node().operands().stream()
            .mapToLong(
                operand ->
                    switch (operand) {
                      case Operand.Read(int slot) -> valueBytes(model.graph(), slot);
                      case Operand.Update(int slot) -> valueBytes(model.graph(), slot);
                      case Operand.Write _, Operand.Absent _ -> 0;
                    })
            .sum();
    return memory + memory / 32 + read;
  }

  private static long valueBytes(Graph graph, int slot) {
    Slot value = graph.slots().get(slot);
    return value.initial().isPresent() ? 0 : value.bytes();
  }

  /// {@return what the end of a run says that its node does}
  public NodeOutcome outcome(int node, MachineState end, Memory memory) {
    if (!end.hasExited() || end.exitCode() > 1) {
      return new NodeOutcome.Failed();
    }
    List<MemorySegment> outputs = new ArrayList<>();
    for (Output output : model.nodes().get(node).descriptor().outputs()) {
      // Padding included: it is committed too, and a run that wrote into it did so.
      int bytes = 32 << output.depth();
      byte[] value = memory.read(output.index() << (5 + output.depth()), bytes);
      outputs.add(Tensor.allocate(bytes).copyFrom(MemorySegment.ofArray(value)));
    }
    return new NodeOutcome.Exited(end.exitCode() == 1, outputs);
  }

  /// {@return the program of a node, as the machine loads it}
  ///
  /// @throws IllegalStateException if this build neither compiles nor keeps the pinned program
  public static Program program(CommittedNode node) {
    Key key = new Key(node.descriptor().codeRoot(), node.descriptor().memDepth());
    return PROGRAMS.computeIfAbsent(
        key,
        k -> Program.of(Programs.of(node.node().kernel(), node.program()).code(), k.memDepth()));
  }

  private BorrowedMachine machine(int node, MemorySegment[] operands) {
    CommittedNode committed = model.nodes().get(node);
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.of(0, committed.fixed()));
    long[] addresses = committed.geometry().addresses();
    for (int j = 0; j < operands.length; j++) {
      long address = addresses[j];
      switch (committed.node().operands().get(j)) {
        case Operand.Read read ->
            pieces.add(new Piece(address, operands[j], hashes(read.slot(), operands[j])));
        case Operand.Update _ -> pieces.add(new Piece(address, operands[j]));
        case Operand.Write _, Operand.Absent _ -> {
          // Found zeroed.
        }
      }
    }
    Program program = program(committed);
    MemoryPool.Lease lease = pool.borrow(new MemoryImage(program.memDepth(), pieces));
    long[] registers = new long[MachineState.REGISTERS];
    return new BorrowedMachine(Machines.of(program, lease.memory(), 0, registers), lease);
  }

  /// {@return the page hashes of an operand that is what its slot held at first: weights are not hashed again}
  private Optional<PageHashes> hashes(int slot, MemorySegment operand) {
    boolean initial =
        model
            .graph()
            .slots()
            .get(slot)
            .initial()
            .map(Tensor::data)
            .filter(operand::equals)
            .isPresent();
    return initial ? model.initialHashes(slot) : Optional.empty();
  }
}
