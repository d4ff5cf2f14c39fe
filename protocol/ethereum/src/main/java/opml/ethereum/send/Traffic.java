package opml.ethereum.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
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
/// What a reorganisation throws out is on its way again. An order whose like was mined lately departs only if that is
/// part of the state that the order was decided on: otherwise whoever decided it does not know of it, or the chain has
/// left the block since and may have come back to it.
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
  private final List<Arrival<K>> arrivals = new ArrayList<>();
  private long serial;
  private long newestBlock;
  private long landedLookedAt;
  private boolean begun;
  private boolean clear;

  /// A block from which all that landed is seen; nothing if that is to be asked for.
  private Optional<BlockRef> seenFrom = Optional.empty();

  /// What all that was signed by this process may have taken at most.
  private Wei committed = Wei.ZERO;

  /// an order until it has ended.
  private final class Trip implements Logbook {
    private final KeyedOrder<K> keyed;

    /// The block in whose state it was decided, if that is known.
    private final Optional<BlockRef> decidedAt;

    private Optional<Consumer<Outcome>> ear;
    private final long number = serial++;
    private Optional<Flight> flight = Optional.empty();

    /// What it gets at least, since it ran out of less.
    private long leastGas;

    /// Whether there are signed bytes of it in the log, and nothing yet of what became of them.
    private boolean isLogged;

    /// Whether a process before this one signed it.
    private boolean isInherited;

    Trip(KeyedOrder<K> keyed, Optional<BlockRef> decidedAt, Optional<Consumer<Outcome>> ear) {
      this.keyed = keyed;
      this.decidedAt = decidedAt;
      this.ear = ear;
    }

    private boolean isOwn(Pending.Version version) {
      return version.transaction().call().equals(keyed.order().call());
    }

    @Override
    public void signed(Pending.Version version) {
      committed = committed.plus(most(version));
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
  ///
  /// @param block that has it; nothing if an earlier process knew
  /// @param isDone false if it was refused in its block
  private record Landed<K>(
      KeyedOrder<K> keyed, Flight flight, Optional<Long> block, long at, boolean isDone) {
    boolean is(K key) {
      return keyed.key().equals(key);
    }
  }

  /// {@return one of which nothing is known when its process has ended}
  public static <K> Traffic<K> forgetting(Sender sender) {
    return new Traffic<>(sender, FlightLog.forgetting(), USUAL_MOST);
  }

  /// Goes on with what the log has.
  ///
  /// @param most transactions on their way together, at least 1
  public Traffic(Sender sender, FlightLog<K> log, int most) {
    Account of = sender.account();
    this.account = of.with(of.policy().withTimeout(FOR_EVER));
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
    Trip trip = new Trip(left.keyed(), Optional.empty(), Optional.empty());
    trip.isLogged = true;
    trip.isInherited = true;
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
    return handOver(keyed, Optional.empty(), ear);
  }

  /// Hands over an order, which waits for the next look.
  ///
  /// @param decidedAt the block in whose state it was decided: what was mined behind it is not decided again
  /// @param ear hears what became of it, once, on the thread that looks
  /// @return false if its key is on its way already, which stays as it is, or was mined behind that block
  public synchronized boolean handOver(
      KeyedOrder<K> keyed, Optional<BlockRef> decidedAt, Consumer<Outcome> ear) {
    return !isMinedBehind(keyed.key(), decidedAt)
        && trips.putIfAbsent(keyed.key(), new Trip(keyed, decidedAt, Optional.of(ear))) == null;
  }

  private boolean isMinedBehind(K key, Optional<BlockRef> at) {
    return at.isPresent()
        && landed.stream()
            .anyMatch(one -> one.is(key) && one.block().orElse(-1L) > at.get().number());
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

  /// {@return the same, and what has been done within the last minutes, which a node may not show yet}
  public synchronized List<KeyedOrder<K>> recent() {
    List<KeyedOrder<K>> recent = new ArrayList<>(orders());
    landed.stream().filter(Landed::isDone).forEach(one -> recent.add(one.keyed()));
    return recent;
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

  /// What a process before this one signed, and is in a block.
  public record Arrival<K>(KeyedOrder<K> keyed, Receipt receipt) {}

  /// {@return what has arrived of what an earlier process signed, each told once}
  public synchronized List<Arrival<K>> arrivals() {
    List<Arrival<K>> all = List.copyOf(arrivals);
    arrivals.clear();
    return all;
  }

  // ------------------------------------------------------------------ money

  private static Wei most(Pending.Version version) {
    return version
        .transaction()
        .call()
        .value()
        .plus(version.transaction().maxFee().times(version.transaction().gasLimit()));
  }

  /// {@return what all that this process has signed may have taken at most: a number that only grows}
  public synchronized Wei committed() {
    return committed;
  }

  /// {@return what may be missing yet from the balance in the state after a block: what is on its way, or was mined
  /// behind it}
  public synchronized Wei outstanding(BlockRef at) {
    Stream<Flight> behind =
        landed.stream()
            .filter(one -> one.block().orElse(Long.MAX_VALUE) > at.number())
            .map(Landed::flight);
    return Stream.concat(trips.values().stream().flatMap(trip -> trip.flight.stream()), behind)
        .map(flight -> most(flight.pending.latest()))
        .reduce(Wei.ZERO, Wei::plus);
  }

  // ------------------------------------------------------------------ looks

  /// Looks at the chain once, after its caller did: all that is new is in this block, and nothing is asked for twice.
  ///
  /// @param head the newest block, for which the caller has just asked; those of several looks come in their order
  /// @throws ChainException if the chain does not say what departures need to know; what is on its way is not touched
  public synchronized void look(BlockRef head) {
    begin();
    landed.removeIf(one -> account.now() - one.at() > MAY_BE_THROWN_OUT.toNanos());
    boolean follows =
        seenFrom.filter(seen -> head.equals(seen) || head.parent().equals(seen.hash())).isPresent();
    boolean mayHaveLeft = !landed.isEmpty() && !follows;
    Map<Pending, Outcome> ended = watch.look(head, mayHaveLeft);
    boolean isTold = !mayHaveLeft || watch.isTold();
    if (isTold) {
      seenFrom = Optional.of(head);
    }
    ended.forEach(this::note);
    if (!isTold) {
      // What was thrown out is not known, and would depart as if it never had been.
      return;
    }
    if (mayHaveLeft && takeBack()) {
      watch.look(head, false).forEach(this::note);
    }
    departIfDue(Optional.of(head));
  }

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
    departIfDue(Optional.empty());
  }

  private void departIfDue(Optional<BlockRef> head) {
    if (!clear || underWay.size() < most && underWay.size() < trips.size()) {
      depart(head);
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
        landed.add(new Landed<>(one.keyed(), flight, Optional.empty(), account.now(), true));
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
    boolean isInAnyway = landed.stream().anyMatch(other -> other.is(one.keyed().key()));
    if (isInAnyway || again != null && again.flight.isPresent()) {
      // Signed anew before this was seen; what becomes of the old one, the chain says.
      account.nonces().abandon(one.flight().nonce());
      return;
    }
    Trip trip =
        new Trip(one.keyed(), Optional.empty(), again == null ? Optional.empty() : again.ear);
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
    receipt(outcome)
        .ifPresent(
            receipt -> {
              landed.add(
                  new Landed<>(
                      trip.keyed,
                      flight,
                      Optional.of(receipt.blockNumber()),
                      account.now(),
                      outcome instanceof Outcome.Mined));
              seenFrom = seenFrom.filter(seen -> isIn(receipt, seen));
            });
    if (outcome instanceof Outcome.Failed(ChainException.OutOfGas _) && mayRepeat(trip, pending)) {
      trip.leastGas = 2 * pending.latest().transaction().gasLimit();
    } else {
      end(trip, outcome);
    }
  }

  private static Optional<Receipt> receipt(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Mined(Receipt receipt) -> Optional.of(receipt);
      case Outcome.Failed(ChainException.Reverted why) -> why.receipt();
      case Outcome.Failed(ChainException.OutOfGas why) -> Optional.of(why.receipt());
      case Outcome.Failed _ -> Optional.empty();
    };
  }

  /// {@return whether a receipt is of this block, or of the one before}
  private static boolean isIn(Receipt receipt, BlockRef block) {
    return receipt.blockHash().equals(block.hash()) || receipt.blockHash().equals(block.parent());
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
    if (trip.isInherited && outcome instanceof Outcome.Mined(Receipt receipt)) {
      arrivals.add(new Arrival<>(trip.keyed, receipt));
    }
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

  private void depart(Optional<BlockRef> head) {
    NonceBook nonces = account.nonces();
    nonces.lock.lock();
    try {
      Strangers.Look look =
          clear && head.isPresent() && watch.mined() >= 0
              ? strangers.look(head.get(), watch.mined())
              : strangers.look();
      watch.sawMined(look.mined());
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
    next = next.stream().filter(this::isStillOpen).toList();
    List<Estimate> estimates =
        Estimate.of(account, next.stream().map(trip -> trip.keyed.order()).toList());
    // Who has nothing to lose by it may offer what was asked for some blocks ago.
    boolean isUrgent = look.isBlocked() || next.stream().anyMatch(trip -> trip.keyed.isAtStake());
    Departure departure =
        new Departure(account, look, isUrgent ? account.tip() : account.recentTip());
    for (int i = 0; i < next.size(); i++) {
      if (!depart(departure, next.get(i), estimates.get(i))) {
        return;
      }
    }
    for (Flight cancellation : departure.cancelRest()) {
      committed = committed.plus(most(cancellation.pending.latest()));
      watch.add(cancellation);
    }
  }

  /// {@return whether nothing of an order's key was mined that it was decided without; what is not, ends here}
  private boolean isStillOpen(Trip trip) {
    OptionalLong nonce =
        landed.stream()
            .filter(one -> one.is(trip.keyed.key()))
            .mapToLong(one -> one.flight().nonce())
            .max();
    if (nonce.isEmpty()
        || trip.leastGas > 0
        || trip.decidedAt.isEmpty()
        || isMinedIn(trip.decidedAt.get(), nonce.getAsLong())) {
      return true;
    }
    seenFrom = Optional.empty();
    end(
        trip,
        new Outcome.Failed(
            new ChainException.Outdated(
                "the same was mined, and not yet where this was decided: look at the chain again")));
    return false;
  }

  private boolean isMinedIn(BlockRef block, long nonce) {
    try {
      return account.chain().minedNonce(account.address(), block) > nonce;
    } catch (ChainException e) {
      return false; // the block is gone, or nobody can tell
    }
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
