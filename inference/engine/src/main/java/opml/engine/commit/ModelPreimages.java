package opml.engine.commit;

import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.stream.IntStream;
import opml.core.merkle.PageHashes;

/// Everything that a model's identity commits to, as whoever registered it would hand it out.
///
/// @param nodes in order; unchanging, and maybe made when they are asked for
/// @param slots in order
public record ModelPreimages(
    ModelDescriptor model, List<NodePreimage> nodes, List<SlotPreimage> slots) {
  public ModelPreimages {
    nodes = Collections.unmodifiableList(nodes);
    slots = List.copyOf(slots);
  }

  /// The nodes of a model of ours.
  private static final class Nodes extends AbstractList<NodePreimage> implements RandomAccess {
    private final List<CommittedNode> nodes;

    Nodes(List<CommittedNode> nodes) {
      this.nodes = nodes;
    }

    @Override
    public NodePreimage get(int index) {
      CommittedNode node = nodes.get(index);
      return new NodePreimage(node.descriptor().encode(), node.fixed());
    }

    @Override
    public int size() {
      return nodes.size();
    }
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
        new Nodes(model.nodes()),
        IntStream.range(0, model.graph().slots().size())
            .mapToObj(
                slot ->
                    new SlotPreimage(
                        model.graph().slots().get(slot).depth(), model.initialHashes(slot)))
            .toList());
  }
}
