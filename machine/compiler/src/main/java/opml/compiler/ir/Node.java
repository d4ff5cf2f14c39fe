package opml.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One value (or effect) of a method in static single assignment form. Pure nodes float: they belong to no block until
/// [Schedule] places them. A node found equal to another forwards to it, and [#input] sees through that.
public final class Node {
  private final int id;
  private final NodeOp op;
  private final List<Node> inputs;
  private final long value;
  private final boolean narrow;
  private final Origin origin;
  private final @Nullable MethodRef callee;
  private @Nullable Block block;
  private @Nullable Node replacement;

  Node(
      int id,
      NodeOp op,
      List<Node> inputs,
      long value,
      boolean narrow,
      Origin origin,
      @Nullable MethodRef callee) {
    this.id = id;
    this.op = op;
    this.inputs = new ArrayList<>(inputs);
    this.value = value;
    this.narrow = narrow;
    this.origin = origin;
    this.callee = callee;
  }

  public int id() {
    return id;
  }

  public NodeOp op() {
    return op;
  }

  /// {@return the constant, argument number or address offset}
  public long value() {
    return value;
  }

  /// {@return whether the value is an int or a float's bits, sign-extended from 32 bits}
  public boolean isNarrow() {
    return narrow;
  }

  public Origin origin() {
    return origin;
  }

  public MethodRef callee() {
    if (callee == null) {
      throw new IllegalStateException("no call: " + this);
    }
    return callee;
  }

  public @Nullable Block block() {
    return block;
  }

  /// {@return the block of a pinned or scheduled node}
  public Block home() {
    if (block == null) {
      throw new IllegalStateException("not placed: " + this);
    }
    return block;
  }

  public void place(Block home) {
    block = home;
  }

  public int arity() {
    return inputs.size();
  }

  public Node input(int index) {
    return inputs.get(index).resolved();
  }

  public List<Node> inputs() {
    return inputs.stream().map(Node::resolved).toList();
  }

  public void addInput(Node input) {
    inputs.add(input);
  }

  public void setInput(int index, Node input) {
    inputs.set(index, input);
  }

  void removeInput(int index) {
    inputs.remove(index);
  }

  /// {@return the node that stands for this one now}
  public Node resolved() {
    Node node = this;
    while (node.replacement != null) {
      node = node.replacement;
    }
    return node;
  }

  /// Lets another node stand for this one everywhere.
  public void replaceBy(Node other) {
    Node target = other.resolved();
    if (target != this) {
      replacement = target;
    }
  }

  public boolean isConstant() {
    return op == NodeOp.CONSTANT;
  }

  public boolean isConstant(long expected) {
    return op == NodeOp.CONSTANT && value == expected;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("n" + id + "=" + op);
    inputs().forEach(input -> text.append(" n").append(input.id));
    return text.append(" #").append(value).toString();
  }
}
