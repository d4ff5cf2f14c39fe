package opml.ethereum.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import org.jspecify.annotations.Nullable;

/// Everything that an account has on its way, which nobody waits for: orders are handed over, and each [#look] sends
/// what may go now, keeps going what is gone, and tells what has ended.
///
/// So many transactions of the account at most are on their way together, the most urgent first; the others wait here,
/// without a nonce, and may be withdrawn. What was signed stays on its way until a block has its nonce, however long
/// that takes, and it is written down by a [FlightLog] before it leaves: a traffic that is made after this one goes on
/// with it, offers it again, and raises its fee where that does not cover the base fee any more. So of each key one
/// transaction at most is mined, whenever a process ends.
///
/// Fees, resending and cancelling are those of a [Sender]; so are transactions of the account that nobody knows here:
/// while one blocks the next nonce nothing departs, until it is overdue; then the most urgent orders take the nonces
/// that it and its like block, and the rest is cancelled. Until all of them are in blocks or cancelled, only what is at
/// stake departs: they may be what others are about to do again.
///
/// What a reorganisation throws out is on its way again.
///
/// All methods may be called by any thread; one that asks the chain keeps the others waiting meanwhile.
public final class Traffic<K> {
  /// So many transactions of one account nodes keep for sure, by default.
  public static final int USUAL_MOST = 16;

  /// Nobody waits here, so nothing is given up.
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  /// For so long a transaction that was mined is looked for after it.
  private static final Duration MAY_BE_THROWN_OUT = Duration.ofMinutes(15);

  /// At first at every look; while nothing else is on its way, so often afterwards.
  private static final Duration BETWEEN_LANDED = Duration.ofSeconds(15);

  /// So many that were mined last are remembered by the next process.
  private static final int MINED_REMEMBERED = 256;

  private final Account account;
  private final FlightLog<K> log;
  private final int most;
  private final Strangers strangers;
  private final Watch watch;
  private final Map<K, Trip> trips = new LinkedHashMap<>();
  private final Map<Pending, Trip> underWay = new HashMap<>();
  private final List<Landed<K>> landed = new ArrayList<>();
  private long serial;
  private long newestBlock;
  private long landedLookedAt;
  private boolean begun;
  private boolean clear;

  /// an order until it has ended.
  private final class Trip implements Logbook {
    private final KeyedOrder<K> keyed;
    private Optional<Consumer<Outcome>> ear;
    private final long number = serial++;
    private Optional<Flight> flight = Optional.empty();

    /// What it gets at least, since it ran out of less.
    private long leastGas;

    /// Whether there are signed bytes of it in the log, and nothing yet of what became of them.
    private boolean isLogged;

    Trip(KeyedOrder<K> keyed, Optional<Consumer<Outcome>> ear) {
      this.keyed = keyed;
      this.ear = ear;
    }

    private boolean isOwn(Pending.Version version) {
      return version.transaction().call().equals(keyed.order().call());
    }

    @Override
    public void signed(Pending.Version version) {
      if (isOwn(version)) {
        log.signed(keyed, version);
        isLogged = true;
      }
    }

    @Override
    public void sent(Pending.Version version) {
      if (isOwn(version)) {
        try {
          log.sent(keyed.key(), version);
        } catch (ChainException e) {
          // It has left and is watched; whoever finds it only signed offers it again.
          isLogged = true;
        }
      }
    }

    @Override
    public void mined(Pending.Version version, Receipt receipt) {
      newestBlock = Math.max(newestBlock, receipt.blockNumber());
      if (isOwn(version)) {
        log.mined(keyed.key(), receipt);
        isLogged = false;
      }
    }

    @Override
    public void cancelled(String why) {
      log.dropped(keyed.key(), why);
      isLogged = false;
    }
  }

  /// Something that was mined, and may be thrown out.
  private record Landed<K>(KeyedOrder<K> keyed, Flight flight, long at) {}

  /// {@return one of which nothing is known when its process has ended}
  public static <K> Traffic<K> forgetting(Sender sender) {
    return new Traffic<>(sender, FlightLog.forgetting(), USUAL_MOST);
  }

