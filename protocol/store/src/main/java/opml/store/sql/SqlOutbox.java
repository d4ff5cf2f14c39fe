package opml.store.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.store.Intent;
import opml.store.IntentState;
import opml.store.MinedAs;
import opml.store.Outbox;
import opml.store.OutboxRow;
import opml.store.SignedVersion;

/// Intents and their signed versions in two tables. A row is read, changed by its own rules, and written back.
final class SqlOutbox implements Outbox {
  private static final IntentKind[] KINDS = IntentKind.values();
  private static final IntentState[] STATES = IntentState.values();
  private static final long NOT_MINED = -1;

  private static final String INTENT =
      "select i.kind, i.subject, i.account, i.target, i.data, i.value, i.deadline, i.noted_at,"
          + " i.state, i.mined_block, i.succeeded, i.dropped, i.mined_transaction, i.mined_hash"
          + " from intent i where ";
  private static final String VERSION =
      "select v.kind, v.subject, v.nonce, v.gas_limit, v.max_fee, v.tip, v.hash, v.bytes,"
          + " v.signed_at, v.sent from signed_version v join intent i"
          + " on i.kind = v.kind and i.subject = v.subject where ";

  private final Transactions transactions;

  SqlOutbox(Transactions transactions) {
    this.transactions = transactions;
  }

  static void undo(Sql sql, long upTo) throws SQLException {
    sql.change(
        "update intent set state = ?, mined_block = ?, mined_hash = null,"
            + " mined_transaction = null, succeeded = 0 where mined_block > ?",
        IntentState.SENT,
        NOT_MINED,
        upTo);
  }

  // ------------------------------------------------------------------ changes

  @Override
  public OutboxRow note(Intent intent) {
    return transactions.write(
        sql -> {
          Optional<OutboxRow> before = find(sql, intent.key());
          OutboxRow after = before.map(row -> row.again(intent)).orElse(OutboxRow.of(intent));
          if (!before.equals(Optional.of(after))) {
            begin(sql, intent);
          }
          return after;
        });
  }

  private static void begin(Sql sql, Intent intent) throws SQLException {
    IntentKey key = intent.key();
    sql.change(
        "delete from signed_version where kind = ? and subject = ?", key.kind(), key.subject());
    sql.change("delete from intent where kind = ? and subject = ?", key.kind(), key.subject());
    sql.change(
        "insert into intent (kind, subject, account, target, data, value, deadline, noted_at,"
            + " state, mined_block, succeeded, dropped)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
        key.kind(),
        key.subject(),
        intent.account(),
        intent.to(),
        intent.data(),
        intent.value(),
        intent.deadline(),
        intent.notedAt(),
        IntentState.NOTED,
        NOT_MINED);
  }

  @Override
  public OutboxRow sign(IntentKey key, SignedVersion version) {
    return change(
        key,
        (sql, row) -> {
          OutboxRow signed = row.signed(version);
          Optional<IntentKey> other =
              sql.first(
                  "select i.kind, i.subject from signed_version v join intent i"
                      + " on i.kind = v.kind and i.subject = v.subject"
                      + " where v.account = ? and v.nonce = ? and i.state in (?, ?)"
                      + " and v.ordinal = (select max(w.ordinal) from signed_version w"
                      + " where w.kind = v.kind and w.subject = v.subject)"
                      + " and (i.kind <> ? or i.subject <> ?) limit 1",
                  SqlOutbox::key,
                  row.intent().account(),
                  version.nonce(),
                  IntentState.SIGNED,
                  IntentState.SENT,
                  key.kind(),
                  key.subject());
          if (other.isPresent()) {
            throw new IllegalStateException(
                "nonce %d is that of %s".formatted(version.nonce(), other.get()));
          }
          return signed;
        });
  }

  @Override
  public OutboxRow sent(IntentKey key, TxHash hash) {
    return change(key, row -> row.sent(hash));
  }

  @Override
  public OutboxRow mined(IntentKey key, MinedAs as) {
    return change(key, row -> row.mined(as));
  }

  @Override
  public OutboxRow drop(IntentKey key, String why) {
    return change(key, row -> row.dropped(why));
  }

  /// What becomes of a row.
  @FunctionalInterface
  private interface Change {
    OutboxRow apply(Sql sql, OutboxRow row) throws SQLException;
  }

  private OutboxRow change(IntentKey key, UnaryOperator<OutboxRow> change) {
    return change(key, (_, row) -> change.apply(row));
  }

  private OutboxRow change(IntentKey key, Change change) {
    return transactions.write(
        sql -> {
          OutboxRow before =
              find(sql, key)
                  .orElseThrow(() -> new IllegalArgumentException("nothing is noted as " + key));
          OutboxRow after = change.apply(sql, before);
          write(sql, before, after);
          return after;
        });
  }

