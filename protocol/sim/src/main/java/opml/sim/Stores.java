package opml.sim;

import opml.store.Store;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;

/// Where those who play keep what they know.
@FunctionalInterface
public interface Stores {
  /// In memory, as most games have it.
  Stores IN_MEMORY = (_, identity) -> new MapStore(identity);

  /// {@return a new store, which whoever asked closes}
  Store open(int account, StoreIdentity identity);
}
