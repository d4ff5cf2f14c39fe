package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.tensor.Tensor;

/// Runs nodes with native kernels.
///
/// The machine has no exceptions: an address wraps, a division by zero has a result. So where Java throws, an
/// index or a divisor of a hostile input was outside of what the kernel is written for, nothing that it wrote
/// counts, and the node runs again in the machine, from the same operands.
public final class NativeNodes implements NodeRunner {
  private final KernelProvider kernels;
  private final NodeRunner machine;

  public NativeNodes(KernelProvider kernels, NodeRunner machine) {
    this.kernels = kernels;
    this.machine = machine;
  }

  @Override
  public NodeOutcome run(Graph graph, int node, MemorySegment[] operands) {
    GraphNode call = graph.nodes().get(node);
    MemorySegment[] scratch = operands.clone();
    List<MemorySegment> outputs = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      switch (call.operands().get(i)) {
        case Operand.Write write -> outputs.add(operands[i]);
        case Operand.Update update -> {
          scratch[i] = Operands.copyOf(operands[i]);
          outputs.add(scratch[i]);
        }
        case Operand.Read read -> {}
        case Operand.Absent absent -> {}
      }
    }
    int exit;
    try {
      PreparedKernel kernel =
          kernels.prepare(call.kernel(), call.scalarArray(), unknown(operands.length));
      MemorySegment own = Tensor.allocate(kernel.scratchBytes());
      exit = kernel.run(scratch, own, 0, kernel.units());
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      for (int i = 0; i < operands.length; i++) {
        if (call.operands().get(i) instanceof Operand.Write) {
          operands[i].fill((byte) 0);
        }
      }
      return machine.run(graph, node, operands);
    }
    return switch (exit) {
      case 0 -> new NodeOutcome.Exited(false, outputs);
      case 1 -> new NodeOutcome.Exited(true, outputs);
      default -> new NodeOutcome.Failed();
    };
  }

  private static List<Optional<MemorySegment>> unknown(int operands) {
    return Collections.nCopies(operands, Optional.empty());
  }
}
