package opml.hub;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.game.move.Action;
import opml.game.work.Work;
import opml.hub.Journal.Entry;

/// Performs what the solver decided: adds the proofs that the contract asks for, and sends it.
public final class Responder {
  private final Hub hub;
  private final Journal journal;
  private final boolean dry;
  private final Set<Action> told = new HashSet<>();

  public Responder(Hub hub, Journal journal) {
    this(hub, journal, false);
  }

  /// @param dry whether to tell only what would be done, and do nothing
  public Responder(Hub hub, Journal journal, boolean dry) {
    this.hub = hub;
    this.journal = journal;
    this.dry = dry;
  }

  /// Performs an action in or about a game, with the work that it is argued from.
  ///
  /// @param path the refined step of each level above the game's last
  public void perform(Action action, Work work, List<Long> path) {
    if (dry) {
      tell(action, why(action, work));
      return;
    }
    switch (action) {
      case Action.Challenge challenge ->
          send(
              action,
              () -> hub.challenge(challenge, work),
              receipt -> new Entry.Challenged(challenge.claim(), receipt));
      case Action.Dissect dissect ->
          send(action, () -> hub.dissect(dissect), receipt -> new Entry.Moved(dissect, receipt));
      case Action.Refine refine ->
          send(
              action,
              () -> hub.refine(refine, work.refinement(refine.disputed().first(), refine.states())),
              receipt -> new Entry.Moved(refine, receipt));
      case Action.Execute execute ->
          send(
              action,
              () -> hub.execute(execute, work.execution(path, execute.disputed().first())),
              receipt -> new Entry.Moved(execute, receipt));
      case Action.Timeout _,
          Action.Reclaim _,
          Action.Resolve _,
          Action.Expire _,
          Action.Withdraw _ ->
          perform(action);
    }
  }

  /// Performs an action that needs no work.
  ///
  /// @throws IllegalArgumentException if it does need some
  public void perform(Action action) {
    if (dry) {
      tell(action, "it is due");
      return;
    }
    switch (action) {
      case Action.Timeout timeout ->
          send(
              action,
              () -> hub.timeout(timeout.game()),
              receipt -> new Entry.TimedOut(timeout.game(), receipt));
      case Action.Reclaim reclaim ->
          send(
              action,
              () -> hub.reclaim(reclaim.game()),
              receipt -> new Entry.Reclaimed(reclaim.game(), receipt));
      case Action.Resolve resolve ->
          send(
              action,
              () -> hub.resolve(resolve.claim()),
              receipt -> new Entry.Resolved(resolve.claim(), receipt));
      case Action.Expire expire ->
          send(
              action,
              () -> hub.expire(expire.request()),
              receipt -> new Entry.Expired(expire.request(), receipt));
      case Action.Withdraw _ -> {
        Wei credit = hub.credit();
        send(
            action,
            () -> hub.withdraw(hub.account()),
            receipt -> new Entry.Withdrew(credit, receipt));
      }
      case Action.Challenge _, Action.Dissect _, Action.Refine _, Action.Execute _ ->
          throw new IllegalArgumentException("needs the work that it is argued from: " + action);
    }
  }

  private void tell(Action action, String why) {
    if (told.add(action)) {
      journal.tell(new Entry.Would(action, why));
    }
  }

  private static String why(Action action, Work work) {
    return switch (action) {
      case Action.Challenge _ -> "our run ends in state " + work.result().finalState();
      case Action.Dissect _ -> "our run has another state behind these steps";
      case Action.Refine _ -> "our run has another state behind this node";
      case Action.Execute _ -> "our run has another state behind this instruction";
      case Action.Timeout _,
          Action.Reclaim _,
          Action.Resolve _,
          Action.Expire _,
          Action.Withdraw _ ->
          "it is due";
    };
  }

  private void send(Action action, Attempt attempt, Function<Receipt, Entry> told) {
    try {
      Optional<Receipt> receipt = attempt.send();
      journal.tell(receipt.map(told).orElseGet(() -> new Entry.Overtaken(action)));
    } catch (ChainException.Reverted e) {
      // A true trace is never refused (theorem T1). A false one is, at its last step; it must not
      // end the agent, which has other games to play.
      journal.tell(new Entry.Refused(action, e.revert().toString()));
    }
  }

  @FunctionalInterface
  private interface Attempt {
    Optional<Receipt> send();
  }
}
