package opml.engine.commit;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.core.merkle.PageHashes;

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

  /// @param initial the hashes of the slot's first bytes, the rest being zero; none if all are. Whoever has the bytes
  ///     hashes them, once: [PageHashes#of]
  public record SlotPreimage(int depth, Optional<PageHashes> initial) {}

  /// {@return what a model of ours commits to, with the hashes that it has}
  public static ModelPreimages of(Model model) {
    return new ModelPreimages(
        model.descriptor(),
        model.nodes().stream()
            .map(node -> new NodePreimage(node.descriptor().encode(), node.fixed()))
            .toList(),
        IntStream.range(0, model.graph().slots().size())
            .mapToObj(
                slot ->
                    new SlotPreimage(
                        model.graph().slots().get(slot).depth(), model.initialHashes(slot)))
            .toList());
  }
}
