package opml.proof;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.codec.ByteWriter;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.Output;
import opml.engine.commit.Segment;
import opml.engine.commit.SlotOpening;
import opml.engine.trace.StateUpdate;
import opml.game.trace.Trace;
import opml.game.work.Work;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;

/// A model's run on an input, as a work: level 0 are the states of the graph, level 1 the instructions of one node,
/// which is run in the machine when a dispute comes to it.
public final class GraphWork implements Work {
  private final Model model;
  private final Frames frames;
  private final HeapBudget memory;
  private final OpenRuns runs;
  private final long modelBytes;
  private volatile boolean retired;

  /// The work of a model that is kept in any case.
  ///
  /// @param frames of the native run
  /// @param runs makes the machines for single nodes
  public GraphWork(Model model, Frames frames, NodeRuns runs) {
    this(model, frames, runs, HeapBudget.shared(), 0);
  }

  /// @param modelBytes of the model, as far as it is kept because this work is
  GraphWork(Model model, Frames frames, NodeRuns runs, HeapBudget memory, long modelBytes) {
    this.model = model;
    this.frames = frames;
    this.memory = memory;
    this.modelBytes = modelBytes;
    this.runs = new OpenRuns(memory, step -> opening(step, runs));
  }

  private OpenRuns.Opening opening(long step, NodeRuns nodeRuns) {
    Frames.Frame before = frames.at(step);
    return new OpenRuns.Opening(
        NodeMachines.bytes(model, node(step)), () -> nodeRuns.run(step, before));
  }

  @Override
  public Trace trace() {
    return new GraphTrace();
  }

  @Override
  public Result result() {
    Frames.Frame last = frames.at(frames.length());
    GraphState state = last.state();
    boolean hasRoot =
        state.status() != GraphState.Status.FAILED && model.descriptor().isClaimedByRoot();
    return new Result(
        state.status().code(),
        state.slotsRoot(),
        hasRoot ? new byte[0] : output(),
        state.commitment(),
        hasRoot ? Optional.of(last.slots().leaf(model.graph().output().slot())) : Optional.empty());
  }

