package opml.store.memory;

import java.util.Optional;
import opml.store.Orders;

/// The orders in a field.
final class MapOrders implements Orders {
  private final MapState state;
  private Optional<Long> drained = Optional.empty();

  MapOrders(MapState state) {
    this.state = state;
  }

  @Override
  public Optional<Long> drainedSince() {
    return state.alone(() -> drained);
  }

  @Override
  public boolean drain(long since) {
    return state.alone(
        () -> {
          boolean isNew = drained.isEmpty();
          drained = drained.or(() -> Optional.of(since));
          return isNew;
        });
  }

  @Override
  public boolean undrain() {
    return state.alone(
        () -> {
          boolean was = drained.isPresent();
          drained = Optional.empty();
          return was;
        });
  }
}
