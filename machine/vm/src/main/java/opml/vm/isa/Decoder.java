package opml.vm.isa;

import java.util.ArrayList;
import java.util.List;

/// Finds a word's row in the table that [Op] is. Rows are sorted by major opcode first, so that a search looks at a
/// dozen of them.
final class Decoder {
  private static final List<List<Op>> BY_OPCODE = byOpcode();

  private Decoder() {}

  static Instruction decode(int word) {
    Op op = op(word);
    Format format = op.format();
    return new Instruction(
        op,
        format.writes() ? word >>> 7 & 31 : 0,
        format.readsFirst() ? word >>> 15 & 31 : 0,
        format.readsSecond() ? word >>> 20 & 31 : 0,
        format.immediate(word));
  }

  private static Op op(int word) {
    for (Op op : BY_OPCODE.get(word & 0x7f)) {
      if (op.matches(word)) {
        return op;
      }
    }
    return Op.ILLEGAL;
  }

  private static List<List<Op>> byOpcode() {
    List<List<Op>> table = new ArrayList<>();
    for (int opcode = 0; opcode < 0x80; opcode++) {
      table.add(new ArrayList<>());
    }
    for (Op op : Op.values()) {
      table.get(op.match() & 0x7f).add(op);
    }
    return table;
  }
}