  /// Goes on with what the log has.
  ///
  /// @param most transactions on their way together, at least 1
  public Traffic(Sender sender, FlightLog<K> log, int most) {
    Account of = sender.account();
    this.account =
        new Account(
            of.chain(), of.signer(), of.policy().withTimeout(FOR_EVER), of.nonces(), of.around());
    this.log = log;
    this.most = most;
    this.strangers = new Strangers(account);
    this.watch = new Watch(account, sender.listener());
    if (most < 1) {
      throw new IllegalArgumentException("no room for " + most + " transactions");
    }
    log.unmined().forEach(this::goOn);
  }

  private void goOn(FlightLog.Signed<K> left) {
    Trip trip = new Trip(left.keyed(), Optional.empty());
    trip.isLogged = true;
    trips.put(left.keyed().key(), trip);
    watch(trip, new Flight(pending(left), trip, true, account.policy(), account.now()));
  }

  private Pending pending(FlightLog.Signed<K> left) {
    Pending.Version first = left.versions().getFirst();
    Wei ceiling = account.ceiling(left.keyed().order(), first.transaction().gasLimit());
    Pending pending = new Pending(account.address(), first, ceiling);
    left.versions().stream().skip(1).forEach(pending::add);
    return pending;
  }

  private void watch(Trip trip, Flight flight) {
    trip.flight = Optional.of(flight);
    underWay.put(flight.pending, trip);
    watch.add(flight);
  }

  // ------------------------------------------------------------------ orders

  /// Hands over an order, which waits for the next look.
  ///
  /// @param ear hears what became of it, once, on the thread that looks
  /// @return false if its key is on its way already, which stays as it is
  public synchronized boolean handOver(KeyedOrder<K> keyed, Consumer<Outcome> ear) {
    return trips.putIfAbsent(keyed.key(), new Trip(keyed, Optional.of(ear))) == null;
  }

  /// {@return whether something of this key waits or is on its way}
  public synchronized boolean has(K key) {
    return trips.containsKey(key);
  }

  /// Says that what waits or is on its way is still wanted.
  ///
  /// @param ear hears what became of it, if nobody else does: if it was thrown out, or a process before this one sent
  ///     it
  public synchronized void want(K key, Consumer<Outcome> ear) {
    @Nullable Trip trip = trips.get(key);
    if (trip != null) {
      trip.flight.ifPresent(flight -> flight.looksUnwanted = 0);
      trip.ear = trip.ear.or(() -> Optional.of(ear));
    }
  }

  /// Withdraws an order that nobody wants any more. One that was signed goes on; if it is withdrawn at several looks in
  /// a row, its fee is not raised any more, but its nonce is used for nothing then.
  ///
  /// @return whether that was its end, of which its ear hears nothing
  public synchronized boolean withdraw(K key) {
    @Nullable Trip trip = trips.get(key);
    if (trip == null || trip.flight.isPresent()) {
      if (trip != null) {
        trip.flight.ifPresent(flight -> flight.looksUnwanted++);
      }
      return false;
    }
    trips.remove(key);
    return true;
  }

  /// {@return all that waits or is on its way}
  public synchronized List<KeyedOrder<K>> orders() {
    return trips.values().stream().map(trip -> trip.keyed).toList();
  }

  /// {@return whether there is something to look after}
  public synchronized boolean isBusy() {
    return !trips.isEmpty() || !watch.isEmpty() || !clear;
  }

  /// {@return whether a look might let something depart, or make room for it}: what is on its way needs a look a block
  /// only
  public synchronized boolean mayDepart() {
    return underWay.size() < trips.size() || !clear;
  }

  /// {@return how many orders may still be handed over before they wait long: a few looks' worth of them}
  public synchronized int room() {
    return Math.max(0, 4 * most - trips.size());
  }

  /// {@return whether nothing of the account that is unknown here waited for a block, and nothing of the kind is being
  /// cancelled, by the last look that asked}
  public synchronized boolean isClear() {
    return clear;
  }