  @Override
  public byte[] output() {
    Frames.Frame last = frames.at(frames.length());
    return last.state().status() == GraphState.Status.FAILED
        ? new byte[0]
        : last.slot(model.graph().output().slot())
            .asSlice(0, model.descriptor().outputBytes())
            .toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public long replaySteps() {
    return model.kinds().stream().mapToLong(CommittedNode::steps).max().orElse(0);
  }

  @Override
  public Optional<String> whyNotToReplay() {
    return memory.whyNoMachine(
        model.kinds().stream().mapToLong(node -> NodeMachines.bytes(model, node)).max().orElse(0));
  }

  @Override
  public long keptBytes() {
    return frames.keptBytes() + modelBytes;
  }

  @Override
  public long gasOfASide() {
    return GameGas.ofASide(model);
  }

  @Override
  public byte[] claimEvidence() {
    Frames.Frame last = frames.at(frames.length());
    if (last.state().status() == GraphState.Status.FAILED) {
      return new byte[0];
    }
    ByteWriter out = new ByteWriter();
    if (model.descriptor().isClaimedByRoot()) {
      out.bytes32(last.slots().leaf(model.graph().output().slot()));
    } else {
      byte[] output = ShortBuffer.trim(output());
      out.u32(output.length).bytes(output);
    }
    last.slots().prove(model.graph().output().slot()).writeTo(out);
    return out.toArray();
  }

  @Override
  public byte[] openingEvidence() {
    ByteWriter out = new ByteWriter();
    write(out, model.inputOpening());
    if (model.descriptor().outputGiven()) {
      write(out, model.outputOpening(frames.at(0).slots().leaf(model.graph().input().slot())));
    }
    return out.toArray();
  }

  private static void write(ByteWriter out, SlotOpening opening) {
    out.bytes32(opening.value());
    opening.proof().writeTo(out);
  }

  @Override
  public Refinement refinement(long step, List<Bytes32> states) {
    Frames.Frame before = frames.at(step);
    GraphState state = before.state();
    int status = state.status().code();
    if (state.status() != GraphState.Status.RUNNING) {
      return new Refinement(status, state.slotsRoot(), new byte[0]);
    }
    NodeDescriptor node = node(step).descriptor();
    ByteWriter out = new ByteWriter();
    byte[] tagged = node.encode();
    out.bytes(Arrays.copyOfRange(tagged, Bytes32.BYTES, tagged.length));
    model.proveNode(nodeIndex(step)).writeTo(out);
    for (Segment segment : node.segments()) {
      if (segment instanceof Segment.FromSlot from) {
        out.bytes32(before.slots().leaf(from.slot()));
        before.slots().prove(from.slot()).writeTo(out);
      }
    }
    states.forEach(out::bytes32);
    runs.use(
        step,
        run -> {
          MachineState end = run.stateAt(node.steps());
          out.bytes(end.encode());
          if (end.hasExited() && end.exitCode() <= 1) {
            writeOutputs(out, node, run.memoryAt(node.steps()), before.slots().copy());
          }
          return end;
        });
    return new Refinement(status, state.slotsRoot(), out.toArray());
  }

  /// Each output's root under the end's memory, then the slot's old root under the slots as the outputs before have
  /// left them.
  private static void writeOutputs(
      ByteWriter out, NodeDescriptor node, Memory memory, SparseTree slots) {
    List<Bytes32> roots =
        node.outputs().stream()
            .map(output -> memory.subtree(output.depth(), output.index()))
            .toList();
    List<SlotOpening> old = StateUpdate.write(slots, node.outputs(), roots, false).before();
    for (int i = 0; i < roots.size(); i++) {
      Output output = node.outputs().get(i);
      out.bytes32(roots.get(i));
      memory.prove(output.depth(), output.index()).writeTo(out);
      write(out, old.get(i));
    }
  }

  @Override
  public Execution execution(List<Long> path, long step) {
    if (path.size() != 1) {
      throw new IllegalArgumentException("instructions lie one level below nodes: " + path);
    }
    MachineRun run = run(path.getFirst());
    return new Execution(
        run.program().codeRoot(),
        run.program().codeDepth(),
        run.program().memDepth(),
        run.proofAt(step).encode());
  }

  /// {@return the run in the machine of the node of a step}
  public MachineRun run(long step) {
    return new ReopenedRun(runs, step);
  }

  /// {@return the state in which the run ends}
  public GraphState finalState() {
    return frames.stateAt(frames.length());
  }

  public Model model() {
    return model;
  }

  /// {@return the states of the run}
  public Frames frames() {
    return frames;
  }

  /// {@return the node of a step}
  public CommittedNode node(long step) {
    return model.nodes().get(nodeIndex(step));
  }

  private int nodeIndex(long step) {
    return (int) (step % model.nodes().size());
  }

  @Override
  public Optional<String> audit(long step) {
    Frames.Frame before = frames.at(step);
    if (before.state().status() != GraphState.Status.RUNNING) {
      return Optional.empty();
    }
    GraphState machine = runs.use(step, run -> after(step, run, before));
    GraphState own = frames.stateAt(step + 1);
    return machine.equals(own)
        ? Optional.empty()
        : Optional.of(
            "node %d (%s): natively %s, in the machine %s"
                .formatted(nodeIndex(step), node(step).node().kernel().name(), own, machine));
  }

  /// {@return the state to which a run of a node leads}
  private GraphState after(long step, MachineRun run, Frames.Frame before) {
    NodeDescriptor node = node(step).descriptor();
    MachineState end = run.stateAt(node.steps());
    if (!end.hasExited() || end.exitCode() > 1) {
      return GraphState.FAILED;
    }
    Memory memory = run.memoryAt(node.steps());
    List<Bytes32> roots =
        node.outputs().stream()
            .map(output -> memory.subtree(output.depth(), output.index()))
            .toList();
    return StateUpdate.write(before.slots().copy(), node.outputs(), roots, end.exitCode() == 1)
        .after();
  }

  @Override
  public void rest() {
    runs.close();
    frames.rest();
  }

  @Override
  public void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  private final class GraphTrace implements Trace {
    @Override
    public long length() {
      return frames.length();
    }

    @Override
    public Bytes32 context() {
      return model.id();
    }

    @Override
    public Bytes32 at(long index) {
      return frames.stateAt(index).commitment();
    }

    @Override
    public List<Bytes32> at(long[] indexes) {
      return frames.statesAt(indexes).stream().map(GraphState::commitment).toList();
    }

    @Override
    public Optional<Trace> refine(long step) {
      boolean runs = frames.stateAt(step).status() == GraphState.Status.RUNNING;
      return runs
          ? Optional.of(new MachineTrace(run(step), node(step).descriptor().stepsLog2()))
          : Optional.empty();
    }
  }
}
