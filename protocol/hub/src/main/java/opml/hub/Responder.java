package opml.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.work.Work;
import opml.hub.Journal.Entry;

/// Performs what was decided: adds the proofs that the contract asks for, and sends all that is due together. What goes
/// wrong with one thing is told, and keeps none of the others.
///
/// Not for several threads at once.
public final class Responder {
  private final Hub hub;
  private final HubCalls calls;
  private final Journal journal;
  private final boolean dry;
  private final Set<Action> told = new HashSet<>();
  private final List<Duty> due = new ArrayList<>();
  private final Map<ClaimId, Receipt> challenged = new HashMap<>();
  private long newestBlock;
  private boolean clear = true;

  public Responder(Hub hub, Journal journal) {
    this(hub, journal, false);
  }

  /// @param dry whether to tell only what would be done, and do nothing
  public Responder(Hub hub, Journal journal, boolean dry) {
    this.hub = hub;
    this.calls = hub.calls();
    this.journal = journal;
    this.dry = dry;
  }

  /// Notes an action in or about a game, with the work that it is argued from; the first noted is the first sent.
  ///
  /// @param path the refined step of each level above the game's last
  /// @param stake what is lost without it: more than that is never paid for its gas
  public void note(Action action, Work work, List<Long> path, Wei stake) {
    if (dry) {
      tell(action, why(action, work));
      return;
    }
    switch (action) {
      case Action.Dissect dissect ->
          note(
              "game " + dissect.game(),
              action,
              new Order(calls.dissect(dissect), stake, Order.Kind.ORDINARY),
              receipt -> new Entry.Moved(dissect, receipt));
      case Action.Refine refine ->
          note(
              "game " + refine.game(),
              action,
              new Order(
                  calls.refine(refine, work.refinement(refine.disputed().first(), refine.states())),
                  stake,
                  refine.saysItIsOver() ? Order.Kind.SETTLES : Order.Kind.ORDINARY),
              receipt -> new Entry.Moved(refine, receipt));
      case Action.Execute execute ->
          note(
              "game " + execute.game(),
              action,
              new Order(
                  calls.execute(execute, work.execution(path, execute.disputed().first())),
                  stake,
                  Order.Kind.SETTLES),
              receipt -> new Entry.Moved(execute, receipt));
      case Action.Challenge _ ->
          throw new IllegalArgumentException("a challenge needs its bond: " + action);
      case Action.Timeout _,
          Action.Reclaim _,
          Action.Resolve _,
          Action.Expire _,
          Action.Withdraw _ ->
          note(action, stake);
    }
  }

  /// Notes a challenge.
  ///
  /// @param bond at least what is due; the hub gives the rest back
  public void note(Action.Challenge challenge, Work work, Wei bond) {
    if (dry) {
      tell(challenge, why(challenge, work));
      return;
    }
    note(
        "claim " + challenge.claim(),
        challenge,
        new Order(calls.challenge(challenge, work, bond), bond, Order.Kind.ORDINARY),
        receipt -> {
          challenged.put(challenge.claim(), receipt);
          return new Entry.Challenged(challenge.claim(), receipt);
        });
  }

  /// {@return whether a challenge of this claim is in a block, as far as the node knows: one that answers late may know
  /// the block and leave out its events}
  ///
  /// @param most blocks that are waited for the node to show it
  public boolean hasChallenged(ClaimId claim, long now, long most) {
    Receipt receipt = challenged.get(claim);
    if (receipt == null || now >= receipt.blockNumber() + most) {
      return false;
    }
    // Another block in its place: it was thrown out.
    return hub.sender()
        .chain()
        .block(receipt.blockNumber())
        .filter(block -> !block.hash().equals(receipt.blockHash()))
        .isEmpty();
  }

  /// Notes an action that needs no work.
  ///
  /// @param stake what waits for it; more than that is never paid for its gas
  /// @throws IllegalArgumentException if it does need some
  public void note(Action action, Wei stake) {
    if (dry) {
      tell(action, "it is due");
      return;
    }
    switch (action) {
      case Action.Timeout timeout ->
          settling(
              "game " + timeout.game(),
              action,
              calls.timeout(timeout.game()),
              stake,
              receipt -> new Entry.TimedOut(timeout.game(), receipt));
      case Action.Reclaim reclaim ->
          settling(
              "game " + reclaim.game(),
              action,
              calls.reclaim(reclaim.game()),
              stake,
              receipt -> new Entry.Reclaimed(reclaim.game(), receipt));
      case Action.Resolve resolve ->
          settling(
              "claim " + resolve.claim(),
              action,
              calls.resolve(resolve.claim()),
              stake,
              receipt -> new Entry.Resolved(resolve.claim(), receipt));
      case Action.Expire expire ->
          settling(
              "request " + expire.request(),
              action,
              calls.expire(expire.request()),
              stake,
              receipt -> new Entry.Expired(expire.request(), receipt));
      case Action.Withdraw _ ->
          settling(
              "the credit",
              action,
              calls.withdraw(hub.account()),
              stake,
              receipt -> new Entry.Withdrew(stake, receipt));
      case Action.Challenge _, Action.Dissect _, Action.Refine _, Action.Execute _ ->
          throw new IllegalArgumentException("needs the work that it is argued from: " + action);
    }
  }

