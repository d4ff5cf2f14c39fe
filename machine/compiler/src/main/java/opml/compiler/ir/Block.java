package opml.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A basic block: phis, then effects (loads, stores, calls) in program order, then a terminator. Pure nodes join when
/// [Schedule] has placed them.
public final class Block {
  private final int id;
  private final List<Node> phis = new ArrayList<>();
  private final List<Node> effects = new ArrayList<>();
  private final List<LoopTurns.Declared> declared = new ArrayList<>();
  private final List<Object> calls = new ArrayList<>();
  private final List<Block> predecessors = new ArrayList<>();
  private @Nullable Terminator terminator;
  private @Nullable Origin origin;

  Block(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  public List<Node> phis() {
    return phis;
  }

  public List<Node> effects() {
    return effects;
  }

  /// {@return what the kernel says of the innermost loop around the block}
  public List<LoopTurns.Declared> declared() {
    return declared;
  }

  /// {@return the calls of inlined methods that begin here, as [LoopTurns.Declared#call] names them}
  public List<Object> calls() {
    return calls;
  }

  /// {@return the blocks that may come before, one entry per edge, in the order of the phis' inputs}
  public List<Block> predecessors() {
    return predecessors;
  }

  public boolean isOpen() {
    return terminator == null;
  }

  public Terminator terminator() {
    if (terminator == null) {
      throw new IllegalStateException("block without an end: " + id);
    }
    return terminator;
  }

  /// {@return where the terminator comes from}
  public Origin origin() {
    if (origin == null) {
      throw new IllegalStateException("block without an end: " + id);
    }
    return origin;
  }

  /// Ends the block and tells the successors.
  public void end(Terminator end, Origin source) {
    if (terminator != null) {
      throw new IllegalStateException("block ended twice: " + id);
    }
    terminator = end;
    origin = source;
    end.successors().forEach(next -> next.predecessors.add(this));
  }

  /// Exchanges the terminator by one that leads to the same edges or fewer; phis of edges given up lose that input.
  public void endInstead(Terminator end) {
    List<Block> kept = new ArrayList<>(end.successors());
    for (Block next : terminator().successors()) {
      if (!kept.remove(next)) {
        next.dropPredecessor(this);
      }
    }
    terminator = end;
  }

  /// Becomes the middle of an edge; `after` lists this block as its predecessor already.
  void splitInto(Block before, Block after) {
    terminator = new Terminator.Jump(after);
    origin = before.origin;
    predecessors.add(before);
    if (!(before.terminator() instanceof Terminator.Branch b)) {
      throw new IllegalStateException("only an edge of a branch is critical: " + before);
    }
    before.terminator =
        new Terminator.Branch(
            b.condition(),
            b.left(),
            b.right(),
            b.yes() == after ? this : b.yes(),
            b.no() == after && b.yes() != after ? this : b.no());
  }

  /// Takes over a successor that has no other predecessor and no phis.
  void absorb(Block next) {
    for (Node phi : next.phis) {
      phi.replaceBy(phi.input(0));
    }
    next.effects.forEach(effect -> effect.place(this));
    effects.addAll(next.effects);
    declared.addAll(next.declared);
    calls.addAll(next.calls);
    terminator = next.terminator();
    origin = next.origin;
    for (Block after : terminator.successors()) {
      after.predecessors.replaceAll(before -> before == next ? this : before);
    }
    next.predecessors.clear();
  }

  void dropPredecessor(Block block) {
    int index = predecessors.indexOf(block);
    predecessors.remove(index);
    phis.forEach(phi -> phi.removeInput(index));
  }

  @Override
  public String toString() {
    return "b" + id;
  }
}
