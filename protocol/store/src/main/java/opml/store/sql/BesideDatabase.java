package opml.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.store.StoreIdentity;
import org.jspecify.annotations.Nullable;

/// A database as somebody sees it who stands beside its owner: one state of it, in one transaction that reads for as
/// long as this is open, so that all answers fit together. Neither lock nor fence is taken, so the owner notices
/// nothing. An order is a transaction of its own, over a connection of its own.
abstract class BesideDatabase implements Database {
  private final ReentrantLock reading = new ReentrantLock();
  private @Nullable Sql open;
  private boolean isClosed;

  /// {@return a connection that can write nothing, in a transaction that sees one state}
  abstract Sql openToRead() throws SQLException;

  /// {@return a connection in a transaction that may write}
  abstract Sql openToOrder() throws SQLException;

  /// Makes sure that what was read is one state, where the database does not by itself.
  ///
  /// @throws opml.store.StoreException.Unavailable if it may not be: to be asked again
  void requireOneState() {}

  static Sql plain(Connection connection) {
    return new Sql(connection, UnaryOperator.identity());
  }

  @Override
  public final String bytesType() {
    throw new IllegalStateException("no tables are made beside the owner");
  }

  @Override
  public final String forShare() {
    throw new IllegalStateException("nobody beside the owner has the fence");
  }

  @Override
  public final void lock(StoreIdentity identity, Address account) {
    throw new IllegalStateException("nobody beside the owner locks");
  }

  @Override
  public final Sql beginWrite() throws SQLException {
    return openToOrder();
  }

  @Override
  public final Sql beginRead() throws SQLException {
    reading.lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("the store is closed");
      }
      Sql sql = open == null ? openToRead() : open;
      open = sql;
      return sql;
    } catch (SQLException | RuntimeException e) {
      reading.unlock();
      throw e;
    }
  }

  private boolean isRead(Sql sql) {
    return reading.isHeldByCurrentThread() && sql.equals(open);
  }

  @Override
  public final void commit(Sql sql) throws SQLException {
    if (isRead(sql)) {
      requireOneState();
    } else {
      commitOrder(sql);
    }
  }

  abstract void commitOrder(Sql sql) throws SQLException;

  @Override
  public final void rollback(Sql sql) {
    // What reads has nothing to take back, and an order that failed goes with its connection.
  }

  @Override
  public final void end(Sql sql, boolean isSound) {
    if (isRead(sql)) {
      if (!isSound) {
        open = null;
        close(sql);
      }
      reading.unlock();
    } else {
      close(sql);
    }
  }

  /// What is given up may be broken, which is no news.
  private static void close(Sql sql) {
    try (Connection connection = sql.connection()) {
      if (!connection.isClosed()) {
        sql.close();
      }
    } catch (SQLException _) {
      // It is given up all the same.
    }
  }

  @Override
  public final void close() {
    reading.lock();
    try {
      isClosed = true;
      Sql sql = open;
      open = null;
      if (sql != null) {
        close(sql);
      }
    } finally {
      reading.unlock();
    }
  }
}
