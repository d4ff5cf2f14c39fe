package opml.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/// A schema of PostgreSQL, over a few connections that are made anew when they break.
///
/// The locks are advisory ones of a connection of their own; they end with it. Then they are taken again, and where
/// another was faster, the fence says so.
final class PostgresDatabase implements Database {
  private static final int CONNECTIONS = 4;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int ANSWER_SECONDS = 120;
  private static final int ALIVE_SECONDS = 2;

  /// The pool tells of every broken connection, as the store does. The field keeps the logger, and so its level.
  private static final Logger POOL = Logger.getLogger("com.zaxxer.hikari");

  private final String url;
  private final UnaryOperator<String> text;
  private final HikariDataSource pool;
  private @Nullable Connection locked;

  /// Whether something went wrong since the locks were last known to be there.
  private volatile boolean isInDoubt;

  /// @param url as JDBC has it, with user and password where they are needed
  PostgresDatabase(String url, UnaryOperator<String> text) {
    this.url = url;
    this.text = text;
    POOL.setLevel(Level.OFF);
    HikariConfig config = new HikariConfig();
    config.setDataSource(source());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setAutoCommit(false);
    config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
    config.setInitializationFailTimeout(-1);
    config.setConnectionInitSql("set synchronous_commit = on");
    this.pool = new HikariDataSource(config);
  }

  private PGSimpleDataSource source() {
    return source(url);
  }

  static PGSimpleDataSource source(String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setReWriteBatchedInserts(true);
    source.setTcpKeepAlive(true);
    source.setConnectTimeout((int) CONNECT_TIMEOUT.toSeconds());
    source.setSocketTimeout(ANSWER_SECONDS);
    return source;
  }

  @Override
  public String place() {
    return place(url);
  }

  static String place(String url) {
    // What comes behind the question mark may be a password.
    return url.contains("?") ? url.substring(0, url.indexOf('?')) : url;
  }

  @Override
  public String bytesType() {
    return "bytea";
  }

  @Override
  public String forShare() {
    return " for share";
  }

  @Override
  public DataSource schemaConnections() {
    return source();
  }

  @Override
  public void lock(StoreIdentity identity, Address account) {
    try {
      if (locked != null && (!isInDoubt || locked.isValid(ALIVE_SECONDS))) {
        isInDoubt = false;
        return;
      }
      unlock();
      Connection connection = source().getConnection();
      locked = connection;
      lock(connection, Preimage.tagged("opml.store").word(identity.hub().word()), "the store");
      if (!account.isZero()) { // who only looks has no nonces
        lock(connection, account(identity, account), "account " + account);
      }
      isInDoubt = false;
    } catch (SQLException e) {
      unlock();
      throw refused(e);
    } catch (StoreException e) {
      unlock();
      throw e;
    }
  }

  private static Preimage account(StoreIdentity identity, Address account) {
    return Preimage.tagged("opml.account").word(identity.chainId()).word(account.word());
  }

  private void lock(Connection connection, Preimage name, String what) throws SQLException {
    Bytes32 key = name.hash();
    try (Sql sql = new Sql(connection, UnaryOperator.identity())) {
      boolean isOurs =
          sql.first(
                  "select case when pg_try_advisory_lock(?) then 1 else 0 end",
                  Columns::truth,
                  key.lane0())
              .orElse(false);
      if (!isOurs) {
        throw new StoreException.Locked(
            "another process has %s in %s".formatted(what, place()), null);
      }
    }
  }

  private void unlock() {
    Connection broken = locked;
    locked = null;
    if (broken != null) {
      try {
        broken.close();
      } catch (SQLException _) {
        // It ends the locks all the same.
      }
    }
  }

  @Override
  public Sql beginWrite() throws SQLException {
    return new Sql(pool.getConnection(), text);
  }

  @Override
  public Sql beginRead() throws SQLException {
    Sql sql = new Sql(pool.getConnection(), text);
    try {
      sql.change("set transaction isolation level repeatable read, read only");
      return sql;
    } catch (SQLException e) {
      end(sql, false);
      throw e;
    }
  }

  @Override
  public void commit(Sql sql) throws SQLException {
    sql.connection().commit();
  }

  @Override
  public void rollback(Sql sql) throws SQLException {
    sql.connection().rollback();
  }

  @Override
  public void end(Sql sql, boolean isSound) {
    try (Connection connection = sql.connection()) {
      if (isSound) {
        sql.close();
      } else {
        isInDoubt = true;
        pool.evictConnection(connection);
      }
    } catch (SQLException _) {
      // The pool has given it up.
    }
  }

  @Override
  public StoreException refused(SQLException error) {
    isInDoubt = true;
    return refused(place(), error);
  }

  static StoreException refused(String place, SQLException error) {
    String state = error.getSQLState() == null ? "" : error.getSQLState();
    String told = "%s: %s".formatted(place, error.getMessage());
    // PostgreSQL, appendix A: class 08 connection, 57P server shut down, 53100 disk full, 28 who
    // may not enter, 3D no
    // such database, 25006 read only, 42501 not allowed, XX damaged.
    if (state.equals("53100")) {
      return new StoreException.Full(told, error);
    }
    if (List.of("28", "3D", "XX").stream().anyMatch(state::startsWith)
        || List.of("25006", "42501").contains(state)) {
      return new StoreException.Unusable(told, error);
    }
    return new StoreException.Unavailable(told, error);
  }

  @Override
  public void close() {
    unlock();
    pool.close();
  }
}
