package opml.store;

import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import org.jspecify.annotations.Nullable;

/// Looks at events one after the other: whether they come behind a position and up to a block, in order, and those of a
/// block name one hash.
public final class EventOrder {
  private final long position;
  private final BlockRef upTo;
  private @Nullable StoredEvent before;

  public EventOrder(long position, BlockRef upTo) {
    this.position = position;
    this.upTo = upTo;
  }

  /// Refuses the next event if it does not follow.
  ///
  /// @throws StoreException.Misfit if it names another hash than its block has
  /// @throws IllegalArgumentException if it has no place here
  public void check(StoredEvent event) {
    requireWithin(event.block(), "an event");
    StoredEvent last = before;
    if (last != null && StoredEvent.ORDER.compare(last, event) >= 0) {
      throw new IllegalArgumentException(
          "event %d of block %d comes behind event %d of block %d"
              .formatted(event.index(), event.block(), last.index(), last.block()));
    }
    if (event.block() == upTo.number()) {
      requireHash(event, upTo.hash());
    } else if (last != null && last.block() == event.block()) {
      requireHash(event, last.log().blockHash());
    }
    before = event;
  }

  void requireWithin(long block, String what) {
    if (block <= position || block > upTo.number()) {
      throw new IllegalArgumentException(
          "%s of block %d, where blocks %d to %d are added"
              .formatted(what, block, position + 1, upTo.number()));
    }
  }

  private static void requireHash(StoredEvent event, Bytes32 hash) {
    if (!event.log().blockHash().equals(hash)) {
      throw new StoreException.Misfit(
          "event %d of block %d names the block %s, which is %s"
              .formatted(event.index(), event.block(), event.log().blockHash(), hash));
    }
  }
}
