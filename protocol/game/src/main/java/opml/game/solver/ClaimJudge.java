package opml.game.solver;

import java.util.Collection;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.Claim;
import opml.game.claim.ClaimState;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.trace.Trace;

/// Judges claims by one's own run.
///
/// A verifier opens a game of its own on every wrong claim, even where somebody else's game already runs: that other
/// challenger may be the server itself, playing to lose. Only a game in which the verifier plays keeps the claim
/// from becoming final (theorem T2).
///
/// @param format of the games to be played
/// @param window for how many seconds a claim can be challenged
public record ClaimJudge(GameFormat format, long window) {

  /// {@return what this run says about a claim on its request}
  ///
  /// @param outputHash keccak-256 of the own output bytes; of no bytes if the run failed
  public static Verdict judge(Claim claim, Trace trace, Bytes32 outputHash) {
    return judge(claim, trace.at(trace.length()), outputHash);
  }

  /// {@return what a run that ends in this state says about a claim on its request}
  ///
  /// @param outputHash keccak-256 of the own output bytes; of no bytes if the run failed
  public static Verdict judge(Claim claim, Bytes32 finalState, Bytes32 outputHash) {
    if (!claim.finalState().equals(finalState)) {
      return Verdict.WRONG;
    }
    return claim.outputHash().equals(outputHash) ? Verdict.RIGHT : Verdict.UNBOUND;
  }

  /// {@return the challenge that this run calls for, if the claim is wrong, in time, and not challenged by `self`
  /// already}
  ///
  /// @param games those on this claim, however they ended
  public List<Action> actions(
      ClaimState claim,
      Collection<Game> games,
      Trace trace,
      Bytes32 outputHash,
      Address self,
      long now) {
    boolean mine = games.stream().anyMatch(game -> game.challenger().equals(self));
    if (mine
        || !claim.isChallengeable(window, now)
        || judge(claim.claim(), trace, outputHash) != Verdict.WRONG) {
      return List.of();
    }
    return List.of(new Action.Challenge(claim.id(), new Solver(format).opening(trace)));
  }

  /// {@return whether `self` should play the server's side of games on this claim: it is its own, and its run still
  /// says that it is right. A server whose run says otherwise has nothing to post}
  public static boolean defends(Claim claim, Bytes32 finalState, Bytes32 outputHash, Address self) {
    return claim.server().equals(self) && judge(claim, finalState, outputHash) == Verdict.RIGHT;
  }
}
