package opml.agent;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.send.KeyedOrder;
import opml.ethereum.send.Traffic;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// What an account has at stake on one hub, held against its [Budget]: the bond of each live claim, of each running
/// game that it opened, and the gas of a whole game for each game that runs, and for each claim that may yet be
/// challenged. It follows from the newest picture and from what the account has on its way, so it is the same after a
/// restart; what a role has decided since is reserved until one of the two shows it.
///
/// Strangers may open any number of games on a claim. They are counted, so that nothing new is entered beside them;
/// but they are played even where the budget is exceeded by them.
///
/// Several threads may use it. An account on several hubs would hold one budget against the sum of several of these.
public final class Exposure {
  /// What is at stake.
  ///
  /// @param ofADay of what was entered within the last day, over or not
  public record Figures(Wei inAll, Wei ofADay) {}

  private final Address self;
  private final long allowance;
  private final Traffic<IntentKey> traffic;
  private final Budget budget;
  private final Map<Bytes32, Long> gasOfModels = new HashMap<>();
  private final Map<IntentKey, Reservation> reserved = new LinkedHashMap<>();
  private @Nullable Picture picture;
  private Amounts now = new Amounts();

  /// Something that is in no picture yet.
  ///
  /// @param by the role that decided it; this object for what was found on its way
  private record Reservation(Object by, RequestId request, BigInteger amount) {}

  private static final class Amounts {
    private BigInteger inAll = BigInteger.ZERO;
    private BigInteger ofADay = BigInteger.ZERO;
    private final Map<RequestId, BigInteger> onRequests = new HashMap<>();

    void add(RequestId request, BigInteger amount) {
      inAll = inAll.add(amount);
      onRequests.merge(request, amount, BigInteger::add);
    }
  }

  Exposure(Hub hub, Traffic<IntentKey> traffic, Budget budget) {
    this.self = hub.account();
    this.allowance = hub.deployment().parameters().allowance();
    this.traffic = traffic;
    this.budget = budget;
  }

  /// {@return what may be at stake}
  public Budget budget() {
    return budget;
  }

  /// {@return what is at stake by the last look; nothing if there was none}
  public synchronized Optional<Figures> figures() {
    return picture == null
        ? Optional.empty()
        : Optional.of(new Figures(new Wei(now.inAll), new Wei(now.ofADay)));
  }

  /// {@return whether nothing is at stake, or about to be}
  synchronized boolean isNone() {
    return now.inAll.signum() == 0;
  }

  // ------------------------------------------------------------------ what is there

  /// Begins a look of a role.
  synchronized void look(Object role, Picture seen) {
    picture = seen;
    Map<IntentKey, KeyedOrder<IntentKey>> sent = new LinkedHashMap<>();
    for (KeyedOrder<IntentKey> order : traffic.recent()) {
      if (stakesABond(order.key())) {
        sent.put(order.key(), order);
      }
    }
    // What a role reserved and the traffic does not have came to nothing; but only that role knows
    // whether it has
    // handed it over.
    reserved.entrySet().removeIf(one -> isShown(seen, one.getKey()));
    reserved
        .entrySet()
        .removeIf(
            one ->
                !sent.containsKey(one.getKey())
                    && (one.getValue().by().equals(role) || one.getValue().by().equals(this)));
    sent.forEach(
        (key, order) -> {
          if (!isShown(seen, key)) {
            reserved.computeIfAbsent(key, _ -> found(seen, order));
          }
        });
    now = amounts(seen);
  }

  static boolean stakesABond(IntentKey key) {
    return key.kind() == IntentKind.CLAIM || key.kind() == IntentKind.CHALLENGE;
  }

  /// {@return whether what a transaction stakes is in the picture already}
  private boolean isShown(Picture seen, IntentKey key) {
    if (key.kind() == IntentKind.CHALLENGE) {
      return seen.gamesOn(new ClaimId(key.subject())).stream()
          .anyMatch(game -> game.challenger().equals(self));
    }
    // One that is on its way may be a second one, after a first one was lost.
    boolean onItsWay = traffic.has(key);
    return seen.claimsOn(new RequestId(key.subject())).stream()
        .filter(this::isMine)
        .anyMatch(claim -> !onItsWay || claim.state().status() == ClaimStatus.LIVE);
  }

  private Reservation found(Picture seen, KeyedOrder<IntentKey> order) {
    IntentKey key = order.key();
    RequestId request = new RequestId(key.subject());
    if (key.kind() == IntentKind.CHALLENGE) {
      SeenClaim claim = seen.claims().get(new ClaimId(key.subject()));
      // Of a claim that is gone, anything may come yet.
      request = claim == null ? request : claim.state().claim().request();
    }
    return new Reservation(
        this, request, order.value().value().add(gas(gasOfASide(seen, request))));
  }

