package opml.store.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.store.RunResult;
import opml.store.RunResults;

/// Results as rows.
final class SqlResults implements RunResults {
  private static final String RESULT = "select run, root, output, steps, at from run_result";

  private final Transactions transactions;

  SqlResults(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public RunResult put(RunResult result) {
    return transactions.write(
        sql -> {
          sql.change(
              "insert into run_result (run, root, output, steps, at) values (?, ?, ?, ?, ?)"
                  + " on conflict do nothing",
              result.run(),
              result.root(),
              result.output(),
              result.steps(),
              result.at());
          return find(sql, result.run()).orElseThrow().standsAgainst(result);
        });
  }

  @Override
  public Optional<RunResult> find(Bytes32 run) {
    return transactions.read(sql -> find(sql, run));
  }

  private static Optional<RunResult> find(Sql sql, Bytes32 run) throws SQLException {
    return sql.first(RESULT + " where run = ?", SqlResults::read, run);
  }

  @Override
  public List<RunResult> newest(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("not a number of results: " + limit);
    }
    return transactions.read(
        sql -> sql.list(RESULT + " order by at desc, run limit ?", SqlResults::read, limit));
  }

  @Override
  public long forget(long before) {
    return transactions.write(sql -> sql.change("delete from run_result where at < ?", before));
  }

  private static RunResult read(Columns row) throws SQLException {
    return new RunResult(row.hash(), row.hash(), row.data(), row.number(), row.number());
  }
}
