package opml.ethereum.send;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Receipt;

/// Counts transactions, gas and fees by sender and name of the call. Give one to the [Sender]s whose
/// costs are of interest; it may be shared between threads.
public final class GasMeter implements TransactionListener {
  /// @param fees what the gas cost
  public record Usage(long transactions, long gas, Wei fees) {
    public static final Usage NOTHING = new Usage(0, 0, Wei.ZERO);

    public Usage plus(Usage other) {
      return new Usage(transactions + other.transactions, gas + other.gas, fees.plus(other.fees));
    }
  }

  /// What a sender used for the calls of one name.
  public record Row(Address from, String call, Usage usage) {}

  private final Map<String, Row> rows = new TreeMap<>();

  @Override
  public synchronized void mined(Address from, Call call, Receipt receipt) {
    Usage one = new Usage(1, receipt.gasUsed(), receipt.fee());
    rows.merge(
        from + " " + call.name(),
        new Row(from, call.name(), one),
        (row, more) -> new Row(from, call.name(), row.usage().plus(more.usage())));
  }

  /// {@return one row per sender and name, in the order of both}
  public synchronized List<Row> rows() {
    return new ArrayList<>(rows.values());
  }

  public Usage total() {
    return rows().stream().map(Row::usage).reduce(Usage.NOTHING, Usage::plus);
  }

  /// {@return what this sender used}
  public Usage of(Address from) {
    return rows().stream()
        .filter(row -> row.from().equals(from))
        .map(Row::usage)
        .reduce(Usage.NOTHING, Usage::plus);
  }

  /// Starts again from nothing.
  public synchronized void reset() {
    rows.clear();
  }
}
