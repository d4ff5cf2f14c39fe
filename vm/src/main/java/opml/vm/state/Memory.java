package opml.vm.state;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import opml.core.hash.Bytes32;
import opml.core.merkle.PagedTree;
import opml.core.merkle.Proof;

/// A machine's data memory: one byte array, the Merkle tree over it, and a way back to earlier contents.
///
/// Machines write to [#bytes()] directly and set the page's byte in [#dirtyPages()]; everything else follows from these
/// marks: pages are hashed again, and saved in snapshots, only when written to. A snapshot holds the pages that differ
/// from the image and shares those that an earlier snapshot holds already.
public final class Memory {
  /// Binary logarithm of a page's bytes; a memory smaller than a page is one page.
  public static final int PAGE_SHIFT = PagedTree.PAGE_SHIFT;

  private final MemoryImage image;
  private final byte[] bytes;
  private final PagedTree tree;
  private final byte[] dirty;

  /// The contents of changed pages when they were last saved or restored, valid unless the page is stale.
  private Map<Integer, byte[]> saved = Map.of();

  /// Pages written to since.
  private final BitSet stale = new BitSet();

  /// What others keep with this memory.
  private final Map<Class<?>, Object> companions = new HashMap<>();

  /// Contents at some time.
  public static final class Pages {
    private final MemoryImage image;
    private final Map<Integer, byte[]> pages;

    private Pages(MemoryImage image, Map<Integer, byte[]> pages) {
      this.image = image;
      this.pages = pages;
    }
  }

  /// A memory with the image's contents.
  public Memory(MemoryImage image) {
    this.image = image;
    this.bytes = new byte[image.size()];
    this.tree = new PagedTree(bytes, image.depth(), true);
    this.dirty = new byte[tree.dirtyPages().length];
    image.copyTo(bytes, 0, bytes.length);
    for (MemoryImage.Piece piece : image.pieces()) {
      for (long page = piece.address() >>> PAGE_SHIFT;
          page <= piece.end() - 1 >>> PAGE_SHIFT;
          page++) {
        tree.touch(page << PAGE_SHIFT);
      }
    }
  }

  public int depth() {
    return image.depth();
  }

  /// {@return the contents themselves; who writes to them marks the page dirty}
  public byte[] bytes() {
    return bytes;
  }

  /// {@return one byte a page, to be set to 1 by whoever writes to that page (address `>>> PAGE_SHIFT`)}
  public byte[] dirtyPages() {
    return dirty;
  }

  /// {@return what is kept under `key` as long as this memory lives; made when asked for first}
  ///
  /// Code translated for a memory's arrays lives here: it is found again when the memory is used again, and goes with
  /// it.
  public <T> T companion(Class<T> key, Supplier<? extends T> made) {
    return key.cast(companions.computeIfAbsent(key, k -> made.get()));
  }

  /// {@return a copy of `length` bytes from `address`}
  public byte[] read(long address, int length) {
    int from = Math.toIntExact(address);
    return Arrays.copyOfRange(bytes, from, Math.addExact(from, length));
  }

  /// Writes bytes from `address` on.
  public void write(long address, byte[] values) {
    System.arraycopy(values, 0, bytes, Math.toIntExact(address), values.length);
    for (long page = address >>> PAGE_SHIFT; page << PAGE_SHIFT < address + values.length; page++) {
      dirty[(int) page] = 1;
    }
  }

  /// {@return the leaf `index`, the 32 bytes from address `32·index`}
  public Bytes32 leaf(long index) {
    return Bytes32.at(bytes, Math.toIntExact(Bytes32.BYTES * index));
  }

  /// Writes the leaf `index`.
  public void leaf(long index, Bytes32 leaf) {
    write(Bytes32.BYTES * index, leaf.toArray());
  }

  /// {@return the root of the contents}
  public Bytes32 root() {
    follow();
    return tree.root();
  }

  /// {@return the proof of the leaf `index`}
  public Proof prove(long index) {
    return prove(0, index);
  }

  /// {@return the proof of the node `index` at `height`}
  public Proof prove(int height, long index) {
    follow();
    return tree.prove(height, index);
  }

  /// {@return the node `index` at `height`}
  public Bytes32 subtree(int height, long index) {
    follow();
    return tree.subtree(height, index);
  }

  /// {@return the contents as they are now, to come back to}
  public Pages save() {
    follow();
    Map<Integer, byte[]> pages = new HashMap<>(saved);
    stale.stream()
        .forEach(page -> pages.put(page, Arrays.copyOfRange(bytes, start(page), end(page))));
    stale.clear();
    saved = pages;
    return new Pages(image, pages);
  }

  /// Brings back the contents that were saved, also by another memory of the same image.
  public void restore(Pages pages) {
    if (!pages.image.equals(image)) {
      throw new IllegalArgumentException("these pages were saved from a memory with another image");
    }
    follow();
    BitSet differing = (BitSet) stale.clone();
    saved.keySet().forEach(page -> mark(differing, page, pages.pages));
    pages.pages.keySet().forEach(page -> mark(differing, page, pages.pages));
    differing.stream().forEach(page -> replace(page, pages.pages.get(page)));
    saved = pages.pages;
    stale.clear();
  }

  /// Goes back to the image.
  public void reset() {
    restore(new Pages(image, Map.of()));
  }

  /// Marks a page that was saved with other contents than `target` has. A page's saved contents are shared between
  /// snapshots while nobody writes to it, so the same array means the same contents, and another one is just copied.
  @SuppressWarnings("ReferenceEquality")
  private void mark(BitSet differing, int page, Map<Integer, byte[]> target) {
    if (saved.get(page) != target.get(page)) {
      differing.set(page);
    }
  }

  private void replace(int page, byte @org.jspecify.annotations.Nullable [] contents) {
    if (contents != null) {
      System.arraycopy(contents, 0, bytes, start(page), contents.length);
    } else {
      Arrays.fill(bytes, start(page), end(page), (byte) 0);
      image.copyTo(bytes, start(page), end(page));
    }
    tree.touch(start(page));
  }

  private static int start(int page) {
    return page << PAGE_SHIFT;
  }

  private int end(int page) {
    return Math.min(bytes.length, start(page) + (1 << PAGE_SHIFT));
  }

  /// Takes note of the pages that were written to.
  private void follow() {
    for (int page = 0; page < dirty.length; page++) {
      if (dirty[page] != 0) {
        dirty[page] = 0;
        stale.set(page);
        tree.touch(start(page));
      }
    }
  }
}
