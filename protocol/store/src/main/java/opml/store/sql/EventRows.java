package opml.store.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.hub.EventSubject;
import opml.store.StoredEvent;

/// An event as a row.
final class EventRows {
  static final String COLUMNS =
      "block, log_index, block_hash, transaction_hash, address, topics, data, kind, request, claim,"
          + " game";

  /// The claim that a game was opened against.
  static final String CLAIM_OF_GAME =
      "select claim from event where game = ? and kind = %d order by block, log_index limit 1"
          .formatted(Columns.codeOf(EventKind.CHALLENGED));

  /// The request that a claim was made for.
  static final String REQUEST_OF_CLAIM =
      "select request from event where claim = ? and kind = %d order by block, log_index limit 1"
          .formatted(Columns.codeOf(EventKind.CLAIMED));

  private static final String INSERT =
      "insert into event (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final EventKind[] KINDS = EventKind.values();

  private EventRows() {}

  static void insert(Sql sql, List<StoredEvent> events) throws SQLException {
    List<Object[]> rows = new ArrayList<>(events.size());
    for (StoredEvent event : events) {
      LogEntry log = event.log();
      rows.add(
          new Object[] {
            log.blockNumber(),
            log.index(),
            log.blockHash(),
            log.transaction(),
            log.address(),
            packed(log.topics()),
            log.data(),
            event.kind(),
            event.request(),
            event.claim(),
            event.game()
          });
    }
    sql.changeAll(INSERT, rows);
  }

  static StoredEvent read(Columns row) throws SQLException {
    long block = row.number();
    long index = row.number();
    Bytes32 hash = row.hash();
    TxHash transaction = row.transaction();
    Address address = row.address();
    List<Bytes32> topics = unpacked(row.bytes());
    LogEntry log = new LogEntry(address, topics, row.data(), block, hash, transaction, index);
    return new StoredEvent(
        log,
        new EventSubject(
            row.constant(KINDS),
            row.maybe(RequestId::new),
            row.maybe(ClaimId::new),
            row.maybe(GameId::new)));
  }

  private static byte[] packed(List<Bytes32> topics) {
    byte[] bytes = new byte[topics.size() * Bytes32.BYTES];
    for (int i = 0; i < topics.size(); i++) {
      topics.get(i).copyTo(bytes, i * Bytes32.BYTES);
    }
    return bytes;
  }

  private static List<Bytes32> unpacked(byte[] bytes) {
    List<Bytes32> topics = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += Bytes32.BYTES) {
      topics.add(Bytes32.at(bytes, at));
    }
    return topics;
  }
}
