package opml.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// The hub's events as the chain has them, up to a block. It is what a [LogFollower] delivered, and
/// can be read from the chain again at any time.
///
/// Atomicity, durability and threads are those of the [Store].
public interface Projection {
  /// How many of the blocks that ended an [#append] are remembered.
  int REMEMBERED = 256;

  /// {@return the number of the block up to which events are here; one below the first block if there are none}
  long position();

  /// {@return the newest blocks that ended an [#append], at most [#REMEMBERED], oldest first}
  List<BlockRef> blocks();

  /// {@return the newest block that is never undone}
  Optional<BlockRef> finalised();

  /// Adds the events of the blocks behind [#position] up to and including `upTo`, and the payments of these blocks.
  ///
  /// @param events oldest first; each belongs to one of these blocks, and those of one block name one hash
  /// @param payments in any order; those of a block keep theirs
  /// @throws StoreException.Misfit if `upTo` comes right behind a remembered block and names another parent, or an
  ///     event of `upTo` another hash
  /// @throws IllegalArgumentException if an event or payment is of no block here, or events are not in order
  void append(BlockRef upTo, List<StoredEvent> events, List<Payment> payments);

  /// Everything behind block `upTo` never happened: forgets its events, payments and blocks, and puts intents that were
  /// mined there back to sent. Nothing happens if `upTo` is not below [#position].
  ///
  /// @throws StoreException.Misfit if a final block would be undone
  /// @throws IllegalArgumentException if `upTo` is less than one below the first block
  void undo(long upTo);

  /// Makes the newest remembered block the position, as far as it is not: a follower that begins with what is
  /// remembered delivers all behind it. The final block is remembered from then on, if it was not.
  ///
  /// @return [#blocks] after that
  List<BlockRef> resume();

  /// {@return what a follower begins with to go on from here, after [#resume]}
  ///
  /// @param keep what the follower keeps of a log
  default <T> LogFollower.Memory<T> memory(Function<LogEntry, T> keep) {
    List<BlockRef> blocks = resume();
    long position = position();
    return new LogFollower.Memory<>(
        blocks,
        between(position - LogFollower.OVERLAP + 1, position).stream()
            .map(event -> Kept.of(event.log(), keep))
            .toList());
  }

  /// Says that a block, and so all before it, is never undone. An older one than before changes nothing.
  ///
  /// @throws IllegalArgumentException if it is behind [#position]
  /// @throws StoreException.Misfit if another block of its number is remembered
  void finalise(BlockRef block);

  /// Replaces the events of each request that is over by one row: it has ended, as have all its claims and games, and
  /// none of its events is in block `before` or behind. An event of such a request that came late is added to its
  /// row.
  ///
  /// @param before at most one behind the final block
  /// @return how many events are gone
  /// @throws IllegalArgumentException if blocks before it are not final
  long prune(long before);

  /// Forgets everything that can be read from the chain again: events, blocks, the payments that came with them, rows
  /// of what was pruned. All else stays as it is.
  void clear();

  /// Fills an empty projection with what another one had.
  ///
  /// @param upTo the last block of it, which is remembered
  /// @param events oldest first, as for [#append]; gone through once, at the latest when this returns
  /// @param ended in any order; a request once
  /// @throws IllegalStateException if it is not empty
  void restore(BlockRef upTo, Iterable<StoredEvent> events, List<EndedRequest> ended);

  /// {@return the events of a request, of its claims and of their games, oldest first}
  List<StoredEvent> of(RequestId request);

  /// {@return the events of a claim and of its games, oldest first}
  List<StoredEvent> of(ClaimId claim);

  /// {@return the events of a game, oldest first}
  List<StoredEvent> of(GameId game);

  /// {@return the events of the blocks `from` to `to`, both included, oldest first}
  List<StoredEvent> between(long from, long to);

  /// {@return the next events behind a place, oldest first}
  ///
  /// @param index within the block; -1 to begin with the block's first
  /// @param limit at least 1
  List<StoredEvent> after(long block, long index, int limit);

  /// {@return the rows of pruned requests whose last event is in the blocks `from` to `to`, by that block and their id}
  List<EndedRequest> ended(long from, long to);
}