  private Amounts amounts(Picture seen) {
    Amounts amounts = new Amounts();
    long yesterday = seen.now() - Budget.DAY.toSeconds();
    for (SeenClaim claim : seen.claims().values()) {
      if (isMine(claim)) {
        RequestId request = claim.state().claim().request();
        BigInteger game = gas(gasOfASide(seen, request));
        if (claim.state().status() == ClaimStatus.LIVE) {
          long games =
              seen.gamesOn(claim.id()).stream().filter(one -> one.settled().isPlayed()).count();
          BigInteger atStake = game.multiply(BigInteger.valueOf(Math.max(1, games)));
          amounts.add(request, claim.state().bond().add(atStake));
        }
        if (claim.state().claimedAt() > yesterday) {
          amounts.ofADay = amounts.ofADay.add(claim.state().bond()).add(game);
        }
      }
    }
    for (SeenGame game : seen.games().values()) {
      SeenClaim claim = seen.claims().get(game.claim());
      if (game.challenger().equals(self) && claim != null) {
        RequestId request = claim.state().claim().request();
        BigInteger amount = game.bond().add(gas(gasOfASide(seen, request)));
        if (game.settled().isPlayed()) {
          amounts.add(request, amount);
        }
        if (openedAt(game) > yesterday) {
          amounts.ofADay = amounts.ofADay.add(amount);
        }
      }
    }
    for (Reservation one : reserved.values()) {
      amounts.add(one.request(), one.amount());
      amounts.ofADay = amounts.ofADay.add(one.amount());
    }
    return amounts;
  }

  /// {@return when a game was opened: all that both sides have thought since has gone from their clocks}
  private long openedAt(SeenGame game) {
    long thought = 2 * allowance - game.clock().challengerLeft() - game.clock().serverLeft();
    return game.clock().movedAt() - thought;
  }

  private boolean isMine(SeenClaim claim) {
    return claim.state().claim().server().equals(self);
  }

  // ------------------------------------------------------------------ gas

  /// Says what a side of any game about a model may need.
  synchronized void learn(Bytes32 model, long gasOfASide) {
    gasOfModels.put(model, gasOfASide);
  }

  /// {@return what a side of any game about a model may need; nothing if no run of it was made yet}
  synchronized Optional<Long> knownGas(Bytes32 model) {
    return Optional.ofNullable(gasOfModels.get(model));
  }

  private long gasOfASide(Picture seen, RequestId id) {
    SeenRequest request = seen.requests().get(id);
    return request == null
        ? Work.GAS_OF_ANY_SIDE
        : gasOfModels.getOrDefault(request.state().request().modelId(), Work.GAS_OF_ANY_SIDE);
  }

  private BigInteger gas(long units) {
    return budget.gasPrice().times(units).value();
  }

  // ------------------------------------------------------------------ what is new

  /// {@return why there is no room for a bond and a game, if there is none}
  ///
  /// @param gas of a side of the game, as far as it is known
  synchronized Optional<String> whyNot(RequestId request, Wei bond, long gas) {
    BigInteger amount = bond.value().add(gas(gas));
    BigInteger onIt = now.onRequests.getOrDefault(request, BigInteger.ZERO);
    return whyNot("of a request", budget.perRequest(), onIt, bond, amount)
        .or(() -> whyNot("of a day", budget.perDay(), now.ofADay, bond, amount))
        .or(() -> whyNot("in all", budget.inAll(), now.inAll, bond, amount));
  }

  private Optional<String> whyNot(
      String which, Optional<Wei> limit, BigInteger used, Wei bond, BigInteger amount) {
    return limit
        .filter(most -> used.add(amount).compareTo(most.value()) > 0)
        .map(
            most ->
                "the budget %s has no room for it: its bond of %s and a game at the highest price of gas need %s, of %s"
                    .formatted(which, bond, new Wei(amount), most));
  }

  /// Reserves room for a bond and a whole game.
  ///
  /// @param role that is about to hand over what stakes it
  /// @return why there is none, if there is none
  synchronized Optional<String> reserve(
      Object role, IntentKey key, RequestId request, Wei bond, long gas) {
    Optional<String> why = whyNot(request, bond, gas);
    if (why.isEmpty()) {
      BigInteger amount = bond.value().add(gas(gas));
      reserved.put(key, new Reservation(role, request, amount));
      now.add(request, amount);
      now.ofADay = now.ofADay.add(amount);
    }
    return why;
  }

  /// Takes a reservation back, of which nothing came.
  synchronized void release(IntentKey key) {
    Picture seen = picture;
    if (reserved.remove(key) != null && seen != null) {
      now = amounts(seen);
    }
  }
}
