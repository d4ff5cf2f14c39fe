package opml.lab.bench.api;

import java.util.List;
import opml.lab.bench.receipt.ReceiptFigures;

/// What `opml bench api` found. A figure that was not measured is NaN, and a count 0.
///
/// @param streams tokens a second of 16 texts at once over those of one
/// @param overhead tokens a second of one text through the server over those of a session
/// @param prefixRatio time to the first token of a request whose first 512 tokens another one had, over that of the
///     other one
/// @param speculative tokens a second with guesses over those without, in a text that repeats itself
/// @param schema answers under random schemas
/// @param equal answers under load, beside those of a session
/// @param soak many requests at once
/// @param clients other people's
/// @param disputes about lies on a chain
/// @param peer llama.cpp's figures
/// @param missing what was to be measured, and could not be
public record ApiFigures(
    double streams,
    double overhead,
    double prefixRatio,
    double speculative,
    Schema schema,
    Equal equal,
    Soak soak,
    ReceiptFigures receipt,
    List<Client> clients,
    List<Dispute> disputes,
    Peer peer,
    List<Missing> missing) {
  public static final double STREAMS_LEAST = 2.5;
  public static final double OVERHEAD_LEAST = 0.95;
  public static final double PREFIX_MOST = 0.1;
  public static final double SPECULATIVE_LEAST = 1.5;
  public static final double MASKS_MOST = 0.05;
  public static final double HEAP_MOST_GROWTH = 0.05;
  public static final double RECEIPT_MOST_MILLIS = 5;
  public static final double CHECK_MOST = 0.5;
  public static final long GAS_MOST = 2_000_000;
  public static final int MOVES_MOST = 15;

  public ApiFigures {
    clients = List.copyOf(clients);
    disputes = List.copyOf(disputes);
    missing = List.copyOf(missing);
  }

  /// @param valid answers that the schema describes, by the word of a validator of somebody else's
  /// @param of all of them, each under a schema of its own
  /// @param share what masks take of the time of a text under a schema
  public record Schema(int valid, int of, double share) {}

  /// @param answers that were compared
  /// @param different those that were not the same
  public record Equal(int answers, int different) {}

  /// @param lost requests without an answer
  /// @param wrong answers that were not those of a session
  /// @param heapGrowth what the heap holds more after all requests than after the first tenth, over that
  public record Soak(int requests, int lost, int wrong, double heapGrowth) {}

  /// @param name of a client that others have made
  /// @param tests that were run with it
  /// @param failed of them
  public record Client(String name, int tests, int failed) {}

  /// @param what the lie
  /// @param gas of claim, game and settlement, all sides together
  /// @param moves of the game
  public record Dispute(String what, long gas, int moves) {}

  /// llama.cpp's figures, each measured as ours of the same name.
  public record Peer(double streams, double prefixRatio, double share) {
    static final Peer NONE = new Peer(Double.NaN, Double.NaN, Double.NaN);
  }

  /// @param reason why it was not measured
  public record Missing(ApiPart part, String reason) {}
}
