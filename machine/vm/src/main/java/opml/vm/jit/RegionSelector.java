package opml.vm.jit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import opml.vm.isa.Instruction;
import opml.vm.isa.Op;
import org.jspecify.annotations.Nullable;

/// Chooses what belongs to a region: from the head, the hottest successors first, into callees and back, until the
/// method is full. Successors that are cold, or that do not fit, are exits.
final class RegionSelector {
  /// In place of [JitSettings#cold()] where a region is a plain loop: with what goes around it, it is left and entered
  /// less often. Code with calls would suffer from the rare paths, which HotSpot has to reckon with. As measured: the
  /// integer guest of the bench gains a sixth, soft-float would lose half.
  private static final int PLAIN_LOOP_COLD = 1000;

  // Rough sizes of bytecode, so that a method's true size seldom exceeds what was planned.
  private static final int FRAME_BYTES = 500;
  private static final int BLOCK_BYTES = 26;
  private static final int STORE_BYTES = 32;
  private static final int LOAD_BYTES = 21;
  private static final int OTHER_BYTES = 9;

  private final Guest guest;
  private final JitSettings settings;

  RegionSelector(Guest guest, JitSettings settings) {
    this.guest = guest;
    this.settings = settings;
  }

  /// {@return the region's blocks, that of the head first; none if nothing can be translated there}
  Map<Place, BasicBlock> select(int head, int methodBytes) {
    Map<Place, BasicBlock> blocks = select(head, methodBytes, settings.cold());
    return settings.cold() < PLAIN_LOOP_COLD && isPlainLoop(new Place(head, null), blocks)
        ? select(head, methodBytes, PLAIN_LOOP_COLD)
        : blocks;
  }

  /// {@return whether a region comes back to its head, and neither calls, nor returns, nor jumps through a register}
  private boolean isPlainLoop(Place head, Map<Place, BasicBlock> blocks) {
    boolean again = false;
    for (BasicBlock block : blocks.values()) {
      again |= block.successors().contains(head);
      Instruction last = guest.at(block.end() - 1);
      if (last.op() == Op.JALR || last.op() == Op.JAL && last.rd() != 0) {
        return false;
      }
    }
    return again;
  }

  private Map<Place, BasicBlock> select(int head, int methodBytes, int cold) {
    Place first = new Place(head, null);
    int[] hits = guest.hits();
    Map<Place, BasicBlock> blocks = new LinkedHashMap<>();
    PriorityQueue<Place> candidates =
        new PriorityQueue<>((a, b) -> Integer.compare(hits[b.word()], hits[a.word()]));
    candidates.add(first);
    int coldest = hits[head] / cold;
    int size = FRAME_BYTES;
    while (!candidates.isEmpty()) {
      Place place = candidates.remove();
      if (blocks.containsKey(place)) {
        continue;
      }
      int end = end(place.word(), head);
      int bytes = bytes(place.word(), end);
      if (end == place.word() || size + bytes > methodBytes) {
        continue;
      }
      BasicBlock block = block(place, end);
      size += bytes;
      blocks.put(place, block);
      for (Place next : block.successors()) {
        int word = next.word();
        if (guest.contains(word)
            && (hits[word] >= coldest || !guest.isCounted(word) || word == head)) {
          candidates.add(next);
        }
      }
    }
    return blocks;
  }

  private int end(int from, int head) {
    int word = from;
    while (guest.contains(word) && !guest.halts(word)) {
      word++;
      if (guest.endsBlock(word - 1) || guest.startsBlock(word) || word == head) {
        break;
      }
    }
    return word;
  }

  private int bytes(int from, int end) {
    int bytes = BLOCK_BYTES;
    for (int word = from; word < end; word++) {
      bytes +=
          switch (guest.op(word)) {
            case SB, SH, SW, SD -> STORE_BYTES;
            case LB, LH, LW, LD, LBU, LHU, LWU -> LOAD_BYTES;
            default -> OTHER_BYTES;
          };
    }
    return bytes;
  }

  private BasicBlock block(Place place, int end) {
    int last = end - 1;
    if (guest.isBranch(last)) {
      return new BasicBlock(place, end, place.at(guest.target(last)), place.at(end));
    }
    return switch (guest.op(last)) {
      case JAL -> new BasicBlock(place, end, called(place, last), null);
      case JALR -> new BasicBlock(place, end, returned(place, guest.at(last)), null);
      default -> new BasicBlock(place, end, null, place.at(end));
    };
  }

  private @Nullable Place called(Place place, int jump) {
    int link = guest.at(jump).rd();
    if (link == 0) {
      return place.at(guest.target(jump));
    }
    return Place.Call.depth(place.call()) < settings.inlining()
        ? new Place(guest.target(jump), new Place.Call(place.call(), link, jump + 1))
        : null;
  }

  private static @Nullable Place returned(Place place, Instruction jump) {
    Place.Call call = place.call();
    if (call == null || jump.rd() != 0 || jump.rs1() != call.link() || jump.imm() != 0) {
      return null;
    }
    return new Place(call.back(), call.outer());
  }
}
