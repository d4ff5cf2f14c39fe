package opml.store.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import opml.store.StoreException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A file of SQLite beside its owner, over a connection that can write nothing.
///
/// While the owner runs, or after it was killed, there is a log of what is not in the file yet, and SQLite's own
/// memory beside it says who reads what. While it does not, there is neither, and to make them would be to write; so
/// the file is read as one that nobody changes, and whether somebody did is seen afterwards.
final class BesideSqlite extends BesideDatabase {
  private static final int BUSY_MILLIS = 5_000;

  /// A file as it was when it was opened.
  private record Stamp(long bytes, FileTime changed) {}

  private final Path file;
  private Optional<Stamp> unchanged = Optional.empty();

  BesideSqlite(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public DataSource schemaConnections() {
    requireFile();
    return source(true, hasLog() ? "" : "?immutable=1");
  }

  private void requireFile() {
    if (!Files.exists(file)) {
      throw new StoreException.Unusable(
          file + ": there is no such store; a node makes it when it starts", null);
    }
  }

  private boolean hasLog() {
    return Files.exists(file.resolveSibling(file.getFileName() + "-wal"));
  }

  private SQLiteDataSource source(boolean readsOnly, String query) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readsOnly);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + (query.isEmpty() ? file : file.toUri().toString() + query));
    return source;
  }

  @Override
  Sql openToRead() throws SQLException {
    requireFile();
    unchanged = hasLog() ? Optional.empty() : Optional.of(stamp());
    Sql sql = plain(source(true, unchanged.isEmpty() ? "" : "?immutable=1").getConnection());
    sql.change("begin");
    return sql;
  }

  @Override
  Sql openToOrder() throws SQLException {
    requireFile();
    Sql sql = plain(source(false, "").getConnection());
    sql.change("begin immediate");
    return sql;
  }

  private Stamp stamp() {
    try {
      return new Stamp(Files.size(file), Files.getLastModifiedTime(file));
    } catch (IOException e) {
      throw new StoreException.Unusable("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  @Override
  void requireOneState() {
    if (unchanged.isPresent() && (hasLog() || !unchanged.get().equals(stamp()))) {
      throw new StoreException.Unavailable(
          file + ": a node has opened it just now; ask again", null);
    }
  }

  @Override
  void commitOrder(Sql sql) throws SQLException {
    sql.change("commit");
  }

  @Override
  public StoreException refused(SQLException error) {
    return SqliteDatabase.refused(file, error);
  }
}
