package opml.hub;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.KeyedOrder;
import opml.ethereum.send.Order;
import opml.ethereum.send.Outcome;
import opml.ethereum.send.Traffic;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.work.Work;
import opml.hub.Journal.Entry;
import org.jspecify.annotations.Nullable;

/// Performs what was decided: adds the proofs that the contract asks for, hands all that is due to the account's
/// [Traffic], and tells what became of it when that is known. What goes wrong with one thing is told, and keeps none of
/// the others.
///
/// What is on its way need not be decided again: whoever would, asks [#keeps] before, which is cheap. What waits for
/// its turn and is not wanted by a look any more is withdrawn by [#withdrawOthers].
///
/// Not for several threads at once; those of several roles share a traffic.
public final class Responder {
  /// Of what is of use at any time.
  private static final long NO_DEADLINE = Long.MAX_VALUE;

  private static final Duration BETWEEN_LOOKS_MOST = Duration.ofMillis(250);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(4);

  /// What a traffic told, perhaps on another role's thread.
  private record Heard(IntentKey key, Outcome outcome) {}

  private final Hub hub;
  private final Traffic<IntentKey> traffic;
  private final HubCalls calls;
  private final Journal journal;
  private final boolean dry;
  private final Set<Object> told = new HashSet<>();
  private final Map<IntentKey, Duty> duties = new LinkedHashMap<>();
  private final Set<IntentKey> wanted = new HashSet<>();
  private final Queue<Heard> outcomes = new ConcurrentLinkedQueue<>();
  private final Map<IntentKey, Receipt> done = new HashMap<>();
  private Optional<BlockRef> decidedAt = Optional.empty();
  private boolean fresh;

  /// One for somebody who waits for what he sends.
  public Responder(Hub hub, Journal journal) {
    this(hub, Traffic.forgetting(hub.sender()), journal, false);
  }

  /// @param traffic of the hub's account
  /// @param dry whether to tell only what would be done, and do nothing
  public Responder(Hub hub, Traffic<IntentKey> traffic, Journal journal, boolean dry) {
    this.hub = hub;
    this.traffic = traffic;
    this.calls = hub.calls();
    this.journal = journal;
    this.dry = dry;
  }

  // ------------------------------------------------------------------ what is on its way

  /// {@return whether this waits for its turn or is on its way}
  public boolean has(IntentKey key) {
    return traffic.has(key);
  }

  /// {@return the same; if so, it is still wanted}
  public boolean keeps(IntentKey key) {
    boolean has = traffic.has(key);
    if (has) {
      wanted.add(key);
      traffic.want(key, outcome -> outcomes.add(new Heard(key, outcome)));
    }
    return has;
  }

  /// {@return whether this is in a block, as far as the node knows: one that answers late may know the block and leave
  /// out its events}
  ///
  /// @param most blocks that are waited for the node to show it
  public boolean hasDone(IntentKey key, long now, long most) {
    @Nullable Receipt receipt = done.get(key);
    if (receipt == null) {
      return false;
    }
    if (now >= receipt.blockNumber() + most) {
      done.remove(key);
      return false;
    }
    // Another block in its place: it was thrown out.
    return hub.sender()
        .chain()
        .block(receipt.blockNumber())
        .filter(block -> !block.hash().equals(receipt.blockHash()))
        .isEmpty();
  }

  /// {@return all of the account that waits or is on its way}
  public List<KeyedOrder<IntentKey>> orders() {
    return traffic.orders();
  }

  /// {@return whether more may be begun: what is on its way or waits for its turn is enough for some blocks otherwise}
  public boolean hasRoom() {
    return dry || traffic.room() > 0;
  }

  // ------------------------------------------------------------------ what is due

  /// Notes an action in or about a game, with the work that it is argued from.
  ///
  /// @param path the refined step of each level above the game's last
  /// @param stake what is lost without it: more than that is never paid for its gas
  /// @param deadline the last second at which it is of use
  public void note(Action.Move action, Work work, List<Long> path, Wei stake, long deadline) {
    if (!dry && keeps(IntentKey.move(action.answered()))) {
      return;
    }
    note(action, order(action, work, path, stake), deadline);
  }

