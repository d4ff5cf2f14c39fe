package opml.node;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import opml.store.Orders;
import opml.store.StoreException;

/// Whether the operator has asked the node to begin nothing new, asked of the store at each look. While the store does
/// not answer, what it said last stands.
public final class DrainOrder implements BooleanSupplier {
  private final Orders orders;
  private volatile Optional<Long> since = Optional.empty();

  public DrainOrder(Orders orders) {
    this.orders = orders;
  }

  @Override
  public boolean getAsBoolean() {
    return since().isPresent();
  }

  /// {@return since when, in seconds since 1970; nothing if it may begin new things}
  public Optional<Long> since() {
    try {
      since = orders.drainedSince();
    } catch (StoreException e) {
      return since;
    }
    return since;
  }
}
