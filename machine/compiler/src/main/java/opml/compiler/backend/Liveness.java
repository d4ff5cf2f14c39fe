package opml.compiler.backend;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import opml.compiler.backend.MachineBlock.Line;

/// Which registers still matter where; computed backwards to a fixed point, instructions without an effect dropped.
final class Liveness {
  private final MachineMethod method;
  private final BitSet[] in;

  private Liveness(MachineMethod method) {
    this.method = method;
    this.in = new BitSet[method.blocks().size()];
    for (int i = 0; i < in.length; i++) {
      in[i] = new BitSet();
    }
  }

  static Liveness of(MachineMethod method) {
    Liveness liveness = new Liveness(method);
    liveness.solve();
    boolean removed = true;
    while (removed) {
      removed = liveness.dropDead();
      if (removed) {
        liveness.solve();
      }
    }
    return liveness;
  }

  private void solve() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (MachineBlock block : method.blocks().reversed()) {
        BitSet live = out(block);
        for (Line line : block.lines().reversed()) {
          step(live, line.instruction());
        }
        if (!live.equals(in[block.id()])) {
          in[block.id()] = live;
          changed = true;
        }
      }
    }
  }

  /// {@return the registers live at a block's end, in a set of the caller's own}
  BitSet out(MachineBlock block) {
    BitSet live = new BitSet();
    block.successors().forEach(next -> live.or(in[next.id()]));
    return live;
  }

  /// Turns what is live after an instruction into what is live before it.
  static void step(BitSet live, MachineInstruction instruction) {
    if (instruction instanceof MachineInstruction.Call call) {
      eachBit(call.clobbered(), live::clear);
      live.clear(Registers.ARGUMENT);
      eachBit(call.used(), live::set);
      return;
    }
    if (instruction.target() > 0) {
      live.clear(instruction.target());
    }
    for (int source : instruction.sources()) {
      if (source > 0) {
        live.set(source);
      }
    }
  }

  static void eachBit(int mask, IntConsumer action) {
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      action.accept(Integer.numberOfTrailingZeros(rest));
    }
  }

  private boolean dropDead() {
    boolean removed = false;
    for (MachineBlock block : method.blocks()) {
      BitSet live = out(block);
      List<Line> kept = new ArrayList<>();
      for (Line line : block.lines().reversed()) {
        int target = line.instruction().target();
        if (target > 0 && !live.get(target)) {
          removed = true;
          continue;
        }
        step(live, line.instruction());
        kept.add(line);
      }
      Collections.reverse(kept);
      block.replaceLines(kept);
    }
    return removed;
  }
}
