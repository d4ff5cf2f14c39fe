package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// The tree over a machine's memory. Whoever writes to the memory marks the page dirty; the root is
/// then brought up to date by hashing the dirty pages and the paths above them. Inside a page
/// nothing is kept: a proof hashes its one page again.
///
/// A page is 4 KiB, seven levels; a memory smaller than that is one page.
public final class PagedTree {
  /// Binary logarithm of a page's bytes.
  public static final int PAGE_SHIFT = 12;

  private static final int PAGE_HEIGHT = PAGE_SHIFT - 5;

  private final MemorySegment memory;
  private final int depth;
  private final int pageHeight;
  private final byte[] dirty;
  private final List<Bytes32[]> levels = new ArrayList<>();

  /// The tree over all of `memory`, whose size is `32·2^depth` bytes, every page dirty unless
  /// `memoryIsZero`.
  public PagedTree(byte[] memory, int depth, boolean memoryIsZero) {
    if (memory.length != (long) Bytes32.BYTES << depth) {
      throw new IllegalArgumentException(
          "a tree of depth " + depth + " does not cover " + memory.length + " bytes");
    }
    this.memory = MemorySegment.ofArray(memory);
    this.depth = depth;
    this.pageHeight = Math.min(depth, PAGE_HEIGHT);
    this.dirty = new byte[1 << (depth - pageHeight)];
    for (int h = pageHeight; h <= depth; h++) {
      Bytes32[] level = new Bytes32[1 << (depth - h)];
      Arrays.fill(level, ZeroHashes.at(h));
      levels.add(level);
    }
    if (!memoryIsZero) {
      Arrays.fill(dirty, (byte) 1);
    }
  }

  public int depth() {
    return depth;
  }

  /// {@return one byte a page, to be set to 1 by whoever writes to that page (address `>>>
  /// PAGE_SHIFT`)}
  public byte[] dirtyPages() {
    return dirty;
  }

  /// Marks the page of a byte address dirty.
  public void touch(long address) {
    dirty[(int) (address >>> PAGE_SHIFT)] = 1;
  }

  /// {@return the root of the memory as it is now}
  public Bytes32 root() {
    update();
    return levels.getLast()[0];
  }

  /// {@return the proof of the leaf `index`}
  public Proof prove(long index) {
    return prove(0, index);
  }

  /// {@return the proof of the node `index` at `height`}
  public Proof prove(int height, long index) {
    update();
    List<Bytes32> siblings = new ArrayList<>();
    for (int h = height; h < depth; h++) {
      siblings.add(node(h, (index >>> (h - height)) ^ 1));
    }
    return new Proof(height, index, siblings);
  }

  /// {@return the node `index` at `height`}
  public Bytes32 subtree(int height, long index) {
    update();
    return node(height, index);
  }

  private Bytes32 node(int height, long index) {
    if (height >= pageHeight) {
      return levels.get(height - pageHeight)[(int) index];
    }
    long bytes = (long) Bytes32.BYTES << height;
    return MerkleRoot.of(memory.asSlice(index * bytes, bytes), height);
  }

  private void update() {
    boolean[] changed = new boolean[dirty.length];
    boolean any = false;
    for (int page = 0; page < dirty.length; page++) {
      if (dirty[page] != 0) {
        long bytes = (long) Bytes32.BYTES << pageHeight;
        levels.getFirst()[page] = MerkleRoot.of(memory.asSlice(page * bytes, bytes), pageHeight);
        dirty[page] = 0;
        changed[page] = true;
        any = true;
      }
    }
    for (int h = 1; any && h < levels.size(); h++) {
      Bytes32[] below = levels.get(h - 1);
      Bytes32[] level = levels.get(h);
      boolean[] changedHere = new boolean[level.length];
      for (int i = 0; i < level.length; i++) {
        if (changed[2 * i] || changed[2 * i + 1]) {
          level[i] = Keccak.node(below[2 * i], below[2 * i + 1]);
          changedHere[i] = true;
        }
      }
      changed = changedHere;
    }
  }
}
