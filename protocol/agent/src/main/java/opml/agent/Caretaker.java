package opml.agent;

import java.math.BigInteger;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.Side;
import opml.hub.ClaimedOutput;
import opml.hub.IntentKey;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Makes the calls that anybody may make: settles claims whose window is over, ends games whose clock has run out and
/// requests that nobody answered, has the bonds of void games given back, and tells contracts their final results.
///
/// The hub pays none of these calls; it credits what they free to whomever that belongs to. So a caretaker does at once
/// what pays its own account or those it works for, and what others gain by only where it is told to, after they had
/// time to do it themselves. It stakes nothing, needs no model, and judges nothing: a wrong claim that nobody has
/// challenged in time is as final without it.
///
/// Whatever it does is keyed by what it answers, as all that an account does, so it does nothing again that a server or
/// a verifier of the same account is about to do.
public final class Caretaker extends Agent {
  /// What a caretaker takes care of.
  ///
  /// @param forAll whether also of what only others gain by
  /// @param accounts besides the own one, whose gain is as good as the own
  /// @param leastGain below which nothing is done for these accounts; nothing for what the gas costs at today's price
  /// @param patience how long others are given to do themselves what they gain by
  /// @param callbackGasMax deliveries that pass on more gas are left to others; 0 for no deliveries at all
  public record Policy(
      boolean forAll,
      Set<Address> accounts,
      Optional<Wei> leastGain,
      Duration patience,
      long callbackGasMax) {
    public static final Policy DEFAULT =
        new Policy(false, Set.of(), Optional.empty(), Duration.ofSeconds(30), 1_000_000);

    public Policy {
      accounts = Set.copyOf(accounts);
    }

    /// {@return the same for whatever is due}
    public Policy forAnybody() {
      return new Policy(true, accounts, leastGain, patience, callbackGasMax);
    }
  }

  /// More than each of the calls takes: the end of a game by time settles its claim, too.
  private static final long GAS = 200_000;

  private final Policy policy;
  private final Map<IntentKey, Long> dueSince = new LinkedHashMap<>();
  private final Set<IntentKey> due = new HashSet<>();
  private final Set<IntentKey> refusesToHear = new HashSet<>();

  public Caretaker(Lookout lookout, Journal journal, Policy policy, Host host) {
    this(lookout, journal, policy, false, host);
  }

  /// {@return a caretaker that tells what it would do, and does nothing}
  ///
  /// @param lookout of the account, which needs neither key nor money
  public static Caretaker dry(Lookout lookout, Journal journal, Policy policy) {
    return new Caretaker(lookout, journal, policy, true, Host.here());
  }

  private Caretaker(Lookout lookout, Journal journal, Policy policy, boolean dry, Host host) {
    super(lookout, (_, _) -> Optional.empty(), journal, Caution.DEFAULT, dry, host);
    this.policy = policy;
  }

  @Override
  boolean stakes() {
    return false;
  }

  @Override
  Wei leastBond() {
    return Wei.ZERO;
  }

  @Override
  long floodGas() {
    return 0;
  }

  /// Its account's games are played by others.
  @Override
  void defend(Picture picture) {}

  @Override
  void enter(Picture picture) {
    due.clear();
    for (SeenGame game : picture.games().values()) {
      about("game " + game.id(), () -> end(picture, game));
    }
    for (SeenClaim claim : picture.claims().values()) {
      about("claim " + claim.id(), () -> settle(picture, claim));
    }
    for (SeenRequest request : picture.requests().values()) {
      about("request " + request.id(), () -> expire(picture, request));
      about("request " + request.id(), () -> deliver(picture, request));
    }
    dueSince.keySet().retainAll(due);
    refusesToHear.retainAll(due);
  }

  // ------------------------------------------------------------------ what is due

  private void end(Picture picture, SeenGame seen) {
    SeenClaim claim = picture.claims().get(seen.claim());
    SeenRequest request =
        claim == null ? null : picture.requests().get(claim.state().claim().request());
    if (claim == null || request == null) {
      return;
    }
    Game game = seen.settled();
    if (game.isVoid()) {
      BigInteger back =
          seen.bond()
              .add(terms().reward(claim.state().bond(), Math.max(1, claim.state().rewarded())));
      settler()
          .actions(game, seen.challenger())
          .forEach(
              action ->
                  make(
                      picture,
                      "game " + seen.id(),
                      IntentKey.reclaim(seen.id()),
                      action,
                      of(seen.challenger(), back)));
    } else if (game.isPlayed() && isLate(seen)) {
      Side late = seen.positions().getLast().onTurn();
      if (isOurs(late == Side.SERVER ? seen.server() : seen.challenger())) {
        return; // somebody of ours has lost, and whoever gains by that may say so
      }
      make(
          picture,
          "game " + seen.id(),
          IntentKey.timeOut(seen.id()),
          new Action.Timeout(seen.id()),
          late == Side.SERVER
              ? ofADeath(seen, claim, request)
              : of(seen.server(), terms().challengeBond().value()));
    }
  }

