package opml.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One method: a control flow graph of blocks, and the nodes made for it. Equal pure nodes are made once.
public final class MethodGraph {
  private record Key(NodeOp op, int left, int right, long value) {}

  private final Block entry;
  private final List<Block> blocks = new ArrayList<>();
  private final Map<Key, Node> known = new HashMap<>();
  private int nodes;
  private Origin origin;

  /// @param method whose code this is
  public MethodGraph(MethodRef method) {
    origin = new Origin(method, 0);
    entry = newBlock();
  }

  public Block entry() {
    return entry;
  }

  /// {@return all blocks ever made, also those that nothing leads to}
  public List<Block> blocks() {
    return blocks;
  }

  /// {@return how many node ids have been given out}
  public int nodeCount() {
    return nodes;
  }

  public Block newBlock() {
    Block block = new Block(blocks.size());
    blocks.add(block);
    return block;
  }

  /// Where the nodes made from now on come from.
  public void at(Origin source) {
    origin = source;
  }

  public Node constant(long value) {
    return unique(NodeOp.CONSTANT, List.of(), value, value == (int) value);
  }

  public Node fixed(long address, boolean narrow) {
    return unique(NodeOp.FIXED, List.of(), address, narrow);
  }

  /// {@return a node for a pure operation, simplified; maybe one that exists already}
  public Node pure(NodeOp op, Node... inputs) {
    List<Node> resolved = new ArrayList<>();
    for (Node input : inputs) {
      resolved.add(input.resolved());
    }
    if (op.isCommutative() && resolved.get(0).isConstant()) {
      resolved = List.of(resolved.get(1), resolved.get(0));
    }
    Node simple = Simplify.apply(this, op, resolved);
    return simple != null ? simple : unique(op, resolved, 0, isNarrowResult(op, resolved));
  }

  private static boolean isNarrowResult(NodeOp op, List<Node> inputs) {
    return switch (op) {
      case AND, OR, XOR -> inputs.get(0).isNarrow() && inputs.get(1).isNarrow();
      case SRA, REM -> inputs.get(0).isNarrow();
      case SLT, SLTU, COMPARE, COMPARE_UNSIGNED, CANONICAL -> true;
      default -> op.isLow32();
    };
  }

  /// {@return a load, at the end of `block`}
  public Node load(Block block, NodeOp op, Node address, long offset) {
    return pinned(block, op, List.of(address), offset, op != NodeOp.LD && op != NodeOp.LWU, null);
  }

  public Node store(Block block, NodeOp op, Node address, long offset, Node stored) {
    return pinned(block, op, List.of(address, stored), offset, false, null);
  }

  public Node call(Block block, MethodRef callee, List<Node> arguments, boolean narrow) {
    return pinned(block, NodeOp.CALL, arguments, 0, narrow, callee);
  }

  public Node argument(int index, boolean narrow) {
    Node node = new Node(nodes++, NodeOp.ARGUMENT, List.of(), index, narrow, origin, null);
    node.place(entry);
    return node;
  }

  /// {@return a phi that still lacks its inputs}
  public Node phi(Block block, boolean narrow) {
    Node node = new Node(nodes++, NodeOp.PHI, List.of(), 0, narrow, origin, null);
    node.place(block);
    block.phis().add(node);
    return node;
  }

  /// {@return a copy of a load or store with another address, to be put into its place}
  Node readdressed(Node access, NodeOp op, Node address, long offset) {
    List<Node> inputs = new ArrayList<>(access.inputs());
    inputs.set(0, address);
    boolean narrow = op != NodeOp.LD && op != NodeOp.LWU;
    Node node = new Node(nodes++, op, inputs, offset, narrow, access.origin(), null);
    node.place(access.home());
    return node;
  }

  private Node pinned(
      Block block,
      NodeOp op,
      List<Node> inputs,
      long value,
      boolean narrow,
      @Nullable MethodRef callee) {
    Node node = new Node(nodes++, op, inputs, value, narrow, origin, callee);
    node.place(block);
    block.effects().add(node);
    return node;
  }

  private Node unique(NodeOp op, List<Node> inputs, long value, boolean narrow) {
    int left = inputs.isEmpty() ? -1 : inputs.get(0).id();
    int right = inputs.size() < 2 ? -1 : inputs.get(1).id();
    if (op.isCommutative() && left > right && !inputs.get(1).isConstant()) {
      int swap = left;
      left = right;
      right = swap;
    }
    return known.computeIfAbsent(
        new Key(op, left, right, value),
        _ -> new Node(nodes++, op, inputs, value, narrow, origin, null));
  }

  /// Forgets which pure nodes exist, so that a rewriting pass makes only those still needed.
  void forget() {
    known.clear();
  }
}
