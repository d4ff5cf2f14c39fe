package opml.hub;

import java.util.Optional;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Receipt;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.solver.Forecast;
import opml.game.solver.Verdict;
import opml.game.work.Work;

/// Hears what an agent does, so that somebody can watch or measure it.
@FunctionalInterface
public interface Journal {
  Journal SILENT = _ -> {};

  void tell(Entry entry);

  /// One thing that was done.
  sealed interface Entry {
    /// The model is being run on a request's input, which takes long; told every few seconds.
    ///
    /// @param step of level 0 that is next
    /// @param of so many at most; 0 if nothing is known of it yet
    record Computing(RequestId request, long step, long of, double seconds) implements Entry {}

    /// The model was run on a request's input, natively.
    record Computed(RequestId request, Work.Result result, double seconds) implements Entry {}

    /// A step of an own run was replayed in the machine, before a bond is staked on it.
    ///
    /// @param difference what the machine says otherwise, so that nothing is staked; nothing if it says the same
    record Audited(RequestId request, long step, Optional<String> difference) implements Entry {}

    record Claimed(RequestId request, Wei bond, Receipt receipt) implements Entry {}

    record Challenged(ClaimId claim, Receipt receipt) implements Entry {}

    /// A dissection, a refinement or an execution.
    record Moved(Action.Move move, Receipt receipt) implements Entry {}

    record TimedOut(GameId game, Receipt receipt) implements Entry {}

    record Reclaimed(GameId game, Receipt receipt) implements Entry {}

    record Resolved(ClaimId claim, Receipt receipt) implements Entry {}

    /// The requester's contract was told a result.
    record Delivered(RequestId request, boolean isFinal, Receipt receipt) implements Entry {}

    record Expired(RequestId request, Receipt receipt) implements Entry {}

    record Withdrew(Wei amount, Receipt receipt) implements Entry {}

    /// What an earlier process of the account had on its way is in a block.
    record Arrived(IntentKey key, Receipt receipt) implements Entry {}

    /// The own run says this about a claim; told once.
    ///
    /// @param claimed state that the claim ends in
    /// @param own state that the own run ends in
    record Judged(ClaimId claim, RequestId request, Verdict verdict, Bytes32 claimed, Bytes32 own)
        implements Entry {}

    /// This is what the own run says about a game after a move; told once.
    ///
    /// @param move the number of the move
    record Foretold(GameId game, ClaimId claim, long move, Forecast forecast) implements Entry {}

    /// Something is as it must not be, and a person must look; told once.
    ///
    /// @param what the claim or game
    record Alarm(String what, String why) implements Entry {}

    /// Something went wrong with one thing; everything else goes on.
    ///
    /// @param what the request, claim or game; or what this agent was about to do
    record Trouble(String what, String why) implements Entry {}

    /// The account cannot pay for what this agent is there for.
    ///
    /// @param what the money is for
    /// @param balance what it has for that
    /// @param needed for that, the gas of everything that may follow included
    record Poor(String what, Wei balance, Wei needed) implements Entry {}

    /// The contract refused a move: this agent's own trace is wrong.
    record Refused(Action action, String why) implements Entry {}

    /// Somebody else did it first, or it was no longer to be done.
    record Overtaken(Action action) implements Entry {}

    /// What would have been done, if this agent did more than look; told once for each thing.
    record Would(Action action, String why) implements Entry {}

    /// The claim that would have been made, if this agent did more than look; told once for each request.
    record WouldClaim(RequestId request, Wei bond, Bytes32 finalState) implements Entry {}

    /// What a requester's contract would have been told, if this agent did more than look; told once for each.
    record WouldDeliver(RequestId request, boolean isFinal) implements Entry {}

    /// Something was left alone on purpose; told once for each thing.
    record Skipped(String what, String why) implements Entry {}
  }
}
