package opml.engine.commit;

import java.lang.foreign.MemorySegment;
import java.util.List;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;

/// Everything that a model's identity commits to, as whoever registered it would hand it out.
///
/// @param nodes in order
/// @param slots in order
public record ModelPreimages(
    ModelDescriptor model, List<NodePreimage> nodes, List<SlotPreimage> slots) {
  public ModelPreimages {
    nodes = List.copyOf(nodes);
    slots = List.copyOf(slots);
  }

  /// @param descriptor the encoded [NodeDescriptor]
  /// @param fixed the bytes of its one fixed segment
  @SuppressWarnings("ArrayRecordComponent") // read once, by the check
  public record NodePreimage(byte[] descriptor, byte[] fixed) {}

  /// @param initial the slot's first bytes, the rest being zero
  public record SlotPreimage(int depth, MemorySegment initial) {}

  /// {@return what a model of ours commits to}
  public static ModelPreimages of(Model model) {
    return new ModelPreimages(
        model.descriptor(),
        model.nodes().stream()
            .map(node -> new NodePreimage(node.descriptor().encode(), node.fixed()))
            .toList(),
        model.graph().slots().stream().map(ModelPreimages::slot).toList());
  }

  private static SlotPreimage slot(Slot slot) {
    return new SlotPreimage(
        slot.depth(), slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(0)));
  }
}
