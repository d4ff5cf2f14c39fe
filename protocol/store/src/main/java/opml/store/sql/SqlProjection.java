package opml.store.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.store.AppendRules;
import opml.store.EndedRequest;
import opml.store.EventOrder;
import opml.store.Lineage;
import opml.store.Payment;
import opml.store.Projection;
import opml.store.StoreIdentity;
import opml.store.StoredEvent;

/// The events in a table, found by their ids. The position is in the row that says whose store it is.
final class SqlProjection implements Projection {
  private static final String BLOCK = "select number, hash, parent, timestamp, base_fee from ";
  private static final String EVENT = "select " + EventRows.COLUMNS + " from event";

  /// How many events are in memory at a time while a store is filled.
  private static final int PIECE = 1000;

  private final StoreIdentity identity;
  private final Transactions transactions;

  SqlProjection(StoreIdentity identity, Transactions transactions) {
    this.identity = identity;
    this.transactions = transactions;
  }

  // ------------------------------------------------------------------ blocks

  @Override
  public long position() {
    return transactions.read(SqlProjection::position);
  }

  @Override
  public List<BlockRef> blocks() {
    return transactions.read(SqlProjection::blocks);
  }

  @Override
  public Optional<BlockRef> finalised() {
    return transactions.read(SqlProjection::finalised);
  }

  private static long position(Sql sql) throws SQLException {
    return sql.first("select position from meta", Columns::number).orElseThrow();
  }

  private static List<BlockRef> blocks(Sql sql) throws SQLException {
    return sql.list(BLOCK + "block order by number", SqlProjection::block);
  }

  private static Optional<BlockRef> finalised(Sql sql) throws SQLException {
    return sql.first(BLOCK + "finalised", SqlProjection::block);
  }

  private static Optional<BlockRef> block(Sql sql, long number) throws SQLException {
    return sql.first(BLOCK + "block where number = ?", SqlProjection::block, number);
  }

  private static BlockRef block(Columns row) throws SQLException {
    return new BlockRef(row.number(), row.hash(), row.hash(), row.number(), row.amount());
  }

  @Override
  public void append(BlockRef upTo, List<StoredEvent> events, List<Payment> payments) {
    transactions.write(
        sql -> {
          long position = position(sql);
          AppendRules.check(position, block(sql, position), upTo, events, payments);
          EventRows.insert(sql, resolved(sql, events));
          SqlPayments.insert(sql, payments);
          remember(sql, upTo);
          sql.change(
              "delete from block where number <="
                  + " (select number from block order by number desc limit 1 offset ?)",
              REMEMBERED);
          return moveTo(sql, upTo.number());
        });
  }

  private static void remember(Sql sql, BlockRef block) throws SQLException {
    sql.change(
        "insert into block (number, hash, parent, timestamp, base_fee) values (?, ?, ?, ?, ?)",
        block.number(),
        block.hash(),
        block.parent(),
        block.timestamp(),
        block.baseFee());
  }

  private static boolean moveTo(Sql sql, long position) throws SQLException {
    return sql.change("update meta set position = ?", position) > 0;
  }

  private static List<StoredEvent> resolved(Sql sql, List<StoredEvent> events) throws SQLException {
    // The ids that are not in the events themselves are looked up first, since the rules do not
    // know of SQL.
    Map<GameId, Optional<ClaimId>> claims = new HashMap<>();
    Map<ClaimId, Optional<RequestId>> requests = new HashMap<>();
    for (StoredEvent event : events) {
      Optional<ClaimId> claim = event.claim();
      if (claim.isEmpty() && event.game().isPresent()) {
        claim = introduced(sql, claims, event.game().get(), EventRows.CLAIM_OF_GAME, ClaimId::new);
      }
      if (event.request().isEmpty() && claim.isPresent()) {
        introduced(sql, requests, claim.get(), EventRows.REQUEST_OF_CLAIM, RequestId::new);
      }
    }
    return Lineage.resolved(
        events,
        new Lineage.Earlier() {
          @Override
          public Optional<ClaimId> claimOf(GameId game) {
            return claims.getOrDefault(game, Optional.empty());
          }

          @Override
          public Optional<RequestId> requestOf(ClaimId claim) {
            return requests.getOrDefault(claim, Optional.empty());
          }
        });
  }

  @Override
  public void undo(long upTo) {
    transactions.write(
        sql -> {
          AppendRules.checkUndo(upTo, identity.firstBlock(), finalised(sql));
          return undo(sql, upTo);
        });
  }

