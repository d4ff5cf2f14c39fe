package opml.compiler.backend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.compiler.ir.Immediates;
import opml.compiler.ir.NodeOp;

/// The program's constants behind the parameters in the fixed segment, and the choice between them and instructions:
/// what takes more than two instructions to build is loaded, since page 0 is a register's reach away.
final class Constants {
  private final byte[] tables;
  private final int base;
  private final Map<Long, Integer> places = new LinkedHashMap<>();

  /// @param place behind the parameters
  /// @param tables whose addresses the code has already
  Constants(int place, byte[] tables) {
    this.tables = tables;
    this.base = place + tables.length;
  }

  /// {@return the words that put a constant into a register}
  List<Integer> load(int rd, long value) {
    List<Integer> words = new ArrayList<>();
    int zeros = Long.numberOfTrailingZeros(value);
    if (Immediates.isShort(value)) {
      words.add(Encoding.immediate(NodeOp.ADD, rd, 0, (int) value));
    } else if (value == (int) value) {
      int low = (int) value << 20 >> 20;
      words.add(Encoding.lui(rd, (int) value - low));
      if (low != 0) {
        words.add(Encoding.immediate(NodeOp.ADDW, rd, rd, low));
      }
    } else if (Immediates.isShort(value >> zeros)) {
      words.add(Encoding.immediate(NodeOp.ADD, rd, 0, (int) (value >> zeros)));
      words.add(Encoding.immediate(NodeOp.SLL, rd, rd, zeros));
    } else if (value > 0 && (value & (value + 1)) == 0) {
      words.add(Encoding.immediate(NodeOp.ADD, rd, 0, -1));
      words.add(Encoding.immediate(NodeOp.SRL, rd, rd, Long.numberOfLeadingZeros(value)));
    } else {
      words.addAll(at(rd, base + 8 * places.computeIfAbsent(value, _ -> places.size())));
    }
    return words;
  }

  /// {@return the words that load the doubleword at an address of page 0}
  static List<Integer> at(int rd, int address) {
    if (Immediates.isShort(address)) {
      return List.of(Encoding.load(NodeOp.LD, rd, 0, address));
    }
    int low = address << 20 >> 20;
    return List.of(Encoding.lui(rd, address - low), Encoding.load(NodeOp.LD, rd, rd, low));
  }

  /// {@return the tables and then the constants, little-endian}
  byte[] bytes() {
    ByteBuffer out =
        ByteBuffer.allocate(tables.length + 8 * places.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.put(tables);
    places.keySet().forEach(out::putLong);
    return out.array();
  }
}
