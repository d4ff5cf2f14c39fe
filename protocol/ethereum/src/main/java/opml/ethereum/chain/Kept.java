package opml.ethereum.chain;

import java.util.Comparator;
import java.util.function.Function;
import opml.core.hash.Bytes32;

/// What a reader keeps of a log, and where the log is. A fat log need not outlive the look at it.
public record Kept<T>(Place place, T value) {
  /// Where a log is.
  ///
  /// @param index within the block, over all transactions
  public record Place(long block, Bytes32 blockHash, long index) {
    /// Oldest first; places of different forks may be the same.
    public static final Comparator<Place> ORDER =
        Comparator.comparingLong(Place::block).thenComparingLong(Place::index);
  }

  /// Oldest first.
  public static final Comparator<Kept<?>> BY_PLACE = Comparator.comparing(Kept::place, Place.ORDER);

  /// {@return what `keep` makes of the log, at the log's place}
  public static <T> Kept<T> of(LogEntry log, Function<LogEntry, T> keep) {
    return new Kept<>(new Place(log.blockNumber(), log.blockHash(), log.index()), keep.apply(log));
  }

  public long block() {
    return place.block();
  }

  public Bytes32 blockHash() {
    return place.blockHash();
  }
}
