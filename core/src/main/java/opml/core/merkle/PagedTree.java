package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;

/// The tree over a machine's memory. Whoever writes to the memory marks the page dirty; the root is
/// then brought up to date by hashing the dirty pages and the paths above them, many nodes at a time
/// and, if there are many pages, on all cores. Inside a page nothing is kept: a proof hashes its one
/// page again.
///
/// A page is 4 KiB, seven levels; a memory smaller than that is one page.
public final class PagedTree {
  /// Binary logarithm of a page's bytes.
  public static final int PAGE_SHIFT = PageHashes.PAGE_SHIFT;

  private static final byte DIRTY = 1;

  /// The page's hash is right, those above it are not. A write marks over it.
  private static final byte ADOPTED = 2;

  private static final VarHandle EIGHT_MARKS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder())
          .withInvokeExactBehavior();

  private final MemorySegment memory;
  private final int depth;
  private final int pageHeight;
  private final byte[] dirty;
  private final List<Nodes> levels = new ArrayList<>();

  /// The tree over all of `memory`, whose size is `32·2^depth` bytes, every page dirty unless
  /// `memoryIsZero`.
  public PagedTree(byte[] memory, int depth, boolean memoryIsZero) {
    this(MemorySegment.ofArray(memory), depth, memoryIsZero);
    if (memory.length != (long) Bytes32.BYTES << depth) {
      throw new IllegalArgumentException(
          "a tree of depth " + depth + " does not cover " + memory.length + " bytes");
    }
  }

  /// The tree over bytes of any length, zero-padded to the least depth that holds them; every page of them dirty unless
  /// `memoryIsZero`.
  public PagedTree(MemorySegment memory, boolean memoryIsZero) {
    this(memory, MerkleRoot.depthFor(memory.byteSize()), memoryIsZero);
  }

  private PagedTree(MemorySegment memory, int depth, boolean memoryIsZero) {
    this.memory = memory;
    this.depth = depth;
    this.pageHeight = Math.min(depth, PageHashes.PAGE_HEIGHT);
    this.dirty = new byte[1 << (depth - pageHeight)];
    for (int h = pageHeight; h <= depth; h++) {
      levels.add(new Nodes(h, 1 << (depth - h)));
    }
    if (!memoryIsZero) {
      int pages = Math.toIntExact(memory.byteSize() + (1 << PAGE_SHIFT) - 1 >>> PAGE_SHIFT);
      Arrays.fill(dirty, 0, Math.max(1, pages), DIRTY);
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
    dirty[(int) (address >>> PAGE_SHIFT)] = DIRTY;
  }

  /// Takes the memory from `address` on to hold exactly the bytes that were hashed, so that the pages
  /// wholly covered by them are clean; a page of which they cover only a part becomes dirty. That the
  /// bytes are there is for the caller to see to: nothing here compares them.
  ///
  /// @param address a multiple of 4096
  /// @throws IllegalArgumentException if it is none, or if the bytes reach beyond the memory
  public void adopt(long address, PageHashes hashes) {
    if (address < 0
        || (address & (1L << PAGE_SHIFT) - 1) != 0
        || address > memory.byteSize() - hashes.bytes()) {
      throw new IllegalArgumentException(
          hashes.bytes()
              + " bytes at "
              + address
              + " do not start a page, or end beyond the memory of "
              + memory.byteSize());
    }
    int first = (int) (address >>> PAGE_SHIFT);
    int whole = (int) (hashes.bytes() >>> PAGE_SHIFT);
    System.arraycopy(
        hashes.nodes().lanes(),
        0,
        levels.getFirst().lanes(),
        Nodes.LANES * first,
        Nodes.LANES * whole);
    Arrays.fill(dirty, first, first + whole, ADOPTED);
    if ((hashes.bytes() & (1L << PAGE_SHIFT) - 1) != 0) {
      dirty[first + whole] = DIRTY;
    }
  }

  /// {@return the root of the memory as it is now}
  public Bytes32 root() {
    update();
    return levels.getLast().get(0);
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
      return levels.get(height - pageHeight).get((int) index);
    }
    long bytes = (long) Bytes32.BYTES << height;
    long from = Math.min(index * bytes, memory.byteSize());
    long to = Math.min(from + bytes, memory.byteSize());
    return MerkleRoot.of(memory.asSlice(from, to - from), height);
  }

  private void update() {
    int[] changed = marked();
    if (changed.length == 0) {
      return;
    }
    Nodes pages = levels.getFirst();
    Spread.over(
        changed.length,
        PageHashes.GRAIN,
        (from, to) -> {
          // The best by now: much may be hashed before a better one is there.
          PageBatch batch = new PageBatch(NodeHasher.current(), pageHeight, pages, to - from);
          for (int i = from; i < to; i++) {
            int page = changed[i];
            if (dirty[page] == DIRTY) {
              batch.add(memory, (long) page << PAGE_SHIFT, page);
            }
          }
          batch.flush();
        });
    for (int page : changed) {
      dirty[page] = 0;
    }
    NodeHasher hasher = NodeHasher.current();
    int[] indices = changed;
    for (int h = 1; h < levels.size(); h++) {
      indices = parents(indices);
      ParentBatch batch = new ParentBatch(hasher, levels.get(h - 1), levels.get(h), indices.length);
      for (int index : indices) {
        batch.add(index);
      }
      batch.flush();
    }
  }

  /// {@return the pages that are not clean, ascending}
  private int[] marked() {
    int[] pages = new int[16];
    int count = 0;
    for (int page = 0; page < dirty.length; ) {
      if (page + 8 <= dirty.length && (long) EIGHT_MARKS.get(dirty, page) == 0) {
        page += 8;
        continue;
      }
      if (dirty[page] != 0) {
        if (count == pages.length) {
          pages = Arrays.copyOf(pages, 2 * count);
        }
        pages[count++] = page;
      }
      page++;
    }
    return Arrays.copyOf(pages, count);
  }

  /// {@return the indices of the nodes above, each once}
  private static int[] parents(int[] indices) {
    int[] parents = new int[indices.length];
    int count = 0;
    for (int index : indices) {
      if (count == 0 || parents[count - 1] != index >>> 1) {
        parents[count++] = index >>> 1;
      }
    }
    return Arrays.copyOf(parents, count);
  }
}
