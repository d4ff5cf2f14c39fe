package opml.store.sql;

import java.math.BigInteger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import opml.core.account.Wei;
import opml.ethereum.chain.TxHash;
import opml.game.claim.RequestId;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Payments;
import opml.store.StoreIdentity;

/// Payments as rows, their amounts in two parts that databases can add up.
final class SqlPayments implements Payments {
  private static final BigInteger GWEI = BigInteger.TEN.pow(9);
  private static final PaymentKind[] KINDS = PaymentKind.values();
  private static final String COLUMNS =
      "block, ordinal, kind, request, account, gwei, wei, at, day";

  /// What events brought, and behind it what transactions did.
  private static final String ALL =
      ("select 0 as source, null as transaction_hash, %s from payment"
              + " union all select 1, transaction_hash, %s from transaction_payment")
          .formatted(COLUMNS, COLUMNS);

  private final long firstBlock;
  private final Transactions transactions;

  SqlPayments(StoreIdentity identity, Transactions transactions) {
    this.firstBlock = identity.firstBlock();
    this.transactions = transactions;
  }

  static void insert(Sql sql, List<Payment> payments) throws SQLException {
    Map<Long, Integer> ordinals = new HashMap<>();
    List<Object[]> rows = new ArrayList<>();
    for (Payment payment : payments) {
      rows.add(row(payment, ordinals.merge(payment.block(), 1, Integer::sum)));
    }
    sql.changeAll("insert into payment (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows);
  }

  private static Object[] row(Payment payment, int ordinal) {
    BigInteger[] parts = payment.amount().value().divideAndRemainder(GWEI);
    return new Object[] {
      payment.block(),
      ordinal,
      payment.kind(),
      payment.request(),
      payment.account(),
      parts[0].longValueExact(),
      parts[1].longValueExact(),
      payment.at(),
      payment.day()
    };
  }

  @Override
  public void spend(TxHash transaction, List<Payment> payments) {
    Payment.requireOneBlock(payments);
    transactions.write(
        sql -> {
          sql.change("delete from transaction_payment where transaction_hash = ?", transaction);
          for (int i = 0; i < payments.size(); i++) {
            List<Object> row = new ArrayList<>(List.of(row(payments.get(i), i)));
            row.add(transaction);
            sql.change(
                "insert into transaction_payment (%s, transaction_hash)".formatted(COLUMNS)
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row.toArray());
          }
          return payments.size();
        });
  }

  static void undo(Sql sql, long upTo) throws SQLException {
    sql.change("delete from payment where block > ?", upTo);
    sql.change("delete from transaction_payment where block > ?", upTo);
  }

  private record Spent(TxHash transaction, Payment payment) {}

  @Override
  public SortedMap<TxHash, List<Payment>> spentAfter(long block) {
    SortedMap<TxHash, List<Payment>> after = new TreeMap<>(BY_HASH);
    transactions
        .read(
            sql ->
                sql.list(
                    "select transaction_hash, block, kind, request, account, gwei, wei, at"
                        + " from transaction_payment where block > ?"
                        + " order by transaction_hash, ordinal",
                    row -> new Spent(row.transaction(), payment(row)),
                    block))
        .forEach(
            spent ->
                after
                    .computeIfAbsent(spent.transaction(), _ -> new ArrayList<>())
                    .add(spent.payment()));
    return after;
  }

  private static Payment payment(Columns row) throws SQLException {
    return new Payment(
        row.number(),
        row.constant(KINDS),
        row.maybe(RequestId::new),
        row.address(),
        amount(row),
        row.number());
  }

  static void moveTo(Sql sql, long from) throws SQLException {
    sql.change("update meta set books_from = ?", from);
  }

  @Override
  public long from() {
    return Math.max(
        firstBlock,
        transactions.read(
            sql -> sql.first("select books_from from meta", Columns::number).orElseThrow()));
  }

  @Override
  public List<Payment> between(long from, long to) {
    return transactions.read(
        sql ->
            sql.list(
                "select block, kind, request, account, gwei, wei, at from ("
                    + ALL
                    + ") p"
                    + " where block >= ? and block <= ?"
                    + " order by block, source, transaction_hash, ordinal",
                SqlPayments::payment,
                from,
                to));
  }

  private static Wei amount(Columns row) throws SQLException {
    BigInteger gwei = BigInteger.valueOf(row.number());
    return new Wei(gwei.multiply(GWEI).add(BigInteger.valueOf(row.number())));
  }

  @Override
  public Map<PaymentKind, Wei> ofDay(long day) {
    return sums(" where day = ?", day);
  }

  @Override
  public Map<PaymentKind, Wei> ofRequest(RequestId request) {
    return sums(" where request = ?", request);
  }

  @Override
  public Map<PaymentKind, Wei> total() {
    return sums("");
  }

  private record Sum(PaymentKind kind, Wei amount) {}

  private Map<PaymentKind, Wei> sums(String which, Object... values) {
    List<Sum> sums =
        transactions.read(
            sql ->
                sql.list(
                    "select kind, sum(gwei), sum(wei) from (%s) p%s group by kind"
                        .formatted(ALL, which),
                    row -> new Sum(row.constant(KINDS), amount(row)),
                    values));
    Map<PaymentKind, Wei> byKind = new EnumMap<>(PaymentKind.class);
    sums.forEach(sum -> byKind.put(sum.kind(), sum.amount()));
    return byKind;
  }
}