  private void settle(Picture picture, SeenClaim claim) {
    SeenRequest request = picture.requests().get(claim.state().claim().request());
    BigInteger paid =
        request != null && request.state().status() == RequestStatus.OPEN
            ? claim.state().bond().add(request.state().request().fee())
            : claim.state().bond();
    Wei gain = of(claim.state().claim().server(), paid);
    settler()
        .actions(claim.state(), picture.now())
        .forEach(
            action ->
                make(picture, "claim " + claim.id(), IntentKey.resolve(claim.id()), action, gain));
  }

  private void expire(Picture picture, SeenRequest request) {
    Request asked = request.state().request();
    settler()
        .actions(request.state(), picture.now())
        .forEach(
            action ->
                make(
                    picture,
                    "request " + request.id(),
                    IntentKey.expire(request.id()),
                    action,
                    of(asked.requester(), asked.fee())));
  }

  // ------------------------------------------------------------------ who gains by it

  private boolean isOurs(Address account) {
    return account.equals(self()) || policy.accounts().contains(account);
  }

  /// {@return what ours gain if this account is credited with so much}
  private Wei of(Address account, BigInteger amount) {
    return isOurs(account) ? new Wei(amount) : Wei.ZERO;
  }

  /// {@return what ours gain if the server loses a game, and with it the claim}
  private Wei ofADeath(SeenGame game, SeenClaim claim, SeenRequest request) {
    ClaimState state = claim.state();
    BigInteger reward = terms().reward(state.bond(), Math.max(1, state.openGames()));
    return of(game.challenger(), game.bond().add(reward))
        .plus(of(request.state().request().requester(), terms().toRequester(state.bond())));
  }

  // ------------------------------------------------------------------ what is done

  /// Makes a call that is due, if that pays, or it is for all and those who gain by it leave it.
  private void make(Picture picture, String what, IntentKey key, Action action, Wei gain) {
    boolean isLeft = isLeft(picture, key);
    boolean pays = !gain.isZero() && pays(gain);
    if (pays || policy.forAll() && isLeft && responder().hasRoom()) {
      if (treasury().requireMeans("settling", Wei.ZERO, GAS)) {
        // No more than it brings is paid for it, but that if need be.
        responder().note(action, pays ? gain : Wei.ZERO);
      }
    } else if (!gain.isZero() && !policy.forAll()) {
      skip(what, "settling it brings too little");
    }
  }

  private boolean pays(Wei gain) {
    Wei least = policy.leastGain().orElseGet(() -> treasury().price().times(GAS));
    return gain.compareTo(least) >= 0;
  }

  /// Notes that a call is due.
  ///
  /// @return whether it has been due for so long that nobody else seems to make it
  private boolean isLeft(Picture picture, IntentKey key) {
    due.add(key);
    long since = dueSince.computeIfAbsent(key, _ -> picture.now());
    return picture.now() - since >= policy.patience().toSeconds();
  }

  /// A final result alone: what may be refuted yet, its server tells if it likes.
  private void deliver(Picture picture, SeenRequest seen) {
    Request request = seen.state().request();
    Optional<SeenClaim> result =
        picture.claimsOn(seen.id()).stream()
            .filter(claim -> claim.state().status() == ClaimStatus.FINAL)
            .findFirst();
    if (result.isEmpty()
        || seen.finalDelivered()
        || request.callback().isZero()
        || policy.callbackGasMax() == 0
        || !(policy.forAll() || isOurs(request.requester()))) {
      return;
    }
    IntentKey key = IntentKey.deliverFinal(seen.id());
    boolean isLeft = isLeft(picture, key);
    if (!isLeft || refusesToHear.contains(key) || responder().keeps(key)) {
      return;
    }
    if (request.callbackGas() > policy.callbackGasMax()) {
      skip(
          "request " + seen.id(),
          "its contract is to be told with %,d gas, more than is passed on here: %,d"
              .formatted(request.callbackGas(), policy.callbackGasMax()));
      return;
    }
    if (isDry()) {
      skip("request " + seen.id(), "its result would be delivered");
      return;
    }
    ClaimedOutput output = output(result.get().id());
    long gas = FeeFloor.ofDeliveries(request.callbackGas(), output.carried().length);
    if (responder().hasRoom() && treasury().canSpare(Wei.ZERO, gas)) {
      responder().deliverFinal(seen.id(), output, why -> deaf(seen, key, why));
    }
  }

  private Entry deaf(SeenRequest request, IntentKey key, String why) {
    refusesToHear.add(key);
    return new Entry.Skipped(
        "request " + request.id(), "its contract refuses to hear the result: " + why);
  }
}
