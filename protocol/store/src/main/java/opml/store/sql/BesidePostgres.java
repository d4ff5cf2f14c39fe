package opml.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import opml.store.StoreException;
import org.postgresql.ds.PGSimpleDataSource;

/// A schema of PostgreSQL beside its owner: repeatable read, read only.
final class BesidePostgres extends BesideDatabase {
  private final String url;

  BesidePostgres(String url) {
    this.url = url;
  }

  @Override
  public String place() {
    return PostgresDatabase.place(url);
  }

  @Override
  public DataSource schemaConnections() {
    PGSimpleDataSource source = PostgresDatabase.source(url);
    source.setReadOnly(true);
    return source;
  }

  @Override
  Sql openToRead() throws SQLException {
    Connection connection = schemaConnections().getConnection();
    connection.setAutoCommit(false);
    Sql sql = plain(connection);
    sql.change("set transaction isolation level repeatable read, read only");
    return sql;
  }

  @Override
  Sql openToOrder() throws SQLException {
    Connection connection = PostgresDatabase.source(url).getConnection();
    connection.setAutoCommit(false);
    return plain(connection);
  }

  @Override
  void commitOrder(Sql sql) throws SQLException {
    sql.connection().commit();
  }

  @Override
  public StoreException refused(SQLException error) {
    return PostgresDatabase.refused(place(), error);
  }
}