  /// {@return the newest block that is known to have a transaction of the account; what a node shows of older blocks is
  /// out of date}
  public synchronized long newestBlock() {
    return newestBlock;
  }

  // ------------------------------------------------------------------ looks

  /// Looks at the chain once.
  ///
  /// @throws ChainException if the chain does not say what departures need to know; what is on its way is not touched
  public synchronized void look() {
    begin();
    if (!watch.isEmpty() || landedAreDue()) {
      landedLookedAt = account.now();
      boolean wasUnknown = !landed.isEmpty() && !watch.isTold();
      watch.look().forEach(this::note);
      if (!landed.isEmpty() && !watch.isTold()) {
        // What was thrown out is not known, and would depart as if it never had been.
        return;
      }
      if (wasUnknown) {
        outdate("what landed was not known when this was decided: look at the chain again");
      }
      if (takeBack()) {
        watch.look().forEach(this::note);
      }
    }
    if (!clear || underWay.size() < most && underWay.size() < trips.size()) {
      depart();
    }
  }

  /// {@return whether to look for what landed}: before anything departs in any case, since the same may be decided
  /// again just because it was thrown out
  private boolean landedAreDue() {
    if (underWay.size() < trips.size()) {
      return !landed.isEmpty();
    }
    long now = account.now();
    return now - landedLookedAt >= BETWEEN_LANDED.toNanos() && !landed.isEmpty()
        || landed.stream().anyMatch(one -> now - one.at() < BETWEEN_LANDED.toNanos());
  }

  /// What a process before this one saw mined may have been thrown out since, or be thrown out yet.
  private void begin() {
    if (!begun) {
      long mined = account.chain().minedNonce(account.address());
      for (FlightLog.Signed<K> one : log.minedFrom(Math.max(0, mined - MINED_REMEMBERED))) {
        Pending pending = pending(one);
        Flight flight = new Flight(pending, Logbook.NONE, true, account.policy(), account.now());
        landed.add(new Landed<>(one.keyed(), flight, account.now()));
      }
      begun = true;
    }
  }

  /// Puts back on its way what a reorganisation threw out.
  ///
  /// @return whether there was any
  private boolean takeBack() {
    landed.removeIf(one -> account.now() - one.at() > MAY_BE_THROWN_OUT.toNanos());
    long mined = watch.mined();
    List<Landed<K>> out =
        landed.stream().filter(one -> mined >= 0 && one.flight().nonce() >= mined).toList();
    landed.removeAll(out);
    out.forEach(this::takeBack);
    return !out.isEmpty();
  }

  private void takeBack(Landed<K> one) {
    @Nullable Trip again = trips.get(one.keyed().key());
    boolean isInAnyway =
        landed.stream().anyMatch(other -> other.keyed().key().equals(one.keyed().key()));
    if (isInAnyway || again != null && again.flight.isPresent()) {
      // Signed anew before this was seen; what becomes of the old one, the chain says.
      account.nonces().abandon(one.flight().nonce());
      return;
    }
    Trip trip = new Trip(one.keyed(), again == null ? Optional.empty() : again.ear);
    try {
      one.flight().pending.versions().forEach(trip::signed);
    } catch (ChainException e) {
      // It has left long ago, and is watched all the same.
      trip.isLogged = true;
    }
    Flight flight = new Flight(one.flight().pending, trip, true, account.policy(), account.now());
    flight.blocks.addAll(one.flight().blocks);
    trips.put(one.keyed().key(), trip);
    watch(trip, flight);
  }

  private void note(Pending pending, Outcome outcome) {
    @Nullable Trip trip = underWay.remove(pending);
    if (trip == null) {
      return; // a cancellation of somebody else's
    }
    Flight flight = trip.flight.orElseThrow();
    trip.flight = Optional.empty();
    boolean isIn =
        outcome instanceof Outcome.Mined
            || outcome instanceof Outcome.Failed(ChainException.Reverted _)
            || outcome instanceof Outcome.Failed(ChainException.OutOfGas _);
    if (isIn) {
      landed.add(new Landed<>(trip.keyed, flight, account.now()));
    }
    if (outcome instanceof Outcome.Failed(ChainException.OutOfGas _) && mayRepeat(trip, pending)) {
      trip.leastGas = 2 * pending.latest().transaction().gasLimit();
    } else {
      end(trip, outcome);
    }
  }

