package opml.store;

import java.util.List;
import java.util.Optional;
import opml.ethereum.chain.BlockRef;

/// What may come behind a position: the same for every backing.
public final class AppendRules {
  private AppendRules() {}

  /// Refuses what does not follow.
  ///
  /// @param position the block up to which everything is there
  /// @param last that block, if it is remembered
  /// @throws StoreException.Misfit if a hash is another one
  /// @throws IllegalArgumentException if something has no place behind the position
  public static void check(
      long position,
      Optional<BlockRef> last,
      BlockRef upTo,
      List<StoredEvent> events,
      List<Payment> payments) {
    if (upTo.number() <= position) {
      throw new IllegalArgumentException("%s is not behind block %d".formatted(upTo, position));
    }
    if (upTo.number() == position + 1
        && last.isPresent()
        && !last.get().hash().equals(upTo.parent())) {
      throw new StoreException.Misfit(
          "%s names the parent %s, and %s comes before it"
              .formatted(upTo, upTo.parent(), last.get()));
    }
    EventOrder order = new EventOrder(position, upTo);
    events.forEach(order::check);
    payments.forEach(payment -> order.requireWithin(payment.block(), "a payment"));
  }

  /// Refuses to fill what is not empty.
  public static void checkRestore(long position, long firstBlock, BlockRef upTo) {
    if (position != firstBlock - 1) {
      throw new IllegalStateException(
          "only an empty store is filled, and this one has got to block " + position);
    }
    if (upTo.number() < firstBlock) {
      throw new IllegalArgumentException(
          "%s is before the first block %d".formatted(upTo, firstBlock));
    }
  }

  /// Refuses to undo what is final.
  public static void checkUndo(long upTo, long firstBlock, Optional<BlockRef> finalised) {
    if (upTo < firstBlock - 1) {
      throw new IllegalArgumentException(
          "nothing is here before block %d, so nothing to undo behind block %d"
              .formatted(firstBlock, upTo));
    }
    if (finalised.isPresent() && upTo < finalised.get().number()) {
      throw new StoreException.Misfit(
          "%s is final, so nothing can be undone behind block %d".formatted(finalised.get(), upTo));
    }
  }

  /// Refuses a final block that is not here, or another one than is here.
  ///
  /// @param known the remembered block of its number
  public static void checkFinal(BlockRef block, long position, Optional<BlockRef> known) {
    if (block.number() > position) {
      throw new IllegalArgumentException(
          "%s cannot be final where block %d is the last".formatted(block, position));
    }
    if (known.isPresent() && !known.get().hash().equals(block.hash())) {
      throw new StoreException.Misfit(
          "%s is said to be final, and %s is here".formatted(block, known.get()));
    }
  }

  /// Refuses to prune what may be undone.
  public static void checkPrune(long before, Optional<BlockRef> finalised) {
    if (finalised.isEmpty() || before - 1 > finalised.get().number()) {
      throw new IllegalArgumentException(
          "block %d is not final, so nothing before block %d is pruned"
              .formatted(before - 1, before));
    }
  }
}
