package opml.store;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import opml.core.account.Wei;
import opml.ethereum.chain.TxHash;
import opml.game.claim.RequestId;

/// The money that moved, for budgets and for the books: what [Projection#append] and [#spend] brought and
/// [Projection#undo] left. Sums have no entry for a kind of which nothing moved.
///
/// Atomicity, durability and threads are those of the [Store].
public interface Payments {
  /// The order of transactions that were not made one after the other.
  Comparator<TxHash> BY_HASH = Comparator.comparing(TxHash::hash);

  /// Keeps what a transaction of the account moved that no event tells, such as its gas. What was known of the
  /// transaction is replaced. Its block may be behind [Projection#position]; [Projection#clear] leaves it, since the
  /// chain does not tell which transactions were the account's.
  ///
  /// @param payments of one block
  /// @throws IllegalArgumentException if they are of several
  void spend(TxHash transaction, List<Payment> payments);

  /// {@return what transactions moved in the blocks behind one, by their hashes}
  SortedMap<TxHash, List<Payment>> spentAfter(long block);

  /// {@return the first block of which everything is here that events moved: the hub's first, or the one behind what
  /// [Projection#restore] brought, since a snapshot has nobody's payments}
  long from();

  /// {@return what moved in the blocks `from` to `to`, both included, by block: first what events brought, in the
  /// order in which it came, then what transactions did, by their hashes}
  List<Payment> between(long from, long to);

  /// {@return sums of a day in UTC}
  ///
  /// @param day a number of days since 1970
  Map<PaymentKind, Wei> ofDay(long day);

  Map<PaymentKind, Wei> ofRequest(RequestId request);

  /// {@return sums of everything that moved through the hub}
  Map<PaymentKind, Wei> total();
}
