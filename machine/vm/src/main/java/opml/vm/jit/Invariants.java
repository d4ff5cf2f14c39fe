package opml.vm.jit;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import opml.vm.isa.Instruction;

/// Which registers a region reads and writes. Those that it only reads, and computes addresses with, are guessed to
/// hold at each entry what they hold when the region is translated: tables then have constant addresses. The region
/// asks at its entry; if the guess was wrong it is translated again without.
final class Invariants {
  /// What is smaller is rather a stride, which changes from entry to entry.
  private static final int SMALLEST = 4096;

  private final BitSet read = new BitSet();
  private final BitSet written = new BitSet();
  private final BitSet bases = new BitSet();

  Invariants(Guest guest, Iterable<BasicBlock> blocks) {
    for (BasicBlock block : blocks) {
      for (int word = block.place().word(); word < block.end(); word++) {
        note(guest.at(word));
      }
    }
    written.clear(0);
    read.clear(0);
    bases.clear(0);
    bases.andNot(written);
  }

  private void note(Instruction i) {
    read.set(i.rs1());
    read.set(i.rs2());
    written.set(i.rd());
    switch (i.op()) {
      case LB, LH, LW, LD, LBU, LHU, LWU, SB, SH, SW, SD -> bases.set(i.rs1());
      case ADD -> {
        bases.set(i.rs1());
        bases.set(i.rs2());
      }
      default -> {}
    }
  }

  BitSet written() {
    return written;
  }

  /// {@return all registers that the region reads or writes}
  BitSet used() {
    BitSet used = (BitSet) read.clone();
    used.or(written);
    return used;
  }

  /// {@return the guessed values, given those of all registers now; addresses inside the memory only}
  Map<Integer, Long> guess(long[] x, int memoryBytes) {
    Map<Integer, Long> values = new HashMap<>();
    for (int r = bases.nextSetBit(0); r >= 0; r = bases.nextSetBit(r + 1)) {
      if (SMALLEST <= x[r] && x[r] < memoryBytes) {
        values.put(r, x[r]);
      }
    }
    return values;
  }
}
