package opml.store.sql;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import opml.core.account.Address;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/// A file of SQLite: with a log that is written ahead, so that readers and the writer do not wait for each other, and
/// flushed at every commit.
///
/// One connection writes and one reads. Each is opened when it is needed, and given up as soon as anything goes wrong
/// with it.
final class SqliteDatabase implements Database {
  private static final int BUSY_MILLIS = 5_000;

  private final Path file;
  private final UnaryOperator<String> text;
  private final Slot writer = new Slot(true);
  private final Slot reader = new Slot(false);
  private final List<FileChannel> locks = new ArrayList<>();

  SqliteDatabase(Path file, UnaryOperator<String> text) {
    this.file = file.toAbsolutePath();
    this.text = text;
  }

  /// One connection, for one at a time.
  private final class Slot {
    private final ReentrantLock lock = new ReentrantLock();
    private final boolean writes;
    private @Nullable Sql open;
    private boolean isClosed;

    Slot(boolean writes) {
      this.writes = writes;
    }

    Sql take() throws SQLException {
      lock.lock();
      try {
        if (isClosed) {
          throw new IllegalStateException("the store is closed");
        }
        if (open == null) {
          open = new Sql(source().getConnection(), text);
        }
        // Not by the driver, which would begin the next transaction at each commit, and keep the
        // file to itself.
        open.change(writes ? "begin immediate" : "begin");
        return open;
      } catch (SQLException | RuntimeException e) {
        giveBack(false);
        throw e;
      }
    }

    void giveBack(boolean isSound) {
      try {
        if (!isSound) {
          drop();
        }
      } finally {
        lock.unlock();
      }
    }

    private void drop() {
      Sql dropped = open;
      open = null;
      if (dropped != null) {
        closeQuietly(dropped.connection());
      }
    }
  }

  private SQLiteDataSource source() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public String bytesType() {
    return "blob";
  }

  @Override
  public String forShare() {
    return "";
  }

  @Override
  public DataSource schemaConnections() {
    return source();
  }

  @Override
  public void lock(StoreIdentity identity, Address account) {
    if (!locks.isEmpty()) {
      return;
    }
    try {
      lock(file.resolveSibling(file.getFileName() + ".lock"), "the store " + file);
      if (!account.isZero()) { // who only looks has no nonces
        lock(
            file.resolveSibling("account-%d-%s.lock".formatted(identity.chainId(), account)),
            "account " + account);
      }
    } catch (StoreException e) {
      unlock();
      throw e;
    }
  }

  private void lock(Path path, String what) {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new StoreException.Unusable(
          "%s cannot be made or written: %s".formatted(path, e.getMessage()), e);
    }
    locks.add(channel);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new StoreException.Locked(
            "another process has %s (it holds %s)".formatted(what, path), null);
      }
    } catch (OverlappingFileLockException e) {
      throw new StoreException.Locked(
          "this process has %s already (it holds %s)".formatted(what, path), e);
    } catch (IOException e) {
      throw new StoreException.Unusable(
          "%s cannot be locked: %s".formatted(path, e.getMessage()), e);
    }
  }

  @Override
  public Sql beginWrite() throws SQLException {
    return writer.take();
  }

  @Override
  public Sql beginRead() throws SQLException {
    return reader.take();
  }

  @Override
  public void commit(Sql sql) throws SQLException {
    sql.change("commit");
  }

  @Override
  public void rollback(Sql sql) throws SQLException {
    sql.change("rollback");
  }

  @Override
  public void end(Sql sql, boolean isSound) {
    (writer.lock.isHeldByCurrentThread() && sql.equals(writer.open) ? writer : reader)
        .giveBack(isSound);
  }

  @Override
  public StoreException refused(SQLException error) {
    return refused(file, error);
  }

  static StoreException refused(Path file, SQLException error) {
    String told = "%s: %s".formatted(file, error.getMessage());
    SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(error.getErrorCode() & 0xff);
    return switch (code) {
      case SQLITE_FULL -> new StoreException.Full(file + ": no room is left on the disk", error);
      case SQLITE_NOTADB ->
          new StoreException.Unusable(file + " is not a database of SQLite", error);
      case SQLITE_CORRUPT ->
          new StoreException.Unusable(
              file + " is damaged; put it aside and begin a new store: " + told, error);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
          new StoreException.Unusable(
              "%s cannot be %s: %s"
                  .formatted(file, Files.exists(file) ? "written" : "made", error.getMessage()),
              error);
      default -> new StoreException.Unavailable(told, error);
    };
  }

  @Override
  public void close() {
    for (Slot slot : List.of(writer, reader)) {
      slot.lock.lock();
      try {
        slot.isClosed = true;
        slot.drop();
      } finally {
        slot.lock.unlock();
      }
    }
    unlock();
  }

  private void unlock() {
    for (FileChannel channel : locks) {
      closeQuietly(channel);
    }
    locks.clear();
  }

  /// What is given up may be broken, which is no news.
  private static void closeQuietly(AutoCloseable closed) {
    try {
      closed.close();
    } catch (Exception _) {
      // It is given up all the same.
    }
  }
}
