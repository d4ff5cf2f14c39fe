package opml.lab.bench.node;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.LogEntry;
import opml.hub.EventKind;
import opml.store.StoredEvent;

/// A table of SQLite with the columns and indexes of the store's events, and nothing else: what it takes to insert rows
/// as durably, in as large transactions as a backfill has, without reading, checking or naming anything.
final class RawEvents implements AutoCloseable {
  private static final int ROWS_A_COMMIT = 1_000;
  private static final int HASH_BYTES = 32;

  private static final List<EventKind> KINDS = List.of(EventKind.values());

  private static final List<String> SCHEMA =
      List.of(
          "pragma journal_mode = wal",
          "pragma synchronous = full",
          "create table event (block bigint not null, log_index bigint not null, block_hash blob,"
              + " transaction_hash blob, address blob, topics blob, data blob, kind bigint,"
              + " request blob, claim blob, game blob, primary key (block, log_index))",
          "create index by_request on event (request, block, log_index)",
          "create index by_claim on event (claim, block, log_index)",
          "create index by_game on event (game, block, log_index)");

  private final Connection connection;

  private RawEvents(Connection connection) {
    this.connection = connection;
  }

  static RawEvents create(Path file) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      for (String line : SCHEMA) {
        statement.execute(line);
      }
      connection.setAutoCommit(false);
      return new RawEvents(connection);
    }
  }

  void insert(List<StoredEvent> events) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      int waiting = 0;
      for (StoredEvent event : events) {
        LogEntry log = event.log();
        insert.setLong(1, log.blockNumber());
        insert.setLong(2, log.index());
        insert.setBytes(3, log.blockHash().toArray());
        insert.setBytes(4, log.transaction().hash().toArray());
        insert.setBytes(5, log.address().word().toArray());
        insert.setBytes(6, packed(log.topics()));
        insert.setBytes(7, log.data().toArray());
        insert.setLong(8, KINDS.indexOf(event.kind()));
        insert.setBytes(9, bytes(event.request().map(id -> id.hash())));
        insert.setBytes(10, bytes(event.claim().map(id -> id.hash())));
        insert.setBytes(11, bytes(event.game().map(id -> id.hash())));
        insert.addBatch();
        if (++waiting == ROWS_A_COMMIT) {
          insert.executeBatch();
          connection.commit();
          waiting = 0;
        }
      }
      insert.executeBatch();
      connection.commit();
    }
  }

  @SuppressWarnings("NullAway") // a column without a value is null to JDBC
  private static byte[] bytes(Optional<Bytes32> hash) {
    return hash.map(Bytes32::toArray).orElse(null);
  }

  private static byte[] packed(List<Bytes32> topics) {
    byte[] bytes = new byte[topics.size() * HASH_BYTES];
    for (int i = 0; i < topics.size(); i++) {
      topics.get(i).copyTo(bytes, i * HASH_BYTES);
    }
    return bytes;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