  private static boolean undo(Sql sql, long upTo) throws SQLException {
    if (upTo >= position(sql)) {
      return false;
    }
    sql.change("delete from event where block > ?", upTo);
    sql.change("delete from block where number > ?", upTo);
    SqlPayments.undo(sql, upTo);
    SqlOutbox.undo(sql, upTo);
    return moveTo(sql, upTo);
  }

  @Override
  public List<BlockRef> resume() {
    return transactions.write(
        sql -> {
          sql.change(
              "insert into block (number, hash, parent, timestamp, base_fee)"
                  + " select number, hash, parent, timestamp, base_fee from finalised where true"
                  + " on conflict do nothing");
          List<BlockRef> blocks = blocks(sql);
          undo(sql, blocks.isEmpty() ? identity.firstBlock() - 1 : blocks.getLast().number());
          return blocks;
        });
  }

  @Override
  public void finalise(BlockRef block) {
    transactions.write(
        sql -> {
          AppendRules.checkFinal(block, position(sql), block(sql, block.number()));
          return sql.change(
              "insert into finalised (only_row, number, hash, parent, timestamp, base_fee)"
                  + " values (1, ?, ?, ?, ?, ?) on conflict (only_row) do update set"
                  + " number = excluded.number, hash = excluded.hash, parent = excluded.parent,"
                  + " timestamp = excluded.timestamp, base_fee = excluded.base_fee"
                  + " where finalised.number < excluded.number",
              block.number(),
              block.hash(),
              block.parent(),
              block.timestamp(),
              block.baseFee());
        });
  }

  @Override
  public long prune(long before) {
    return transactions.write(
        sql -> {
          AppendRules.checkPrune(before, finalised(sql));
          return EndedRows.prune(sql, before);
        });
  }

  @Override
  public void clear() {
    transactions.write(
        sql -> {
          for (String table : List.of("event", "block", "finalised", "ended_request", "payment")) {
            sql.change("delete from " + table);
          }
          SqlPayments.moveTo(sql, identity.firstBlock());
          return moveTo(sql, identity.firstBlock() - 1);
        });
  }

  @Override
  public void restore(BlockRef upTo, Iterable<StoredEvent> events, List<EndedRequest> ended) {
    transactions.write(
        sql -> {
          long position = position(sql);
          AppendRules.checkRestore(position, identity.firstBlock(), upTo);
          EventOrder order = new EventOrder(position, upTo);
          List<StoredEvent> piece = new ArrayList<>();
          for (StoredEvent event : events) {
            order.check(event);
            piece.add(event);
            if (piece.size() == PIECE) {
              EventRows.insert(sql, resolved(sql, piece));
              piece.clear();
            }
          }
          EventRows.insert(sql, resolved(sql, piece));
          for (EndedRequest row : ended) {
            EndedRows.replace(sql, row);
          }
          remember(sql, upTo);
          SqlPayments.moveTo(sql, upTo.number() + 1);
          return moveTo(sql, upTo.number());
        });
  }

  // ------------------------------------------------------------------ events

  @Override
  public List<StoredEvent> of(RequestId request) {
    return events(" where request = ? order by block, log_index", request);
  }

  @Override
  public List<StoredEvent> of(ClaimId claim) {
    // The end of a request names a claim, and is about the request.
    return events(
        " where claim = ? and kind <> ? order by block, log_index", claim, EventKind.REQUEST_ENDED);
  }

  @Override
  public List<StoredEvent> of(GameId game) {
    return events(" where game = ? order by block, log_index", game);
  }

  @Override
  public List<StoredEvent> between(long from, long to) {
    return events(" where block >= ? and block <= ? order by block, log_index", from, to);
  }

  @Override
  public List<StoredEvent> after(long block, long index, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("not a number of events: " + limit);
    }
    return events(
        " where (block, log_index) > (?, ?) order by block, log_index limit ?",
        block,
        index,
        limit);
  }

  private List<StoredEvent> events(String which, Object... values) {
    return transactions.read(sql -> sql.list(EVENT + which, EventRows::read, values));
  }

  @Override
  public List<EndedRequest> ended(long from, long to) {
    return transactions.read(sql -> EndedRows.between(sql, from, to));
  }

  private static <K, V> Optional<V> introduced(
      Sql sql, Map<K, Optional<V>> known, K id, String query, Function<Bytes32, V> as)
      throws SQLException {
    Optional<V> value = known.get(id);
    if (value == null) {
      value = sql.first(query, row -> row.maybe(as), id).flatMap(Function.identity());
      known.put(id, value);
    }
    return value;
  }
}
