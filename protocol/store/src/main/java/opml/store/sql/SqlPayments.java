package opml.store.sql;

import java.math.BigInteger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.core.account.Wei;
import opml.game.claim.RequestId;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Payments;

/// Payments as rows, their amounts in two parts that databases can add up.
final class SqlPayments implements Payments {
  private static final BigInteger GWEI = BigInteger.TEN.pow(9);
  private static final PaymentKind[] KINDS = PaymentKind.values();

  private final Transactions transactions;

  SqlPayments(Transactions transactions) {
    this.transactions = transactions;
  }

  static void insert(Sql sql, List<Payment> payments) throws SQLException {
    Map<Long, Integer> ordinals = new HashMap<>();
    List<Object[]> rows = new ArrayList<>();
    for (Payment payment : payments) {
      BigInteger[] parts = payment.amount().value().divideAndRemainder(GWEI);
      rows.add(
          new Object[] {
            payment.block(),
            ordinals.merge(payment.block(), 1, Integer::sum),
            payment.kind(),
            payment.request(),
            payment.account(),
            parts[0].longValueExact(),
            parts[1].longValueExact(),
            payment.at(),
            payment.day()
          });
    }
    sql.changeAll(
        "insert into payment (block, ordinal, kind, request, account, gwei, wei, at, day)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows);
  }

  static void undo(Sql sql, long upTo) throws SQLException {
    sql.change("delete from payment where block > ?", upTo);
  }

  @Override
  public List<Payment> between(long from, long to) {
    return transactions.read(
        sql ->
            sql.list(
                "select block, kind, request, account, gwei, wei, at from payment"
                    + " where block >= ? and block <= ? order by block, ordinal",
                row ->
                    new Payment(
                        row.number(),
                        row.constant(KINDS),
                        row.maybe(RequestId::new),
                        row.address(),
                        amount(row),
                        row.number()),
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
                    "select kind, sum(gwei), sum(wei) from payment" + which + " group by kind",
                    row -> new Sum(row.constant(KINDS), amount(row)),
                    values));
    Map<PaymentKind, Wei> byKind = new EnumMap<>(PaymentKind.class);
    sums.forEach(sum -> byKind.put(sum.kind(), sum.amount()));
    return byKind;
  }
}
