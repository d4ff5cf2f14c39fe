package opml.lab.equality;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.merkle.ZeroHashes;
import opml.vm.state.MachineState;

/// Every way to write something else in place of an honest witness that somebody who wants another poststate could try.
final class Malleations {
  private static final int LEAF_AND_MASK = 40;

  private final StepCase honest;
  private final byte[] witness;
  private final List<Section> sections = new ArrayList<>();
  private final List<StepCase> all = new ArrayList<>();

  /// Where an opening begins and ends.
  private record Section(int from, int to, int depth) {}

  private Malleations(StepCase honest) {
    this.honest = honest;
    this.witness = honest.witness();
    int from = MachineState.BYTES;
    while (from < witness.length) {
      long mask = ByteBuffer.wrap(witness).getLong(from + 32);
      int depth = sections.isEmpty() ? honest.program().codeDepth() : honest.program().memDepth();
      int to = from + LEAF_AND_MASK + 32 * Long.bitCount(mask);
      sections.add(new Section(from, to, depth));
      from = to;
    }
  }

  static List<StepCase> of(StepCase honest, Random random) {
    Malleations malleations = new Malleations(honest);
    malleations.bytes(random);
    malleations.lengths();
    malleations.order();
    malleations.masks(random);
    malleations.zeros();
    malleations.deeper(random);
    return malleations.all;
  }

  private void add(String change, byte[] other) {
    all.add(honest.withWitness(change, other));
  }

  private void bytes(Random random) {
    for (int i = 0; i < witness.length; i++) {
      byte[] other = witness.clone();
      other[i] ^= (byte) (1 << random.nextInt(8));
      add("a bit of byte " + i, other);
    }
  }

  private void lengths() {
    for (int cut : new int[] {1, 8, 31, 32, 33, 40, 64}) {
      add("shorter by " + cut, Arrays.copyOf(witness, Math.max(0, witness.length - cut)));
      add("longer by " + cut, Arrays.copyOf(witness, witness.length + cut));
    }
    for (Section section : sections) {
      add("ends at " + section.from(), Arrays.copyOf(witness, section.from()));
      add("ends in an opening", Arrays.copyOf(witness, section.from() + 32));
    }
    add("twice", join(witness, witness));
    add("nothing", new byte[0]);
  }

  private void order() {
    byte[] state = Arrays.copyOf(witness, MachineState.BYTES);
    if (sections.size() == 2) {
      byte[] code = bytes(sections.getFirst());
      byte[] memory = bytes(sections.getLast());
      add("openings swapped", join(state, memory, code));
      add("the code opening twice", join(state, code, code));
      add("the memory opening twice", join(state, memory, memory));
      add("no code opening", join(state, memory));
      add("the memory opening again", join(witness, memory));
    }
    for (Section section : sections) {
      add("an opening twice", join(witness, bytes(section)));
      for (int at = section.from() + LEAF_AND_MASK; at + 64 <= section.to(); at += 32) {
        byte[] other = witness.clone();
        System.arraycopy(witness, at, other, at + 32, 32);
        System.arraycopy(witness, at + 32, other, at, 32);
        add("siblings swapped", other);
      }
      if (section.to() > section.from() + LEAF_AND_MASK) {
        byte[] other = witness.clone();
        System.arraycopy(witness, section.from() + LEAF_AND_MASK, other, section.from(), 32);
        System.arraycopy(witness, section.from(), other, section.from() + LEAF_AND_MASK, 32);
        add("leaf and first sibling swapped", other);
      }
    }
  }

  private void masks(Random random) {
    for (Section section : sections) {
      for (int bit = 0; bit < 64; bit++) {
        long mask = mask(section) ^ 1L << bit;
        add("mask bit " + bit, withMask(section, mask));
        byte[] tail = join(head(section, mask), rest(section), random32(random));
        add("mask bit " + bit + " and a sibling", tail);
      }
      add("all mask bits", withMask(section, -1));
      add("no mask bits", withMask(section, 0));
    }
  }

  /// Zero subtrees spelt out where they are, which changes nothing, one and all of them.
  private void zeros() {
    for (Section section : sections) {
      long mask = mask(section);
      long full = section.depth() == 0 ? 0 : -1L >>> 64 - section.depth();
      add("all zero siblings spelt out", spelt(section, mask | full));
      for (int level = 0; level < section.depth(); level++) {
        if ((mask >>> level & 1) == 0) {
          add(
              "the zero sibling of level " + level + " spelt out",
              spelt(section, mask | 1L << level));
        }
      }
    }
  }

  /// One level more, with the leaf taken for a node, or one less.
  private void deeper(Random random) {
    for (Section section : sections) {
      long mask = mask(section);
      byte[] leaf = Arrays.copyOfRange(witness, section.from(), section.from() + 32);
      byte[] siblings = Arrays.copyOfRange(witness, section.from() + LEAF_AND_MASK, section.to());
      byte[] before = Arrays.copyOf(witness, section.from());
      byte[] after = Arrays.copyOfRange(witness, section.to(), witness.length);
      add(
          "one level more",
          join(before, random32(random), mask(mask << 1 | 1), leaf, siblings, after));
      add("one level less", join(before, leaf, mask(mask >>> 1), siblings, after));
      add("siblings of another level", join(before, leaf, mask(mask << 1), siblings, after));
    }
  }

  private byte[] spelt(Section section, long wanted) {
    long given = mask(section);
    byte[] siblings = new byte[0];
    int at = section.from() + LEAF_AND_MASK;
    for (int level = 0; level < section.depth(); level++) {
      if ((given >>> level & 1) != 0) {
        siblings = join(siblings, Arrays.copyOfRange(witness, at, at + 32));
        at += 32;
      } else if ((wanted >>> level & 1) != 0) {
        siblings = join(siblings, ZeroHashes.at(level).toArray());
      }
    }
    return join(
        head(section, wanted), siblings, Arrays.copyOfRange(witness, section.to(), witness.length));
  }

  private byte[] withMask(Section section, long mask) {
    return join(head(section, mask), rest(section));
  }

  private byte[] head(Section section, long mask) {
    return join(Arrays.copyOf(witness, section.from() + 32), mask(mask));
  }

  private byte[] rest(Section section) {
    return Arrays.copyOfRange(witness, section.from() + LEAF_AND_MASK, witness.length);
  }

  private byte[] bytes(Section section) {
    return Arrays.copyOfRange(witness, section.from(), section.to());
  }

  private long mask(Section section) {
    return ByteBuffer.wrap(witness).getLong(section.from() + 32);
  }

  private static byte[] mask(long mask) {
    return ByteBuffer.allocate(8).putLong(mask).array();
  }

  private static byte[] random32(Random random) {
    byte[] bytes = new byte[Bytes32.BYTES];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer out = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }
}
