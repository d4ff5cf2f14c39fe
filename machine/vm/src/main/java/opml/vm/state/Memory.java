package opml.vm.state;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.core.merkle.PagedTree;
import opml.core.merkle.Proof;
import org.jspecify.annotations.Nullable;

/// A machine's data memory: one byte array, the Merkle tree over it, and a way back to earlier contents.
///
/// Machines write to [#bytes()] directly and set the page's byte in [#dirtyPages()]; everything else follows from these
/// marks: pages are hashed again, and saved in snapshots, only when written to. A snapshot holds the pages that differ
/// from the image and shares those that an earlier snapshot holds already.
///
/// The two arrays stay the same for the memory's whole life, so that compiled code may have them as constants. A memory
/// is used again by loading another image, which touches only what was written and what the images differ in.
public final class Memory {
  /// Binary logarithm of a page's bytes; a memory smaller than a page is one page.
  public static final int PAGE_SHIFT = PagedTree.PAGE_SHIFT;

  private final byte[] bytes;
  private final PagedTree tree;
  private final byte[] dirty;
  private final int pageHeight;
  private MemoryImage image;
  private long copiedPages;

  /// Changed pages as they were last saved or restored, valid unless the page is stale.
  private PageMap saved = PageMap.EMPTY;

  /// Pages written to since.
  private final BitSet stale = new BitSet();

  /// What others keep with this memory.
  private final Map<Class<?>, Object> companions = new HashMap<>();

  /// Contents at some time.
  public static final class Pages {
    private final MemoryImage image;
    private final PageMap map;

    private Pages(MemoryImage image, PageMap map) {
      this.image = image;
      this.map = map;
    }

    /// {@return the pages that differ from the image}
    public PageMap map() {
      return map;
    }
  }

  /// A memory with the image's contents.
  public Memory(MemoryImage image) {
    this.image = MemoryImage.zero(image.depth());
    this.bytes = new byte[image.size()];
    this.tree = new PagedTree(bytes, image.depth(), true);
    this.dirty = new byte[tree.dirtyPages().length];
    this.pageHeight = Math.min(image.depth(), PAGE_SHIFT - 5);
    load(image);
  }

  /// Makes the contents those of another image. Pages that hold the right bytes already, because both images have the
  /// same piece there or neither has one, and nobody wrote to them, are left alone.
  ///
  /// @throws IllegalArgumentException if the image has another depth
  public void load(MemoryImage next) {
    if (next.depth() != depth()) {
      throw new IllegalArgumentException(
          "an image of depth %d for a memory of depth %d".formatted(next.depth(), depth()));
    }
    follow();
    BitSet other = (BitSet) stale.clone();
    saved.differences(PageMap.EMPTY, (page, _, _) -> other.set(page));
    List<MemoryImage.Piece> gone = without(image.pieces(), next.pieces());
    List<MemoryImage.Piece> added = without(next.pieces(), image.pieces());
    for (MemoryImage.Piece piece : gone) {
      mark(other, piece);
    }
    for (MemoryImage.Piece piece : added) {
      mark(other, piece);
    }
    image = next;
    saved = PageMap.EMPTY;
    stale.clear();
    for (int from = other.nextSetBit(0); from >= 0; ) {
      int to = other.nextClearBit(from);
      Arrays.fill(bytes, start(from), end(to - 1), (byte) 0);
      image.copyTo(bytes, start(from), end(to - 1));
      for (int page = from; page < to; page++) {
        tree.touch(start(page));
      }
      copiedPages += to - from;
      from = other.nextSetBit(to);
    }
    for (MemoryImage.Piece piece : added) {
      if (piece.address() % (1L << PAGE_SHIFT) == 0) {
        // Wholly covered pages only; the tree hashes a last page that may hold another piece, too.
        PageHashes hashes = piece.hashes().orElse(null);
        if (hashes != null) {
          tree.adopt(piece.address(), hashes);
        }
      }
    }
  }

  private static List<MemoryImage.Piece> without(
      List<MemoryImage.Piece> pieces, List<MemoryImage.Piece> others) {
    if (pieces.isEmpty() || others.isEmpty()) {
      return pieces;
    }
    Set<MemoryImage.Piece> known = new HashSet<>(others);
    return pieces.stream().filter(piece -> !known.contains(piece)).toList();
  }

  private static void mark(BitSet pages, MemoryImage.Piece piece) {
    pages.set((int) (piece.address() >>> PAGE_SHIFT), (int) (piece.end() - 1 >>> PAGE_SHIFT) + 1);
  }

  public int depth() {
    return image.depth();
  }

  public MemoryImage image() {
    return image;
  }

  /// {@return how many pages were filled since the memory was made, by loading and by restoring}
  public long copiedPages() {
    return copiedPages;
  }

  /// {@return the bytes of a page: 4096, or all of a smaller memory}
  public int pageBytes() {
    return Bytes32.BYTES << pageHeight;
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
    saved = saved.with(stale, this::savedPage);
    stale.clear();
    return new Pages(image, saved);
  }

  private SavedPage savedPage(int page) {
    return new SavedPage(page, Arrays.copyOfRange(bytes, start(page), end(page)));
  }

  /// {@return contents that differ from this memory's image in the pages of a map}
  public Pages pages(PageMap map) {
    return new Pages(image, map);
  }

  /// Brings back the contents that were saved, also by another memory of the same image. Only pages that differ are
  /// copied.
  ///
  /// @throws DamagedPageException if a page does not come back as it was saved; the contents are then neither the old
  ///     ones nor those wanted, and other saved ones may be restored
  public void restore(Pages pages) {
    if (!pages.image.equals(image)) {
      throw new IllegalArgumentException("these pages were saved from a memory with another image");
    }
    follow();
    BitSet differing = (BitSet) stale.clone();
    saved.differences(pages.map, (page, _, _) -> differing.set(page));
    BitSet replaced = new BitSet();
    try {
      differing.stream()
          .forEach(
              page -> {
                replace(page, pages.map.get(page));
                replaced.set(page);
              });
    } finally {
      saved = replaced.equals(differing) ? pages.map : saved.with(replaced, pages.map::get);
      stale.andNot(replaced);
    }
  }

  /// Keeps no saved pages, which may be as many as the contents have, on behalf of nobody.
  void forgetSaved() {
    saved.differences(PageMap.EMPTY, (page, _, _) -> stale.set(page));
    saved = PageMap.EMPTY;
  }

  /// Goes back to the image.
  public void reset() {
    restore(new Pages(image, PageMap.EMPTY));
  }

  private void replace(int page, @Nullable SavedPage contents) {
    if (contents != null) {
      System.arraycopy(contents.load(), 0, bytes, start(page), pageBytes());
    } else {
      Arrays.fill(bytes, start(page), end(page), (byte) 0);
      image.copyTo(bytes, start(page), end(page));
    }
    tree.touch(start(page));
    copiedPages++;
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
