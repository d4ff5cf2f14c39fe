package opml.store;

import java.util.ArrayList;
import java.util.List;

/// Everything in a store, row by row: two stores to which the same was told say the same, whatever they are.
public final class StoreRows {
  private StoreRows() {}

  /// {@return all rows; a store of any size, in memory}
  public static List<Object> of(Store store) {
    List<Object> rows = new ArrayList<>();
    rows.add("position " + store.projection().position());
    rows.add(store.projection().finalised());
    rows.addAll(store.projection().blocks());
    rows.addAll(store.projection().between(0, Long.MAX_VALUE));
    rows.addAll(store.projection().ended(0, Long.MAX_VALUE));
    rows.addAll(store.payments().between(0, Long.MAX_VALUE));
    rows.add(store.payments().total());
    rows.add(store.payments().from());
    rows.add(store.payments().spentAfter(store.projection().position() - 2));
    rows.add(store.orders().drainedSince());
    rows.add(store.payments().from());
    rows.add(store.payments().spentAfter(store.projection().position() - 2));
    rows.add(store.orders().drainedSince());
    for (IntentState state : IntentState.values()) {
      rows.addAll(store.outbox().in(state));
    }
    rows.addAll(store.outbox().unmined());
    rows.addAll(store.jobs().all());
    rows.addAll(store.results().newest(Integer.MAX_VALUE));
    return rows;
  }
}