  /// Notes an action in a game that was put together before.
  ///
  /// @param deadline the last second at which it is of use
  public void note(Action.Move action, Order order, long deadline) {
    IntentKey key = IntentKey.move(action.answered());
    if (dry) {
      tell(action, why(action));
    } else if (!keeps(key)) {
      note(
          "game " + action.game(),
          action,
          new KeyedOrder<>(key, order, true, deadline),
          receipt -> new Entry.Moved(action, receipt));
    }
  }

  /// {@return an action in a game with what the contract asks for; any thread may ask}
  ///
  /// @param work that it is argued from
  /// @param path the refined step of each level above the game's last
  /// @param stake what is lost without it: more than that is never paid for its gas
  public Order order(Action.Move action, Work work, List<Long> path, Wei stake) {
    return switch (action) {
      case Action.Dissect dissect -> new Order(calls.dissect(dissect), stake, Order.Kind.ORDINARY);
      case Action.Refine refine ->
          new Order(
              calls.refine(refine, work.refinement(refine.disputed().first(), refine.states())),
              stake,
              refine.saysItIsOver() ? Order.Kind.SETTLES : Order.Kind.ORDINARY);
      case Action.Execute execute ->
          new Order(
              calls.execute(execute, work.execution(path, execute.disputed().first())),
              stake,
              Order.Kind.SETTLES);
    };
  }

  /// Notes a challenge.
  ///
  /// @param bond at least what is due; the hub gives the rest back
  /// @param deadline the last second at which it is of use
  public void note(Action.Challenge challenge, Work work, Wei bond, long deadline) {
    IntentKey key = IntentKey.challenge(challenge.claim());
    if (dry) {
      tell(challenge, "our run ends in state " + work.result().finalState());
    } else if (!keeps(key)) {
      note(
          "claim " + challenge.claim(),
          challenge,
          new KeyedOrder<>(
              key,
              new Order(calls.challenge(challenge, work, bond), bond, Order.Kind.ORDINARY),
              false,
              deadline),
          receipt -> new Entry.Challenged(challenge.claim(), receipt));
    }
  }