  private boolean mayRepeat(Trip trip, Pending pending) {
    return trip.leastGas == 0
        && trip.keyed.order().kind() != Order.Kind.FAVOUR
        && pending.latest().transaction().gasLimit() < account.policy().maxGas();
  }

  private void end(Trip trip, Outcome outcome) {
    trips.remove(trip.keyed.key());
    if (trip.isLogged && outcome instanceof Outcome.Failed(ChainException why)) {
      drop(trip, why);
    }
    trip.ear.ifPresent(ear -> ear.accept(outcome));
  }

  private void drop(Trip trip, ChainException why) {
    try {
      log.dropped(trip.keyed.key(), String.valueOf(why.getMessage()));
    } catch (ChainException e) {
      // Whoever goes on with it finds the same by itself: its nonce is used, or its bytes are
      // refused again.
      trip.isLogged = true;
    }
  }

  // ------------------------------------------------------------------ departures

  private void depart() {
    NonceBook nonces = account.nonces();
    nonces.lock.lock();
    try {
      Strangers.Look look = strangers.look();
      clear = look.waiting().isEmpty() && watch.size() == underWay.size();
      if (nonces.strangersArrived(look.mined())) {
        outdate(
            "transactions of %s from before arrived just now: look at the chain again"
                .formatted(account.address()));
      } else if (!look.isBlocked() || isOverdue(look)) {
        depart(look);
      }
    } finally {
      nonces.lock.unlock();
    }
  }

  private boolean isOverdue(Strangers.Look look) {
    return account
        .nonces()
        .isOverdue(account.policy().patience(), look.latest().number(), account.now());
  }

  /// What was decided before something was known may be done already.
  private void outdate(String why) {
    for (Trip trip : List.copyOf(trips.values())) {
      if (trip.flight.isEmpty()) {
        end(trip, new Outcome.Failed(new ChainException.Outdated(why)));
      }
    }
  }

  private void depart(Strangers.Look look) {
    List<Trip> next =
        trips.values().stream()
            .filter(trip -> trip.flight.isEmpty() && (clear || trip.keyed.isAtStake()))
            .sorted(
                Comparator.comparing((Trip trip) -> !trip.keyed.isAtStake())
                    .thenComparingLong(trip -> trip.keyed.deadline())
                    .thenComparingLong(trip -> trip.number))
            .limit(Math.max(0, most - underWay.size()))
            .toList();
    if (next.isEmpty() && !look.isBlocked()) {
      return;
    }
    List<Estimate> estimates =
        Estimate.of(account, next.stream().map(trip -> trip.keyed.order()).toList());
    Departure departure = new Departure(account, look);
    for (int i = 0; i < next.size(); i++) {
      if (!depart(departure, next.get(i), estimates.get(i))) {
        return;
      }
    }
    departure.cancelRest().forEach(watch::add);
  }

  /// {@return whether there is room for more}
  private boolean depart(Departure departure, Trip trip, Estimate estimate) {
    if (estimate.trouble().isPresent()) {
      end(trip, new Outcome.Failed(estimate.trouble().get()));
      return true;
    }
    try {
      long gas = Math.min(account.policy().maxGas(), Math.max(estimate.gas(), trip.leastGas));
      return switch (departure.handOver(trip.keyed.order(), gas, trip)) {
        case Departure.Result.Sent(Flight flight) -> {
          watch(trip, flight);
          yield true;
        }
        // Its bytes are written down, and may not be signed for another nonce; they are offered
        // again.
        case Departure.Result.Full(_, Flight flight) -> {
          watch(trip, flight);
          yield false;
        }
      };
    } catch (ChainException e) {
      end(trip, new Outcome.Failed(e));
      return true;
    }
  }
}
