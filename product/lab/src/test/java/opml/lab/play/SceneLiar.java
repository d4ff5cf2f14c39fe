package opml.lab.play;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.run.KernelProvider;
import opml.engine.run.NativeNodes;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.proof.ExecutedFrames;
import opml.proof.GraphWork;
import opml.proof.MachineRun;
import opml.proof.NodeMachines;
import opml.proof.NodeRuns;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// Somebody whose run is wrong from one node on: a bit of that node's output flips in the last step of its level, long
/// after the machine halted. All else is computed from that honestly, so a liar's claim can be made, and its games go
/// down to the last instruction.
public final class SceneLiar implements Workshop {
  private final Model model;
  private final int node;
  private final int bit;

  /// @param bit that is flipped in the node's first output; two liars with different bits contradict each other
  public SceneLiar(Model model, int node, int bit) {
    this.model = model;
    this.node = node;
    this.bit = bit;
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    return modelId.equals(model.id()) ? Optional.of(work(input)) : Optional.empty();
  }

  public Work work(byte[] input) {
    NodeMachines machines = new NodeMachines(model);
    NodeRunner truth = new NativeNodes(KernelProvider.reference(), machines);
    NodeRunner lying =
        (graph, index, operands) -> {
          NodeOutcome outcome = truth.run(graph, index, operands);
          return index == node ? changed((NodeOutcome.Exited) outcome) : outcome;
        };
    long end = model.nodes().get(node).descriptor().steps();
    NodeRuns runs =
        (step, before) -> {
          MachineRun run = machines.run(step, before);
          return step == node ? new Tampered(run, end, changed(run.memoryAt(end))) : run;
        };
    return new GraphWork(model, new ExecutedFrames(GraphExecution.run(model, input, lying)), runs);
  }

  private NodeOutcome changed(NodeOutcome.Exited outcome) {
    List<MemorySegment> outputs = new ArrayList<>(outcome.outputs());
    MemorySegment copy = Tensor.allocate(outputs.getFirst().byteSize());
    copy.copyFrom(outputs.getFirst());
    byte old = copy.get(ValueLayout.JAVA_BYTE, bit / 8);
    copy.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old ^ 1 << bit % 8));
    outputs.set(0, copy);
    return new NodeOutcome.Exited(outcome.stops(), outputs);
  }

  private Memory changed(Memory truth) {
    Output output = model.nodes().get(node).descriptor().outputs().getFirst();
    byte[] bytes = truth.bytes().clone();
    bytes[(int) (output.index() << (5 + output.depth())) + bit / 8] ^= (byte) (1 << bit % 8);
    return new Memory(new MemoryImage(truth.depth(), List.of(MemoryImage.Piece.of(0, bytes))));
  }

  /// A run whose memory changes in its very last step, long after it halted.
  private record Tampered(MachineRun truth, long end, Memory changed) implements MachineRun {
    @Override
    public Program program() {
      return truth.program();
    }

    @Override
    public MachineState stateAt(long index) {
      MachineState state = truth.stateAt(index);
      return index < end
          ? state
          : new MachineState(changed.root(), state.pc(), state.exit(), state.registers());
    }

    @Override
    public StepProof proofAt(long index) {
      return truth.proofAt(index);
    }

    @Override
    public Memory memoryAt(long index) {
      return index < end ? truth.memoryAt(index) : changed;
    }
  }
}
