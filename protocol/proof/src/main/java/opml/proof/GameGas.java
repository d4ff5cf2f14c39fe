package opml.proof;

import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescriptor;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.Output;
import opml.engine.commit.Segment;
import opml.game.move.GameFormat;

/// How much gas a game about a model may cost a side: a bound from the depths of its trees, tested against what the
/// contracts take (`contracts/README.md`).
///
/// Calldata counts with its floor of 40 gas a byte (EIP-7623), every sibling as if it were there, and every hash with
/// more than the contracts need for one.
final class GameGas {
  private static final long TRANSACTION = 21_000;
  private static final long BYTE_FLOOR = 40;
  private static final long BYTE = 16;
  private static final long HASH = 750;

  /// What a call does besides reading its evidence and hashing: the position, the clock, the storage of the game.
  private static final long CALL = 75_000;

  /// A dissection: two lists, nothing to hash.
  private static final long DISSECT = 80_000;

  /// Three credits that were zero before, and the claim's end.
  private static final long SETTLEMENT = 90_000;

  /// Selector, game, position, part and the offset; the position's list.
  private static final long HEAD_BYTES = 4 + 11 * 32 + 16 * 32;

  private static final long STATE_BYTES = 296;
  private static final long MASK_BYTES = 8;

  private GameGas() {}

  /// {@return a bound of the gas of the server's moves in a game about this model, settlement included}
  static long ofASide(Model model) {
    long steps = 2;
    long refine = 0;
    long execute = 0;
    for (CommittedNode node : model.kinds()) {
      NodeDescriptor descriptor = node.descriptor();
      steps = Math.max(steps, descriptor.steps());
      refine = Math.max(refine, refine(model.descriptor(), descriptor));
      execute = Math.max(execute, execute(descriptor));
    }
    long moves = GameFormat.PROTOCOL.movesAtMost(model.descriptor().steps(), steps);
    // The challenge is not the server's, and every second move is.
    long own = moves / 2;
    return Math.max(0, own - 2) * DISSECT + refine + execute + SETTLEMENT;
  }

  /// {@return a bound of the gas of refining a step of this node}
  static long refine(ModelDescriptor model, NodeDescriptor node) {
    long slotDepth = model.slotDepth();
    long graphDepth = model.graphDepth();
    long bytes = HEAD_BYTES + node.encode().length + proof(graphDepth) + 16 * 32 + STATE_BYTES;
    long memDepth = node.memDepth();
    long hashes = graphDepth + memDepth;
    for (Segment segment : node.segments()) {
      hashes += memDepth - segment.depth();
      if (segment instanceof Segment.FromSlot) {
        bytes += Bytes32.BYTES + proof(slotDepth);
        hashes += slotDepth;
      }
    }
    for (Output output : node.outputs()) {
      long above = memDepth - output.depth();
      bytes += 2 * Bytes32.BYTES + proof(above) + proof(slotDepth);
      hashes += above + 2 * slotDepth;
    }
    return call(bytes, hashes);
  }

  private static long execute(NodeDescriptor node) {
    // The code's leaf, and at most two of the memory, one of them before and after a write.
    long bytes =
        HEAD_BYTES
            + STATE_BYTES
            + 3 * Bytes32.BYTES
            + proof(node.codeDepth())
            + 2 * proof(node.memDepth());
    long hashes = node.codeDepth() + 3L * node.memDepth();
    return call(bytes, hashes);
  }

  private static long proof(long depth) {
    return MASK_BYTES + Bytes32.BYTES * depth;
  }

  private static long call(long bytes, long hashes) {
    return TRANSACTION + Math.max(BYTE_FLOOR * bytes, BYTE * bytes + HASH * hashes + CALL);
  }
}
