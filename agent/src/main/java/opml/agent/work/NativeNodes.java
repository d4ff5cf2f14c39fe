package opml.agent.work;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.tensor.Tensor;

/// Executes nodes with their native kernels. Where a kernel throws, an index or a division that Java refuses and the machine
/// defines, the node is run again in the machine: its result decides.
public final class NativeNodes implements NodeExecution {
  private final Model model;
  private final NodeMachines machines;

  public NativeNodes(Model model, NodeMachines machines) {
    this.model = model;
    this.machines = machines;
  }

  @Override
  public Outcome execute(long step, Frames.Frame before) {
    CommittedNode node = model.nodes().get((int) (step % model.nodes().size()));
    try {
      return natively(model.graph(), node.node(), before);
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      return machines.execute(model.graph(), node, before);
    }
  }

  private static Outcome natively(Graph graph, GraphNode node, Frames.Frame before) {
    List<MemorySegment> segments = new ArrayList<>();
    List<MemorySegment> outputs = new ArrayList<>();
    for (Operand operand : node.operands()) {
      switch (operand) {
        case Operand.Read read -> segments.add(before.slot(read.slot()));
        case Operand.Absent absent -> segments.add(Tensor.allocate(absent.bytes()));
        case Operand.Write write -> {
          MemorySegment fresh = Tensor.allocate(graph.slots().get(write.slot()).bytes());
          segments.add(fresh);
          outputs.add(fresh);
        }
        case Operand.Update update -> {
          MemorySegment old = before.slot(update.slot());
          MemorySegment fresh = Tensor.allocate(old.byteSize()).copyFrom(old);
          segments.add(fresh);
          outputs.add(fresh);
        }
      }
    }
    int exit = node.kernel().run(segments.toArray(MemorySegment[]::new), node.scalarArray());
    return new Outcome(exit, outputs);
  }
}
