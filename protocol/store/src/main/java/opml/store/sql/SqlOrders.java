package opml.store.sql;

import java.util.Optional;
import opml.store.Orders;

/// The orders as a row that is there or not.
final class SqlOrders implements Orders {
  private final Transactions transactions;

  SqlOrders(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public Optional<Long> drainedSince() {
    return transactions.read(sql -> sql.first("select since from drain", Columns::number));
  }

  @Override
  public boolean drain(long since) {
    return transactions.order(
        sql ->
            sql.change(
                    "insert into drain (only_row, since) values (1, ?) on conflict do nothing",
                    since)
                > 0);
  }

  @Override
  public boolean undrain() {
    return transactions.order(sql -> sql.change("delete from drain") > 0);
  }
}
