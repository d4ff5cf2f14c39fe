package opml.agent;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.move.Side;
import opml.game.solver.Verdict;

/// What a [Monitor] makes of everything that the hub holds after a block.
///
/// @param claims that are live
/// @param games that run
/// @param lastMoment the second, since 1970, by which somebody must act so that what is right wins: challenge a wrong
///     claim, or move in a game; nothing if nobody must
/// @param unclaimed what the hub has besides what is at stake in it, in wei: credits, burnt shares included. Never
///     negative, or the hub could not pay everybody
/// @param wrongFinal wrong claims that have become final, as long as pictures have them
public record Assessment(
    BlockRef block,
    List<AssessedClaim> claims,
    List<AssessedGame> games,
    OptionalLong lastMoment,
    Optional<BigInteger> unclaimed,
    long wrongFinal) {
  public Assessment {
    claims = List.copyOf(claims);
    games = List.copyOf(games);
  }

  /// What becomes of a claim if its running games end as foretold, and no more come.
  public enum Outlook {
    FINAL,
    DEAD,
    UNKNOWN
  }

  /// A live claim.
  ///
  /// @param verdict of the own run; nothing if there is none
  public record AssessedClaim(ClaimId id, Optional<Verdict> verdict, Outlook outlook) {
    /// {@return whether it is wrong, and nobody is about to refute it}
    public boolean isWrongUnchallenged() {
      return verdict.equals(Optional.of(Verdict.WRONG)) && outlook != Outlook.DEAD;
    }
  }

  /// A running game.
  ///
  /// @param verdict of the own run on its claim; nothing if there is none
  /// @param winner if both sides play by the own run, and by the clock; nothing if that is not known
  public record AssessedGame(GameId id, Optional<Verdict> verdict, Optional<Side> winner) {}
}
