package opml.store.sql;

import java.sql.SQLException;
import javax.sql.DataSource;
import opml.core.account.Address;
import opml.store.StoreException;
import opml.store.StoreIdentity;

/// What SQLite and PostgreSQL do otherwise.
interface Database extends AutoCloseable {
  /// {@return where it is, for people}
  String place();

  /// {@return what the type of bytes is called}
  String bytesType();

  /// {@return what ends a statement so that nobody may change the rows that it read before the transaction is over}
  String forShare();

  /// {@return connections that commit each statement, for the schema}
  DataSource schemaConnections();

  /// Makes sure that no other process has the store or the account, until [#close]. Does nothing while that is known.
  ///
  /// @throws StoreException.Locked if another has
  void lock(StoreIdentity identity, Address account);

  /// {@return a connection in a transaction that may write}
  Sql beginWrite() throws SQLException;

  /// {@return a connection in a transaction that sees one state}
  Sql beginRead() throws SQLException;

  void commit(Sql sql) throws SQLException;

  void rollback(Sql sql) throws SQLException;

  /// Takes a connection back, the transaction over.
  ///
  /// @param isSound whether nothing went wrong with it; otherwise it is not used again
  void end(Sql sql, boolean isSound);

  /// {@return what to tell of an error}
  StoreException refused(SQLException error);

  /// Lets go of connections and locks.
  @Override
  void close();
}
