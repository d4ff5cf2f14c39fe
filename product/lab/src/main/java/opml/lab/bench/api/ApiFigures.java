package opml.lab.bench.api;

import opml.lab.bench.receipt.ReceiptFigures;

/// What `opml bench api` found. A figure that was not measured is NaN.
///
/// @param streams tokens a second of 16 texts at once over those of one
/// @param overhead tokens a second of one text through the server over those of a session
/// @param prefixRatio time to the first token of a request whose first 512 tokens another one had, over that of the
///     other one
/// @param speculative tokens a second with guesses over those without, in a text that repeats itself
/// @param equal answers under load, beside those of a session
/// @param soak many requests at once
public record ApiFigures(
    double streams,
    double overhead,
    double prefixRatio,
    double speculative,
    Equal equal,
    Soak soak,
    ReceiptFigures receipt) {
  public static final double STREAMS_LEAST = 2.5;
  public static final double OVERHEAD_LEAST = 0.95;
  public static final double PREFIX_MOST = 0.1;
  public static final double SPECULATIVE_LEAST = 1.5;
  public static final double HEAP_MOST = 1.05;
  public static final double RECEIPT_MOST_MILLIS = 5;
  public static final double CHECK_MOST = 0.5;

  /// @param answers that were compared
  /// @param different those that were not the same
  public record Equal(int answers, int different) {}

  /// @param lost requests without an answer
  /// @param wrong answers that were not those of a session
  /// @param heapGrowth what the heap holds after all requests over what it held after the first tenth
  public record Soak(int requests, int lost, int wrong, double heapGrowth) {}

  /// {@return whether no answer was lost or wrong}
  public boolean right() {
    return equal.different == 0 && soak.lost == 0 && soak.wrong == 0;
  }
}
