package opml.mnist;

import java.lang.foreign.MemorySegment;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.mnist.digit.Digit;

/// Names digits with a graph from pixels 0..255, as floats or as bytes, to one number per class: runs the graph's
/// kernels natively, one after the other.
final class Classifier {
  private final Graph graph;

  Classifier(Graph graph) {
    this.graph = graph;
  }

  /// {@return the class with the greatest number, the first of equals}
  int classify(Digit digit) {
    MemorySegment[] slots =
        graph.slots().stream().map(Classifier::initial).toArray(MemorySegment[]::new);
    slots[graph.input().slot()] = input(digit).data();
    for (GraphNode node : graph.nodes()) {
      MemorySegment[] segments =
          node.operands().stream()
              .map(operand -> segment(operand, slots))
              .toArray(MemorySegment[]::new);
      node.kernel().run(segments, node.scalarArray());
    }
    Slot output = graph.slots().get(graph.output().slot());
    return greatest(new Tensor(output.type(), output.shape(), slots[graph.output().slot()]));
  }

  private Tensor input(Digit digit) {
    Slot slot = graph.slots().get(graph.input().slot());
    return slot.type() == ElementType.U8
        ? Tensor.ofBytes(ElementType.U8, slot.shape(), digit.pixels())
        : Tensor.ofFloats(slot.shape(), digit.floats());
  }

  private static MemorySegment initial(Slot slot) {
    return slot.initial().orElseGet(() -> Tensor.zero(slot.type(), slot.shape())).data();
  }

  private static MemorySegment segment(Operand operand, MemorySegment[] slots) {
    return switch (operand) {
      case Operand.Read read -> slots[read.slot()];
      case Operand.Write write -> slots[write.slot()];
      case Operand.Update update -> slots[update.slot()];
      case Operand.Absent absent -> Tensor.allocate(absent.bytes());
    };
  }

  private static int greatest(Tensor logits) {
    int best = 0;
    for (int i = 1; i < logits.shape().count(); i++) {
      if (logits.f32(i) > logits.f32(best)) {
        best = i;
      }
    }
    return best;
  }
}
