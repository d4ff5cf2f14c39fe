package opml.ethereum.send;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;
import org.jspecify.annotations.Nullable;

/// Gets a list of orders into the chain: estimates all, hands all over with consecutive nonces, most urgent first, and
/// watches all. If the node takes only some, the next wave follows when something has landed.
final class Campaign {
  /// An order with its place in the list and its gas.
  ///
  /// @param repeated whether it ran out of gas before
  private record Ready(int index, Order order, long gas, boolean repeated) {}

  private final Account account;
  private final List<Order> orders;
  private final boolean outdates;
  private final Strangers strangers;
  private final Watch watch;
  private final Pauses pauses;
  private final NavigableMap<Integer, Outcome> outcomes = new TreeMap<>();
  private final Deque<Ready> queue = new ArrayDeque<>();
  private final Map<Pending, Ready> underWay = new HashMap<>();
  private boolean full;
  private Optional<Long> troubledSince = Optional.empty();

  /// @param outdates whether the orders are void once transactions arrived that this process did not send
  Campaign(Account account, TransactionListener listener, List<Order> orders, boolean outdates) {
    this.account = account;
    this.orders = List.copyOf(orders);
    this.outdates = outdates;
    this.strangers = new Strangers(account);
    this.watch = new Watch(account, listener);
    this.pauses = account.pauses();
  }

  /// {@return what became of each order, in their order}
  List<Outcome> run() {
    try (watch) {
      estimate();
      while (!queue.isEmpty() || !watch.isEmpty()) {
        if (!queue.isEmpty() && (!full || watch.isEmpty())) {
          attempt();
        }
        if (!look()) {
          pauses.pause();
        }
      }
    }
    return List.copyOf(outcomes.values());
  }

  private void estimate() {
    List<Estimate> estimates = Estimate.of(account, orders);
    for (int i = 0; i < orders.size(); i++) {
      Estimate estimate = estimates.get(i);
      if (estimate.trouble().isPresent()) {
        outcomes.put(i, new Outcome.Failed(estimate.trouble().get()));
      } else {
        queue.add(new Ready(i, orders.get(i), estimate.gas(), false));
      }
    }
  }

  private void attempt() {
    try {
      depart();
    } catch (ChainException e) {
      troubled(e);
    }
  }

  /// While something is under way there will be another attempt, and then for as long as the policy is patient.
  private void troubled(ChainException why) {
    long now = account.now();
    long since = troubledSince.orElse(now);
    troubledSince = Optional.of(since);
    if (watch.isEmpty() && now - since >= account.policy().patience().toNanos()) {
      failAll(why);
    }
  }

  private void failAll(ChainException why) {
    queue.forEach(ready -> outcomes.put(ready.index(), new Outcome.Failed(why)));
    queue.clear();
  }

  private void depart() {
    NonceBook nonces = account.nonces();
    nonces.lock.lock();
    try {
      Strangers.Look look = strangers.giveWay();
      if (outdates && nonces.strangersArrived(look.mined())) {
        failAll(
            new ChainException.Outdated(
                "transactions of %s from before arrived just now: look at the chain again"
                    .formatted(account.address())));
        return;
      }
      Departure departure = new Departure(account, look);
      while (!queue.isEmpty()) {
        Optional<ChainException> isFull = handOver(departure, queue.getFirst());
        if (isFull.isPresent()) {
          full = true;
          troubled(isFull.get());
          return;
        }
        queue.removeFirst();
      }
      departure.cancelRest().forEach(watch::add);
    } finally {
      nonces.lock.unlock();
    }
  }

  /// {@return why there is no room for it, if so}
  private Optional<ChainException> handOver(Departure departure, Ready ready) {
    try {
      return switch (departure.handOver(ready.order(), ready.gas(), Logbook.NONE)) {
        case Departure.Result.Sent(Flight flight) -> {
          troubledSince = Optional.empty();
          underWay.put(flight.pending, ready);
          watch.add(flight);
          yield Optional.empty();
        }
        case Departure.Result.Full(ChainException why, _) -> Optional.of(why);
      };
    } catch (ChainException e) {
      outcomes.put(ready.index(), new Outcome.Failed(e));
      return Optional.empty();
    }
  }

  /// {@return whether nothing has to be waited for}
  private boolean look() {
    if (watch.isEmpty()) {
      return queue.isEmpty();
    }
    Map<Pending, Outcome> landed = watch.look();
    landed.forEach(this::note);
    if (!landed.isEmpty()) {
      full = false;
      pauses.restart();
    }
    return !landed.isEmpty();
  }

  private void note(Pending pending, Outcome outcome) {
    @Nullable Ready ready = underWay.remove(pending);
    if (ready == null) {
      return; // a cancellation
    }
    outcomes.put(ready.index(), outcome);
    if (outcome instanceof Outcome.Failed(ChainException.OutOfGas _)
        && !ready.repeated()
        && ready.order().kind() != Order.Kind.FAVOUR) {
      again(ready);
    }
  }

  /// Repeats what ran out of gas at once, with double the gas, if that is allowed and it would not revert now.
  private void again(Ready ready) {
    try {
      long doubled = Math.min(account.policy().maxGas(), 2 * ready.gas());
      long gas = Math.max(account.gasLimit(ready.order()), doubled);
      if (gas > ready.gas()) {
        queue.addFirst(new Ready(ready.index(), ready.order(), gas, true));
      }
    } catch (ChainException e) {
      outcomes.put(ready.index(), new Outcome.Failed(e));
    }
  }
}
