package opml.lab.bench.receipt;

import java.util.LinkedHashMap;
import java.util.Map;

/// What receipts cost.
///
/// @param tokens of the answer that was measured
/// @param p99Millis what a receipt adds to an answer, in 99 of 100 cases at most
/// @param generateSeconds to give the answer, from an empty text; the median of some
/// @param checkSeconds to compute it again from its receipt, from an empty text; the median of as many, by turns
public record ReceiptFigures(
    int tokens, double p99Millis, double generateSeconds, double checkSeconds) {
  /// {@return a check's share of the time of the answer}
  public double checkRatio() {
    return checkSeconds / generateSeconds;
  }

  /// {@return the two figures that there are goals for: `p99_ms`, at most 5, and `check_ratio`, at most 0.5}
  public Map<String, Double> goals() {
    Map<String, Double> goals = new LinkedHashMap<>();
    goals.put("p99_ms", p99Millis);
    goals.put("check_ratio", checkRatio());
    return goals;
  }
}
