package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.hash.NodeHasher;

/// The hashes of the 4 KiB pages of bytes that lie in one piece, zero-padded: all that a tree over them
/// needs, at 32 bytes a page. Immutable.
///
/// A tensor's hashes serve its own root and every memory that holds the tensor at the start of a page
/// ([PagedTree#adopt]), so its bytes are hashed once.
public final class PageHashes {
  /// Binary logarithm of a page's bytes.
  public static final int PAGE_SHIFT = 12;

  /// Binary logarithm of a page's leaves.
  static final int PAGE_HEIGHT = PAGE_SHIFT - 5;

  /// Pages of one task of the pool, 1 MiB.
  static final int GRAIN = 256;

  private final long bytes;
  private final Nodes pages;

  /// The root at the least depth.
  private final Bytes32 root;

  private PageHashes(long bytes, Nodes pages, Bytes32 root) {
    this.bytes = bytes;
    this.pages = pages;
    this.root = root;
  }

  /// Hashes a segment, on all cores if it is large and may be read by other threads.
  public static PageHashes of(MemorySegment bytes) {
    return of(bytes, NodeHasher::current, true);
  }

  /// Hashes a segment, together with others who stand ready.
  ///
  /// @param bytes which other threads may read
  /// @param team whom it costs little to call
  static PageHashes of(MemorySegment bytes, HashingTeam team) {
    return of(bytes, NodeHasher::current, team, 1);
  }

  /// Hashes a segment with a chosen hasher.
  ///
  /// @param parallel whether other cores may help
  public static PageHashes of(MemorySegment bytes, NodeHasher hasher, boolean parallel) {
    return of(bytes, () -> hasher, parallel);
  }

  private static PageHashes of(MemorySegment bytes, Supplier<NodeHasher> hasher, boolean parallel) {
    // The thread, of which none is started, is only made for bytes that are worth help.
    boolean spread =
        parallel
            && bytes.byteSize() > (long) GRAIN << PAGE_SHIFT
            && bytes.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
    return of(bytes, hasher, Spread::over, spread ? GRAIN : Integer.MAX_VALUE);
  }

  /// @param hasher asked anew for every task, since a better one may be there by then
  private static PageHashes of(
      MemorySegment bytes, Supplier<NodeHasher> hasher, HashingTeam team, int grain) {
    long size = bytes.byteSize();
    int count = Math.toIntExact(Math.max(1, size + (1 << PAGE_SHIFT) - 1 >>> PAGE_SHIFT));
    int least = MerkleRoot.depthFor(size);
    if (least <= PAGE_HEIGHT) {
      Nodes single = new Nodes(least, 1);
      PageBatch batch = new PageBatch(hasher.get(), least, single, 1);
      batch.add(bytes, 0, 0);
      batch.flush();
      return of(size, single.get(0), PAGE_HEIGHT);
    }
    Nodes pages = new Nodes(PAGE_HEIGHT, count);
    team.over(
        count,
        grain,
        (from, to) -> {
          PageBatch batch = new PageBatch(hasher.get(), PAGE_HEIGHT, pages, to - from);
          for (int page = from; page < to; page++) {
            batch.add(bytes, (long) page << PAGE_SHIFT, page);
          }
          batch.flush();
        });
    return new PageHashes(size, pages, reduce(pages, least, hasher.get()));
  }

  /// Hashes that were computed before.
  ///
  /// @param bytes the size of what was hashed, more than one page
  /// @param lanes four for each page, as [#lanes] gives them
  /// @throws IllegalArgumentException if there are not as many as pages
  public static PageHashes ofLanes(long bytes, long[] lanes) {
    Nodes pages = nodes(bytes, lanes);
    return new PageHashes(
        bytes, pages, reduce(pages, MerkleRoot.depthFor(bytes), NodeHasher.current()));
  }

  /// Hashes that were computed before, with the root, which is believed as they are.
  ///
  /// @param root at the least depth
  /// @throws IllegalArgumentException as [#ofLanes(long, long[])]
  public static PageHashes ofLanes(long bytes, long[] lanes, Bytes32 root) {
    return new PageHashes(bytes, nodes(bytes, lanes), root);
  }

  private static Nodes nodes(long bytes, long[] lanes) {
    long count = bytes + (1 << PAGE_SHIFT) - 1 >>> PAGE_SHIFT;
    if (count < 2 || lanes.length != Nodes.LANES * count) {
      throw new IllegalArgumentException(
          lanes.length + " lanes are not those of the pages of " + bytes + " bytes");
    }
    return new Nodes(PAGE_HEIGHT, lanes.clone());
  }

  private static PageHashes of(long size, Bytes32 root, int height) {
    Nodes page = new Nodes(PAGE_HEIGHT, 1);
    Bytes32 hash = extend(root, MerkleRoot.depthFor(size), height);
    if (!hash.equals(ZeroHashes.at(height))) {
      long[] lanes = {hash.lane0(), hash.lane1(), hash.lane2(), hash.lane3()};
      page.copyFrom(lanes, 0, 0);
    }
    return new PageHashes(size, page, root);
  }

  /// {@return the root of a tree whose lowest nodes these are}
  private static Bytes32 reduce(Nodes lowest, int depth, NodeHasher hasher) {
    Nodes below = lowest;
    while (below.height() < depth) {
      Nodes level = new Nodes(below.height() + 1, (below.count() + 1) / 2);
      ParentBatch batch = new ParentBatch(hasher, below, level, level.count());
      for (int i = 0; i < level.count(); i++) {
        batch.add(i);
      }
      batch.flush();
      below = level;
    }
    return below.get(0);
  }

  private static Bytes32 extend(Bytes32 node, int from, int to) {
    Bytes32 hash = node;
    for (int h = from; h < to; h++) {
      hash = Keccak.node(hash, ZeroHashes.at(h));
    }
    return hash;
  }

  /// {@return the size of what was hashed}
  public long bytes() {
    return bytes;
  }

  /// {@return the number of pages, one at least; the last is zero-padded}
  public int count() {
    return pages.count();
  }

  /// {@return the root of page `index`, a tree of depth 7}
  public Bytes32 page(int index) {
    return pages.get(index);
  }

  /// {@return the root at depth `depth`, zero-padded}
  ///
  /// @throws IllegalArgumentException if the bytes do not fit
  public Bytes32 root(int depth) {
    int least = MerkleRoot.depthFor(bytes);
    if (depth < least) {
      throw new IllegalArgumentException(bytes + " bytes do not fit a tree of depth " + depth);
    }
    return extend(root, least, depth);
  }

  /// {@return a copy of the hashes, four lanes a page, zeros for a zero page}
  public long[] lanes() {
    return pages.lanes().clone();
  }

  Nodes nodes() {
    return pages;
  }
}
