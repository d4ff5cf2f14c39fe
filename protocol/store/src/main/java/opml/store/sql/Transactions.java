package opml.store.sql;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import opml.core.account.Address;
import opml.store.StoreException;
import opml.store.StoreIdentity;

/// Runs work as transactions, of which those that write come one after the other.
///
/// The account's lock says that no other process writes, but PostgreSQL gives it to another as soon as the connection
/// that has it breaks, and the one that had it does not notice. So each process that opens the store takes the next
/// number, and each transaction that writes compares: one whose number is not the last was overtaken, and is over.
/// Reading the number locks it, so nobody takes the next one between the comparison and the commit. See *fencing
/// tokens* in M. Kleppmann, *How to do distributed locking*, 2016.
final class Transactions implements AutoCloseable {
  /// What a transaction does.
  @FunctionalInterface
  interface Work<T> {
    T run(Sql sql) throws SQLException;
  }

  private static final long NOBODYS = -1;

  private final Database database;
  private final StoreIdentity identity;
  private final Optional<Address> account;
  private final ReentrantLock writing = new ReentrantLock();
  private final long token;
  private volatile boolean isClosed;

  private Transactions(
      Database database, StoreIdentity identity, Optional<Address> account, long token) {
    this.database = database;
    this.identity = identity;
    this.account = account;
    this.token = token;
  }

  /// {@return transactions of whoever writes from now on; the store is locked already}
  static Transactions begin(Database database, StoreIdentity identity, Address account) {
    long token =
        run(
            database,
            true,
            sql -> {
              sql.change(
                  "insert into fence (only_row, token) values (1, 0) on conflict do nothing");
              sql.change("update fence set token = token + 1, account = ?", account);
              return sql.first("select token from fence", Columns::number).orElseThrow();
            });
    return new Transactions(database, identity, Optional.of(account), token);
  }

  /// {@return transactions of somebody beside the owner, who writes nothing but orders}
  static Transactions beside(Database database, StoreIdentity identity) {
    return new Transactions(database, identity, Optional.empty(), NOBODYS);
  }

  /// {@return what the work gives, committed}
  <T> T write(Work<T> work) {
    writing.lock();
    try {
      requireOpen();
      if (account.isEmpty()) {
        throw new IllegalStateException(
            database.place() + " is open for reading: only its node writes to it");
      }
      database.lock(identity, account.get());
      return run(
          database,
          true,
          sql -> {
            requireFence(sql);
            return work.run(sql);
          });
    } finally {
      writing.unlock();
    }
  }

  /// {@return what the work gives, committed; anybody may do it, the owner or not}
  <T> T order(Work<T> work) {
    writing.lock();
    try {
      requireOpen();
      return run(database, true, work);
    } finally {
      writing.unlock();
    }
  }

  /// {@return what the work sees, all at one time}
  <T> T read(Work<T> work) {
    requireOpen();
    return run(database, false, work);
  }

  private void requireFence(Sql sql) throws SQLException {
    long last =
        sql.first("select token from fence" + database.forShare(), Columns::number).orElse(-1L);
    if (last != token) {
      throw new StoreException.Fenced(
          "%s was opened by another process since (number %d, and this is %d): this one must stop"
              .formatted(database.place(), last, token));
    }
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  private static <T> T run(Database database, boolean writes, Work<T> work) {
    Sql sql;
    try {
      sql = writes ? database.beginWrite() : database.beginRead();
    } catch (SQLException e) {
      throw database.refused(e);
    }
    boolean isSound = false;
    try {
      T result = work.run(sql);
      database.commit(sql);
      isSound = true;
      return result;
    } catch (SQLException e) {
      // Not used again: after a full disk SQLite has rolled back, and its driver believes to be in
      // a transaction.
      throw database.refused(e);
    } catch (RuntimeException e) {
      isSound = isRolledBack(database, sql);
      throw e;
    } finally {
      database.end(sql, isSound);
    }
  }

  private static boolean isRolledBack(Database database, Sql sql) {
    try {
      database.rollback(sql);
      return true;
    } catch (SQLException _) {
      return false;
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      if (!isClosed) {
        isClosed = true;
        database.close();
      }
    } finally {
      writing.unlock();
    }
  }
}
