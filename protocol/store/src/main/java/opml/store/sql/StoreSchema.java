package opml.store.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// Brings a database to the tables of this version, and refuses one of something else.
final class StoreSchema {
  /// The number of the last script.
  static final int VERSION = 2;

  /// Flyway tells at length what went well. The field keeps the logger, and so its level.
  private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

  private static final String HISTORY = "flyway_schema_history";

  private final Database database;

  private StoreSchema(Database database) {
    this.database = database;
  }

  /// Makes the tables where there are none.
  ///
  /// @throws StoreException.Foreign if it is the store of something else, or of a newer version
  static void prepare(Database database, StoreIdentity identity) {
    try {
      new StoreSchema(database).prepare(identity);
    } catch (SQLException e) {
      throw database.refused(e);
    }
  }

  /// What a store says of itself.
  private record Meta(long version, StoreIdentity identity) {}

  private void prepare(StoreIdentity identity) throws SQLException {
    Optional<Meta> meta = meta();
    if (meta.isPresent()) {
      check(meta.get(), identity);
    }
    // Flyway takes over a second, so it is called only where it has something to do.
    if (meta.isEmpty() || meta.get().version() < VERSION) {
      migrate();
      claim(identity);
    }
  }

  /// {@return whose store it is}, which is to be of this version; nothing is written
  ///
  /// @throws StoreException.Foreign if it is of another version, or of something else
  /// @throws StoreException.Unusable if no node has used it
  static StoreIdentity look(Database database) {
    try {
      Meta meta =
          new StoreSchema(database)
              .meta()
              .orElseThrow(
                  () ->
                      new StoreException.Unusable(
                          database.place() + " is empty: no node has used it yet", null));
      requireNotNewer(database, meta);
      if (meta.version() < VERSION) {
        throw new StoreException.Foreign(
            ("%s was written by an older opml: its tables are version %d, and this one knows version"
                    + " %d; a start of the node brings it to that")
                .formatted(database.place(), meta.version(), VERSION));
      }
      return meta.identity();
    } catch (SQLException e) {
      throw database.refused(e);
    }
  }

  private Optional<Meta> meta() throws SQLException {
    try (Connection connection = database.schemaConnections().getConnection()) {
      List<String> tables = tables(connection);
      if (!tables.contains("meta")) {
        tables.remove(HISTORY);
        if (!tables.isEmpty()) {
          throw new StoreException.Foreign(
              "%s is a database of something else: it has the tables %s"
                  .formatted(database.place(), tables));
        }
        return Optional.empty();
      }
      try (Sql sql = new Sql(connection, UnaryOperator.identity())) {
        return sql.first(
            "select schema_version, chain_id, hub, genesis, first_block from meta",
            row ->
                new Meta(
                    row.number(),
                    new StoreIdentity(row.number(), row.address(), row.hash(), row.number())));
      }
    }
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getTables(
                connection.getCatalog(), connection.getSchema(), "%", new String[] {"TABLE"})) {
      while (rows.next()) {
        tables.add(rows.getString("TABLE_NAME"));
      }
    }
    return tables;
  }

  private void check(Meta meta, StoreIdentity identity) {
    requireNotNewer(database, meta);
    if (!meta.identity().equals(identity)) {
      throw new StoreException.Foreign(
          "%s is the store of %s, not of %s"
              .formatted(database.place(), meta.identity(), identity));
    }
  }

  private static void requireNotNewer(Database database, Meta meta) {
    if (meta.version() > VERSION) {
      throw new StoreException.Foreign(
          "%s was written by a newer opml: its tables are version %d, and this one knows version %d"
              .formatted(database.place(), meta.version(), VERSION));
    }
  }

  private void migrate() {
    FLYWAY.setLevel(Level.WARNING);
    try {
      Flyway.configure(StoreSchema.class.getClassLoader())
          .dataSource(database.schemaConnections())
          .locations("classpath:opml/store/sql")
          .table(HISTORY)
          .placeholders(Map.of("bytes", database.bytesType()))
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw e.getCause() instanceof SQLException cause
          ? database.refused(cause)
          : new StoreException.Unusable(
              "%s cannot be brought to this version: %s"
                  .formatted(database.place(), e.getMessage()),
              e);
    }
  }

  /// Writes whose store it is, in a transaction of its own: a process that ended before is repeated.
  private void claim(StoreIdentity identity) throws SQLException {
    try (Connection connection = database.schemaConnections().getConnection();
        Sql sql = new Sql(connection, UnaryOperator.identity())) {
      sql.change(
          "insert into meta (only_row, schema_version, chain_id, hub, genesis, first_block, position)"
              + " values (1, ?, ?, ?, ?, ?, ?)"
              + " on conflict (only_row) do update set schema_version = excluded.schema_version",
          VERSION,
          identity.chainId(),
          identity.hub(),
          identity.genesis(),
          identity.firstBlock(),
          identity.firstBlock() - 1);
    }
  }
}
