package opml.store;

import java.util.List;
import java.util.Map;
import opml.core.account.Wei;
import opml.game.claim.RequestId;

/// The money that moved, for budgets: what [Projection#append] brought and [Projection#undo] left. Sums have no entry
/// for a kind of which nothing moved.
///
/// Atomicity, durability and threads are those of the [Store].
public interface Payments {
  /// {@return what moved in the blocks `from` to `to`, both included, by block and in the order in which it came}
  List<Payment> between(long from, long to);

  /// {@return sums of a day in UTC}
  ///
  /// @param day a number of days since 1970
  Map<PaymentKind, Wei> ofDay(long day);

  Map<PaymentKind, Wei> ofRequest(RequestId request);

  /// {@return sums of everything that moved through the hub}
  Map<PaymentKind, Wei> total();
}