  /// Notes a claim.
  ///
  /// @param bond at least what is due
  /// @param refused what to tell if the hub refuses it
  public void claim(RequestId request, Work work, Wei bond, Function<String, Entry> refused) {
    due.add(
        new Duty(
            "request " + request,
            new Order(calls.claim(request, work, bond), Wei.ZERO, Order.Kind.ORDINARY),
            receipt -> new Entry.Claimed(request, bond, receipt),
            refused,
            new Entry.Skipped("request " + request, "another claim came first")));
  }

  /// Notes the delivery of a final result.
  ///
  /// @param refused what to tell if the requester's contract does not want to hear it
  public void deliverFinal(RequestId request, byte[] output, Function<String, Entry> refused) {
    deliver(request, true, calls.deliverFinal(request, output), refused);
  }

  /// Notes the delivery of a result that may still be refuted.
  ///
  /// @param refused what to tell if the requester's contract does not want to hear it
  public void deliverProvisional(
      RequestId request, ClaimId claim, byte[] output, Function<String, Entry> refused) {
    deliver(request, false, calls.deliverProvisional(claim, output), refused);
  }

  private void deliver(
      RequestId request, boolean isFinal, Call call, Function<String, Entry> refused) {
    due.add(
        new Duty(
            "request " + request,
            new Order(call, Wei.ZERO, Order.Kind.FAVOUR),
            receipt -> new Entry.Delivered(request, isFinal, receipt),
            refused,
            new Entry.Skipped("request " + request, "its result was delivered already")));
  }

  private void settling(
      String what, Action action, Call call, Wei stake, Function<Receipt, Entry> done) {
    note(what, action, new Order(call, stake, Order.Kind.SETTLES), done);
  }

  private void note(String what, Action action, Order order, Function<Receipt, Entry> done) {
    due.add(
        new Duty(
            what, order, done, why -> new Entry.Refused(action, why), new Entry.Overtaken(action)));
  }

  /// {@return whether something was noted and not sent yet}
  public boolean hasDuties() {
    return !due.isEmpty();
  }

  /// Sends all that was noted, and tells what became of each.
  public void send() {
    if (due.isEmpty()) {
      return;
    }
    List<Duty> duties = List.copyOf(due);
    due.clear();
    List<Outcome> outcomes = hub.sender().sendAll(duties.stream().map(Duty::order).toList());
    for (int i = 0; i < duties.size(); i++) {
      journal.tell(entry(duties.get(i), outcomes.get(i)));
    }
  }

  private Entry entry(Duty duty, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Mined(Receipt receipt) -> {
        newestBlock = Math.max(newestBlock, receipt.blockNumber());
        yield duty.done().apply(receipt);
      }
      case Outcome.Failed(ChainException.Reverted refusal) -> {
        refusal
            .receipt()
            .ifPresent(receipt -> newestBlock = Math.max(newestBlock, receipt.blockNumber()));
        yield Hub.isOvertaken(refusal)
            ? duty.overtaken()
            : duty.refused().apply(refusal.revert().toString());
      }
      case Outcome.Failed(ChainException.Outdated _) -> {
        // Decided before something of this account arrived that nobody knew of.
        clear = false;
        yield duty.overtaken();
      }
      case Outcome.Failed(ChainException.OutOfGas why)
          when duty.order().kind() == Order.Kind.FAVOUR -> {
        newestBlock = Math.max(newestBlock, why.receipt().blockNumber());
        yield duty.refused().apply(String.valueOf(why.getMessage()));
      }
      case Outcome.Failed(ChainException why) -> {
        clear &= isKnownNotToBe(why);
        yield new Entry.Trouble(duty.what(), String.valueOf(why.getMessage()));
      }
    };
  }

  /// {@return whether a transaction that failed so is certain never to arrive}
  private static boolean isKnownNotToBe(ChainException why) {
    return why instanceof ChainException.TooExpensive
        || why instanceof ChainException.InsufficientFunds
        || why instanceof ChainException.OutOfGas
        || why instanceof ChainException.Replaced;
  }

  /// {@return whether all that was ever sent is known to have arrived, or never to arrive}
  public boolean isClear() {
    return clear;
  }

  /// Takes it that nothing is on its way any more.
  public void cleared() {
    clear = true;
  }

  /// {@return the newest block that has a transaction of this responder; what a node shows of older blocks is out of
  /// date}
  public long newestBlock() {
    return newestBlock;
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
}
