package opml.compiler.backend;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import opml.compiler.backend.MachineBlock.Line;

/// Which values may not share a register, what each costs in memory, and which would like to share.
final class Interference {
  /// A copy that vanishes if both ends get the same register.
  record Copy(int target, int source, long weight) {}

  private static final long[] WEIGHTS = {1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000};

  private final BitSet[] neighbours;
  private final int[] forbidden;
  private final long[] cost;
  private final boolean[] present;
  private final List<Copy> copies = new ArrayList<>();

  Interference(MachineMethod method, Liveness liveness) {
    int count = method.registers();
    neighbours = new BitSet[count];
    forbidden = new int[count];
    cost = new long[count];
    present = new boolean[count];
    for (int i = 0; i < count; i++) {
      neighbours[i] = new BitSet();
    }
    for (MachineBlock block : method.blocks()) {
      BitSet live = liveness.out(block);
      long weight = weight(block);
      for (Line line : block.lines().reversed()) {
        add(live, line.instruction(), weight);
      }
    }
  }

  private static long weight(MachineBlock block) {
    return WEIGHTS[Math.min(block.loopDepth(), WEIGHTS.length - 1)];
  }

  private void add(BitSet live, MachineInstruction instruction, long weight) {
    if (instruction instanceof MachineInstruction.Call call) {
      int written = call.clobbered() | (call.returns() ? Registers.bit(Registers.ARGUMENT) : 0);
      Liveness.eachBit(written, register -> interfere(register, live, MachineInstruction.NONE));
    } else if (instruction.target() > 0) {
      boolean isCopy = instruction instanceof MachineInstruction.Move;
      int source = isCopy ? instruction.sources()[0] : MachineInstruction.NONE;
      interfere(instruction.target(), live, source);
      use(instruction.target(), weight);
      if (isCopy) {
        copies.add(new Copy(instruction.target(), source, weight));
      }
    }
    for (int source : instruction.sources()) {
      if (source > 0) {
        use(source, weight);
      }
    }
    Liveness.step(live, instruction);
  }

  private void use(int register, long weight) {
    present[register] = true;
    cost[register] += weight;
  }

  private void interfere(int written, BitSet live, int except) {
    for (int other = live.nextSetBit(1); other >= 0; other = live.nextSetBit(other + 1)) {
      if (other != written && other != except) {
        connect(written, other);
      }
    }
  }

  private void connect(int a, int b) {
    if (a < 32 && b < 32) {
      return;
    }
    if (a < 32) {
      forbidden[b] |= Registers.bit(a);
    } else if (b < 32) {
      forbidden[a] |= Registers.bit(b);
    } else {
      neighbours[a].set(b);
      neighbours[b].set(a);
    }
  }

  int count() {
    return neighbours.length;
  }

  /// {@return whether a number is a value that occurs}
  boolean isValue(int register) {
    return register >= 32 && present[register];
  }

  BitSet neighbours(int value) {
    return neighbours[value];
  }

  /// {@return the machine registers a value may not have, as bits}
  int forbidden(int value) {
    return forbidden[value] & Registers.allocatable();
  }

  long cost(int value) {
    return cost[value];
  }

  List<Copy> copies() {
    return copies;
  }

  int degree(int value) {
    return neighbours[value].cardinality() + Integer.bitCount(forbidden(value));
  }

  boolean conflict(int a, int b) {
    return neighbours[a].get(b);
  }

  /// Makes `gone` the same value as `kept`.
  void merge(int kept, int gone) {
    BitSet others = neighbours[gone];
    for (int other = others.nextSetBit(0); other >= 0; other = others.nextSetBit(other + 1)) {
      neighbours[other].clear(gone);
      neighbours[other].set(kept);
      neighbours[kept].set(other);
    }
    neighbours[gone] = new BitSet();
    forbidden[kept] |= forbidden[gone];
    cost[kept] += cost[gone];
    present[gone] = false;
  }
}
