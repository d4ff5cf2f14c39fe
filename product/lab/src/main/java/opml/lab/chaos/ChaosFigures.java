package opml.lab.chaos;

import java.math.BigInteger;

/// What a node lost.
///
/// @param kills of its process
/// @param deleted times that its store was deleted
/// @param troubles times that its chain's node or its store went away, or it was frozen
/// @param requests that were made meanwhile
/// @param games that it played
/// @param weiLost bonds of right claims and of right challenges
/// @param doubleSends transactions of it that said what an earlier one in a block had said
/// @param late games in which its time ran out
/// @param wrongFinal wrong claims that became results
/// @param slowestSeconds the most that it used of its time in a game
public record ChaosFigures(
    String store,
    int kills,
    int deleted,
    int troubles,
    int requests,
    int games,
    BigInteger weiLost,
    int doubleSends,
    int late,
    int wrongFinal,
    long slowestSeconds) {
  /// {@return whether nothing was lost, sent twice or late, and nothing wrong believed}
  public boolean isClean() {
    return weiLost.signum() == 0 && doubleSends == 0 && late == 0 && wrongFinal == 0;
  }
}
