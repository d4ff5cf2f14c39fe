package opml.store;

import java.nio.file.Path;
import opml.core.account.Address;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;

/// A process that makes the calls of a script on a store, without end, and says the number of each once it is done.
public final class StoreChild {
  private StoreChild() {}

  /// @param arguments a file, or a URL of JDBC; the script's seed
  public static void main(String[] arguments) {
    StoreScript script = new StoreScript(Long.parseLong(arguments[1]));
    try (Store store = open(arguments[0]);
        Store maps = new MapStore(StoreScript.IDENTITY)) {
      for (long done = 1; ; done++) {
        StoreScript.Step step = script.next(maps);
        Object outcome = step.on(store);
        if (!outcome.equals(step.on(maps))) {
          throw new IllegalStateException(step.text() + ": " + outcome);
        }
        System.out.println(done);
        System.out.flush();
      }
    }
  }

  static Store open(String place) {
    Address account = Address.ofHex("aa".repeat(Address.BYTES));
    return place.startsWith("jdbc:")
        ? SqlStore.postgres(place, StoreScript.IDENTITY, account)
        : SqlStore.sqlite(Path.of(place), StoreScript.IDENTITY, account);
  }
}