  private static void write(Sql sql, OutboxRow before, OutboxRow after) throws SQLException {
    IntentKey key = after.intent().key();
    Optional<MinedAs> mined = after.mined();
    sql.change(
        "update intent set state = ?, mined_block = ?, mined_hash = ?, mined_transaction = ?,"
            + " succeeded = ?, dropped = ? where kind = ? and subject = ?",
        after.state(),
        mined.map(MinedAs::block).orElse(NOT_MINED),
        mined.map(MinedAs::blockHash),
        mined.map(MinedAs::transaction),
        mined.map(MinedAs::hasSucceeded).orElse(false),
        after.dropped(),
        key.kind(),
        key.subject());
    for (int i = 0; i < after.versions().size(); i++) {
      SignedVersion version = after.versions().get(i);
      if (i >= before.versions().size()) {
        insert(sql, after.intent(), i, version);
      } else if (!version.equals(before.versions().get(i))) {
        sql.change(
            "update signed_version set sent = ? where kind = ? and subject = ? and ordinal = ?",
            version.isSent(),
            key.kind(),
            key.subject(),
            i);
      }
    }
  }

  private static void insert(Sql sql, Intent intent, int ordinal, SignedVersion version)
      throws SQLException {
    sql.change(
        "insert into signed_version (kind, subject, ordinal, account, nonce, gas_limit, max_fee,"
            + " tip, hash, bytes, signed_at, sent) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        intent.key().kind(),
        intent.key().subject(),
        ordinal,
        intent.account(),
        version.nonce(),
        version.gasLimit(),
        version.maxFee(),
        version.tip(),
        version.hash(),
        version.bytes(),
        version.signedAt(),
        version.isSent());
  }

  // ------------------------------------------------------------------ questions

  @Override
  public Optional<OutboxRow> find(IntentKey key) {
    return transactions.read(sql -> find(sql, key));
  }

  @Override
  public List<OutboxRow> unmined() {
    return transactions.read(
        sql ->
            rows(
                sql,
                "i.state in (?, ?, ?)",
                IntentState.NOTED,
                IntentState.SIGNED,
                IntentState.SENT));
  }

  @Override
  public List<OutboxRow> in(IntentState state) {
    return transactions.read(sql -> rows(sql, "i.state = ?", state));
  }

  @Override
  public Optional<Long> highestNonce(Address account) {
    return transactions.read(
        sql ->
            sql.first(
                    "select max(nonce) from signed_version where account = ?",
                    Columns::maybeNumber,
                    account)
                .orElseThrow());
  }

  private static Optional<OutboxRow> find(Sql sql, IntentKey key) throws SQLException {
    return rows(sql, "i.kind = ? and i.subject = ?", key.kind(), key.subject()).stream()
        .findFirst();
  }

  private static List<OutboxRow> rows(Sql sql, String which, Object... values) throws SQLException {
    Map<IntentKey, List<SignedVersion>> versions = new HashMap<>();
    sql.list(
        VERSION + which + " order by v.kind, v.subject, v.ordinal",
        row -> versions.computeIfAbsent(key(row), _ -> new ArrayList<>()).add(version(row)),
        values);
    return sql.list(
        INTENT + which + " order by i.deadline, i.kind, i.subject",
        row -> {
          IntentKey key = key(row);
          return row(key, row, versions.getOrDefault(key, List.of()));
        },
        values);
  }

  private static IntentKey key(Columns row) throws SQLException {
    return new IntentKey(row.constant(KINDS), row.hash());
  }

  private static SignedVersion version(Columns row) throws SQLException {
    return new SignedVersion(
        row.number(),
        row.number(),
        row.amount(),
        row.amount(),
        row.transaction(),
        row.data(),
        row.number(),
        row.truth());
  }

  private static OutboxRow row(IntentKey key, Columns row, List<SignedVersion> versions)
      throws SQLException {
    Address account = row.address();
    Address to = row.address();
    Data data = row.data();
    Wei value = row.amount();
    Intent intent = new Intent(key, account, to, data, value, row.number(), row.number());
    IntentState state = row.constant(STATES);
    long block = row.number();
    boolean hasSucceeded = row.truth();
    String dropped = row.text();
    Optional<MinedAs> mined = Optional.empty();
    if (block != NOT_MINED) {
      TxHash transaction = row.transaction();
      Bytes32 hash = row.hash();
      mined = Optional.of(new MinedAs(transaction, block, hash, hasSucceeded));
    }
    return new OutboxRow(intent, state, versions, mined, dropped);
  }
}
