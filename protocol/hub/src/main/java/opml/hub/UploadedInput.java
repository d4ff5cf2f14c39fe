package opml.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.ZeroHashes;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Event;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogReader;
import opml.ethereum.chain.Snapshot;

/// Reads an input that was uploaded in parts from the events of the contract `Inputs`, from its root down. The node is
/// not believed: every part must hash to what was looked for.
final class UploadedInput {
  private record Tree(Bytes32 root, int depth) {}

  private final Contract inputs;
  private final Chain chain;
  private final Snapshot state;
  private final Map<Tree, Integer> places = new HashMap<>();

  /// @param at the block after which the input is read
  UploadedInput(Deployment deployment, Chain chain, BlockRef at) {
    this.inputs = deployment.inputs();
    this.chain = chain;
    this.state = chain.snapshot(at);
  }

  /// Reads the bytes below a root.
  ///
  /// @param into all zeros, as long as the model's input
  /// @throws ChainException.Malformed if the node does not show them
  void read(Bytes32 root, int depth, byte[] into) {
    fill(new Tree(root, depth), 0, into);
  }

  private void fill(Tree tree, long offset, byte[] into) {
    if (tree.root.equals(ZeroHashes.at(tree.depth))) {
      return;
    }
    if (offset >= into.length) {
      throw new ChainException.Malformed(
          "an uploaded input goes on behind the %d bytes that its model takes"
              .formatted(into.length));
    }
    int at = (int) offset;
    Integer earlier = places.putIfAbsent(tree, at);
    if (earlier != null) {
      // A part that comes again was read to its end, since what is further left is read first.
      int length = (int) Math.min((long) Bytes32.BYTES << tree.depth, into.length - offset);
      System.arraycopy(into, earlier, into, at, length);
      return;
    }
    Event event = event(tree);
    if (event.name().equals("Part")) {
      byte[] data = event.values().data("data").toArray();
      if (data.length > into.length - at) {
        throw malformed(tree);
      }
      System.arraycopy(data, 0, into, at, data.length);
      return;
    }
    int partDepth = (int) event.values().number("partDepth");
    List<Bytes32> parts = parts(event);
    for (int i = 0; i < parts.size(); i++) {
      fill(
          new Tree(parts.get(i), partDepth),
          offset + ((long) i * Bytes32.BYTES << partDepth),
          into);
    }
  }

  /// {@return an event that has what is below a root}
  private Event event(Tree tree) {
    long block = inputs.read(state, "blockOf", tree.root, (long) tree.depth).number(0);
    return inputs
        .events(
            new LogReader(chain, 1)
                .read(inputs.filter("Part", "Joined").with(0, tree.root), block, block))
        .stream()
        .filter(event -> isOf(tree, event))
        .findFirst()
        .orElseThrow(() -> malformed(tree));
  }

  private static ChainException.Malformed malformed(Tree tree) {
    return new ChainException.Malformed(
        "the node does not show the uploaded part %s of depth %d".formatted(tree.root, tree.depth));
  }

  private static boolean isOf(Tree tree, Event event) {
    if (event.values().number("depth") != tree.depth) {
      return false;
    }
    if (event.name().equals("Part")) {
      byte[] data = event.values().data("data").toArray();
      return data.length <= (long) Bytes32.BYTES << tree.depth
          && MerkleRoot.of(data, tree.depth).equals(tree.root);
    }
    long partDepth = event.values().number("partDepth");
    return partDepth < tree.depth
        && event.values().data("roots").length() % Bytes32.BYTES == 0
        && InputParts.joined(parts(event), (int) partDepth, tree.depth).equals(tree.root);
  }

  private static List<Bytes32> parts(Event event) {
    byte[] packed = event.values().data("roots").toArray();
    List<Bytes32> parts = new ArrayList<>();
    for (int at = 0; at < packed.length; at += Bytes32.BYTES) {
      parts.add(Bytes32.at(packed, at));
    }
    return parts;
  }
}
