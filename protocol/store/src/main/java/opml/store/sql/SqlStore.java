package opml.store.sql;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.store.JobQueue;
import opml.store.Orders;
import opml.store.Outbox;
import opml.store.Payments;
import opml.store.Projection;
import opml.store.RunResults;
import opml.store.Store;
import opml.store.StoreException;
import opml.store.StoreIdentity;

/// A store in a database. Whoever opens one has it, and the account, for itself.
///
/// A write that ends with [StoreException.Unavailable] may have been done, as a whole, when the connection broke after
/// the database had committed and before it said so. Outbox, jobs and results may simply be told again;
/// [Projection#position] says of a block whether it is there.
public final class SqlStore implements Store {
  private final StoreIdentity identity;
  private final Transactions transactions;
  private final SqlProjection projection;
  private final SqlPayments payments;
  private final SqlOutbox outbox;
  private final SqlJobs jobs;
  private final SqlResults results;
  private final SqlOrders orders;

  private SqlStore(StoreIdentity identity, Transactions transactions) {
    this.identity = identity;
    this.transactions = transactions;
    this.projection = new SqlProjection(identity, transactions);
    this.payments = new SqlPayments(identity, transactions);
    this.outbox = new SqlOutbox(transactions);
    this.jobs = new SqlJobs(transactions);
    this.results = new SqlResults(transactions);
    this.orders = new SqlOrders(transactions);
  }

  /// Opens a file of SQLite, and makes it where there is none. Lock files are beside it.
  ///
  /// @param account that the node sends from
  /// @throws StoreException.Foreign if it is the store of something else, or of a newer version
  /// @throws StoreException.Locked if another process has the store, or the account in another store of this folder
  /// @throws StoreException.Unusable if it is no database, or cannot be written
  public static SqlStore sqlite(Path file, StoreIdentity identity, Address account) {
    return open(new SqliteDatabase(file, UnaryOperator.identity()), identity, account);
  }

  /// Opens a schema of PostgreSQL, and makes its tables where it is empty.
  ///
  /// @param url as JDBC has it, with user and password where they are needed; the schema is `currentSchema`
  /// @param account that the node sends from
  /// @throws StoreException.Foreign if it is the store of something else, or of a newer version
  /// @throws StoreException.Locked if another process has the store, or the account in the same database
  /// @throws StoreException.Unavailable if the database does not answer
  public static SqlStore postgres(String url, StoreIdentity identity, Address account) {
    return open(new PostgresDatabase(url, UnaryOperator.identity()), identity, account);
  }

  /// Opens a file of SQLite beside its owner, who may run or not, as [#beside].
  public static SqlStore besideSqlite(Path file) {
    return beside(new BesideSqlite(file));
  }

  /// Opens a schema of PostgreSQL beside its owner, who may run or not, as [#beside].
  ///
  /// @param url as JDBC has it, with user and password where they are needed; the schema is `currentSchema`
  public static SqlStore besidePostgres(String url) {
    return beside(new BesidePostgres(url));
  }

  /// What is read is the store at one moment, that of the first question. Nothing is written but orders: whatever else
  /// would is an [IllegalStateException].
  ///
  /// @throws StoreException.Foreign if it is no store, or one of another version
  /// @throws StoreException.Unusable if there is none, or it is damaged
  /// @throws StoreException.Unavailable if the database does not answer
  private static SqlStore beside(BesideDatabase database) {
    try {
      StoreIdentity identity = StoreSchema.look(database);
      return new SqlStore(identity, Transactions.beside(database, identity));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  static SqlStore open(Database database, StoreIdentity identity, Address account) {
    try {
      database.lock(identity, account);
      StoreSchema.prepare(database, identity);
      return new SqlStore(identity, Transactions.begin(database, identity, account));
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  @Override
  public StoreIdentity identity() {
    return identity;
  }

  @Override
  public Projection projection() {
    return projection;
  }

  @Override
  public Payments payments() {
    return payments;
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public JobQueue jobs() {
    return jobs;
  }

  @Override
  public RunResults results() {
    return results;
  }

  @Override
  public Orders orders() {
    return orders;
  }

  /// {@return the account of whoever opened it last to write}
  public Optional<Address> account() {
    return transactions.read(
        sql -> sql.first("select account from fence where account is not null", Columns::address));
  }

  @Override
  public void close() {
    transactions.close();
  }
}
