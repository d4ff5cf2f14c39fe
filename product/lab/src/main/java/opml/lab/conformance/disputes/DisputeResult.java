package opml.lab.conformance.disputes;

import java.util.List;
import opml.game.move.Side;

/// How the dispute over an operator or a network went.
///
/// @param name of the operator or the network
/// @param lies which side lied
/// @param kernel of the node that the lie is about
/// @param step of the graph that the lie is about
/// @param instruction of that node that the contract executed; less than 0 if it executed none
/// @param moves the transactions of the game: its challenge, its dissections and refinements, and the execution
/// @param gas of the claim, of the moves, and of what settles the claim
/// @param seconds from the claim to the last move, other disputes beside it
/// @param failures what is not as it must be
public record DisputeResult(
    String name,
    Side lies,
    String kernel,
    long step,
    long instruction,
    int moves,
    long gas,
    double seconds,
    List<String> failures) {
  public DisputeResult {
    failures = List.copyOf(failures);
  }

  /// {@return whether the liar lost as he must}
  public boolean ok() {
    return failures.isEmpty();
  }
}