  /// Notes an action that needs no work.
  ///
  /// @param stake what waits for it; more than that is never paid for its gas. If that is nothing, what is at stake
  ///     goes before it, and its gas is paid as for anything else
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
              IntentKey.timeOut(timeout.game()),
              calls.timeout(timeout.game()),
              stake,
              receipt -> new Entry.TimedOut(timeout.game(), receipt));
      case Action.Reclaim reclaim ->
          settling(
              "game " + reclaim.game(),
              action,
              IntentKey.reclaim(reclaim.game()),
              calls.reclaim(reclaim.game()),
              stake,
              receipt -> new Entry.Reclaimed(reclaim.game(), receipt));
      case Action.Resolve resolve ->
          settling(
              "claim " + resolve.claim(),
              action,
              IntentKey.resolve(resolve.claim()),
              calls.resolve(resolve.claim()),
              stake,
              receipt -> new Entry.Resolved(resolve.claim(), receipt));
      case Action.Expire expire ->
          settling(
              "request " + expire.request(),
              action,
              IntentKey.expire(expire.request()),
              calls.expire(expire.request()),
              stake,
              receipt -> new Entry.Expired(expire.request(), receipt));
      case Action.Withdraw _ ->
          settling(
              "the credit",
              action,
              IntentKey.withdraw(hub.account()),
              calls.withdraw(hub.account()),
              stake,
              receipt -> new Entry.Withdrew(stake, receipt));
      case Action.Challenge _, Action.Dissect _, Action.Refine _, Action.Execute _ ->
          throw new IllegalArgumentException("needs the work that it is argued from: " + action);
    }
  }

  private void settling(
      String what,
      Action action,
      IntentKey key,
      Call call,
      Wei stake,
      Function<Receipt, Entry> entry) {
    if (!keeps(key)) {
      note(
          what,
          action,
          new KeyedOrder<>(
              key, new Order(call, stake, Order.Kind.SETTLES), !stake.isZero(), NO_DEADLINE),
          entry);
    }
  }

  private void note(
      String what, Action action, KeyedOrder<IntentKey> keyed, Function<Receipt, Entry> entry) {
    handOver(
        new Duty(
            what,
            keyed,
            entry,
            why -> new Entry.Refused(action, why),
            new Entry.Overtaken(action)));
  }

  /// Notes a claim.
  ///
  /// @param bond at least what is due
  /// @param deadline the last second at which it is of use
  /// @param refused what to tell if the hub refuses it
  public void claim(
      RequestId request, Work work, Wei bond, long deadline, Function<String, Entry> refused) {
    IntentKey key = IntentKey.claim(request);
    if (dry) {
      tellOnce(key, new Entry.WouldClaim(request, bond, work.result().finalState()));
    } else if (!keeps(key)) {
      handOver(
          new Duty(
              "request " + request,
              new KeyedOrder<>(
                  key,
                  new Order(calls.claim(request, work, bond), Wei.ZERO, Order.Kind.ORDINARY),
                  false,
                  deadline),
              receipt -> new Entry.Claimed(request, bond, receipt),
              refused,
              new Entry.Skipped("request " + request, "another claim came first")));
    }
  }

  /// Notes the delivery of a final result.
  ///
  /// @param refused what to tell if the requester's contract does not want to hear it
  public void deliverFinal(
      RequestId request, ClaimedOutput output, Function<String, Entry> refused) {
    deliver(
        IntentKey.deliverFinal(request),
        request,
        true,
        calls.deliverFinal(request, output),
        refused);
  }

  /// Notes the delivery of a result that may still be refuted.
  ///
  /// @param refused what to tell if the requester's contract does not want to hear it
  public void deliverProvisional(
      RequestId request, ClaimId claim, ClaimedOutput output, Function<String, Entry> refused) {
    deliver(
        IntentKey.deliverProvisional(claim),
        request,
        false,
        calls.deliverProvisional(claim, output),
        refused);
  }

  private void deliver(
      IntentKey key,
      RequestId request,
      boolean isFinal,
      Call call,
      Function<String, Entry> refused) {
    if (dry) {
      tellOnce(key, new Entry.WouldDeliver(request, isFinal));
    } else if (!keeps(key)) {
      handOver(
          new Duty(
              "request " + request,
              new KeyedOrder<>(
                  key, new Order(call, Wei.ZERO, Order.Kind.FAVOUR), false, NO_DEADLINE),
              receipt -> new Entry.Delivered(request, isFinal, receipt),
              refused,
              new Entry.Skipped("request " + request, "its result was delivered already")));
    }
  }

  private void handOver(Duty duty) {
    IntentKey key = duty.keyed().key();
    if (traffic.handOver(
        duty.keyed(), decidedAt, outcome -> outcomes.add(new Heard(key, outcome)))) {
      duties.put(key, duty);
      wanted.add(key);
      fresh = true;
    }
  }

  // ------------------------------------------------------------------ what becomes of it

  /// Begins a look, by which nothing is wanted yet.
  ///
  /// @param at the block in whose state is decided what is noted from now on
  public void begin(BlockRef at) {
    wanted.clear();
    decidedAt = Optional.of(at);
    hear();
  }

  /// Withdraws what waits for its turn and was not wanted since [#begin].
  public void withdrawOthers() {
    for (Duty duty : List.copyOf(duties.values())) {
      IntentKey key = duty.keyed().key();
      if (!wanted.contains(key) && traffic.withdraw(key)) {
        duties.remove(key);
        journal.tell(duty.overtaken());
      }
    }
  }

  /// {@return whether nothing of the account that nobody knows waited for a block when the traffic looked last}
  public boolean isClear() {
    return dry || traffic.isClear();
  }

  /// {@return whether there is something to look after}
  public boolean isBusy() {
    return !dry && traffic.isBusy();
  }

  /// {@return whether something waits for its turn, or for what nobody knows to arrive}
  public boolean hasWaiting() {
    return !dry && traffic.mayDepart();
  }

  /// {@return the newest block that is known to have a transaction of the account; what a node shows of older blocks is
  /// out of date}
  public long newestBlock() {
    return traffic.newestBlock();
  }

  /// {@return whether something was noted since the traffic looked last}
  public boolean hasNew() {
    return fresh;
  }

  /// Has the traffic look, and tells what has ended.
  ///
  /// @throws ChainException if the chain does not say what the traffic needs to know
  public void send() {
    send(Optional.empty());
  }

  /// The same, of one who has just looked at the chain himself.
  ///
  /// @param head the newest block; nothing for one that the traffic asks for
  public void send(Optional<BlockRef> head) {
    if (dry) {
      return;
    }
    fresh = false;
    try {
      head.ifPresentOrElse(traffic::look, traffic::look);
    } finally {
      hear();
    }
  }

  /// Waits until all that was noted or kept has ended, or for so long as the sender's policy says.
  public void await() {
    await(
        () -> duties.isEmpty() && wanted.stream().noneMatch(traffic::has),
        hub.sender().policy().timeout());
  }

  /// Waits until nothing of the account that nobody knows waits for a block.
  public void awaitClear(Duration most) {
    await(traffic::isClear, most);
  }

  private void await(BooleanSupplier isEnough, Duration most) {
    long end = hub.sender().time().nanoTime() + most.toNanos();
    Duration pause = FIRST_PAUSE;
    while (!dry && !isEnough.getAsBoolean()) {
      send();
      if (isEnough.getAsBoolean() || hub.sender().time().nanoTime() - end >= 0) {
        return;
      }
      try {
        hub.sender().time().sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ChainException.Unreachable("interrupted while waiting for a transaction", e);
      }
      pause = pause.compareTo(BETWEEN_LOOKS_MOST) < 0 ? pause.multipliedBy(2) : BETWEEN_LOOKS_MOST;
    }
  }

  /// Tells what has ended, whoever had the traffic look.
  private void hear() {
    if (!dry) {
      traffic
          .arrivals()
          .forEach(one -> journal.tell(new Entry.Arrived(one.keyed().key(), one.receipt())));
    }
    for (Optional<Heard> next = next(); next.isPresent(); next = next()) {
      IntentKey key = next.get().key();
      Outcome outcome = next.get().outcome();
      if (outcome instanceof Outcome.Mined(Receipt receipt) && isKeptInMind(key)) {
        done.put(key, receipt);
      }
      @Nullable Duty duty = duties.remove(key);
      if (duty != null) {
        journal.tell(entry(duty, outcome));
      }
    }
  }

  private Optional<Heard> next() {
    return Optional.ofNullable(outcomes.poll());
  }

  /// {@return whether it would stake a second bond if it was done again}
  private static boolean isKeptInMind(IntentKey key) {
    return key.kind() == IntentKind.CLAIM || key.kind() == IntentKind.CHALLENGE;
  }

  private static Entry entry(Duty duty, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Mined(Receipt receipt) -> duty.done().apply(receipt);
      case Outcome.Failed(ChainException.Reverted refusal) ->
          Hub.isOvertaken(refusal)
              ? duty.overtaken()
              : duty.refused().apply(refusal.revert().toString());
      // Decided before something of this account arrived that nobody knew of.
      case Outcome.Failed(ChainException.Outdated _) -> duty.overtaken();
      case Outcome.Failed(ChainException.OutOfGas why)
          when duty.keyed().order().kind() == Order.Kind.FAVOUR ->
          duty.refused().apply(String.valueOf(why.getMessage()));
      case Outcome.Failed(ChainException why) ->
          new Entry.Trouble(duty.what(), String.valueOf(why.getMessage()));
    };
  }

  private void tell(Action action, String why) {
    tellOnce(action, new Entry.Would(action, why));
  }

  private void tellOnce(Object what, Entry entry) {
    if (told.add(what)) {
      journal.tell(entry);
    }
  }

  private static String why(Action.Move move) {
    return switch (move) {
      case Action.Dissect _ -> "our run has another state behind these steps";
      case Action.Refine _ -> "our run has another state behind this node";
      case Action.Execute _ -> "our run has another state behind this instruction";
    };
  }
}
