package opml.store.sql;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import opml.core.account.Address;
import opml.store.Store;
import opml.store.StoreIdentity;

/// A store of SQLite in whose statements one piece stands otherwise.
public record FaultyStore(Store store, AtomicBoolean planted) implements AutoCloseable {
  public static FaultyStore open(
      Path file, StoreIdentity identity, Address account, String piece, String fault) {
    AtomicBoolean planted = new AtomicBoolean();
    SqliteDatabase database =
        new SqliteDatabase(
            file,
            sql -> {
              String changed = sql.replace(piece, fault);
              if (!changed.equals(sql)) {
                planted.set(true);
              }
              return changed;
            });
    return new FaultyStore(SqlStore.open(database, identity, account), planted);
  }

  /// {@return whether a statement with the fault was prepared}
  public boolean isPlanted() {
    return planted.get();
  }

  @Override
  public void close() {
    store.close();
  }
}
