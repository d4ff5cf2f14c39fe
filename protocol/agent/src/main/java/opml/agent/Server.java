package opml.agent;

import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimStatus;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Side;
import opml.game.solver.ClaimJudge;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.ClaimedOutput;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Answers requests: computes, claims, defends its claims in any number of games, settles them and takes its money.
public final class Server extends Agent {
  /// What a server does about requesters' contracts that are to be told the result.
  public enum Callbacks {
    /// It tells them.
    DELIVER,
    /// It answers, and leaves it to others to tell them.
    LEAVE,
    /// It leaves requests alone that have one.
    REFUSE
  }

  /// What a server takes on.
  ///
  /// @param minimalFee requests that pay less are left alone; nothing for what answering costs at today's price of gas,
  ///     and then deliveries, too, are made only where the fee pays for them
  /// @param beside whether to claim although somebody's right claim is live already: only one of them gets the fee
  /// @param attempts how many claims to lose on one request before giving it up; a right claim can be lost by being
  ///     away
  /// @param callbackGasMax deliveries that pass on more gas are left to others; 0 for no deliveries at all
  /// @param requesters whose requests are answered
  /// @param receivers which contracts are told results, as far as any are
  /// @param models whose requests are answered
  public record Policy(
      Optional<Wei> minimalFee,
      boolean beside,
      int attempts,
      long callbackGasMax,
      Callbacks callbacks,
      Choice<Address> requesters,
      Choice<Address> receivers,
      Choice<Bytes32> models) {
    public static final Policy DEFAULT = new Policy(Optional.empty(), false, 1, 1_000_000);

    /// A policy that answers everybody.
    public Policy(Optional<Wei> minimalFee, boolean beside, int attempts, long callbackGasMax) {
      this(
          minimalFee,
          beside,
          attempts,
          callbackGasMax,
          Callbacks.DELIVER,
          Choice.all(),
          Choice.all(),
          Choice.all());
    }

    /// {@return the same with a least fee that the price of gas does not change}
    public Policy withMinimalFee(Wei fee) {
      return new Policy(
          Optional.of(fee),
          beside,
          attempts,
          callbackGasMax,
          callbacks,
          requesters,
          receivers,
          models);
    }
  }

  /// First answers to sixty games on one claim, whose bonds are 110 ETH by the default terms; a transaction asks for a
  /// quarter more gas than it takes.
  private static final long FLOOD_GAS = 60 * 100_000L;

  private final Policy policy;
  private final Optional<OutputFolder> outputs;
  private final Set<RequestId> refusesUs = new HashSet<>();
  private final Set<RequestId> refusesToHear = new HashSet<>();

  public Server(Hub hub, Workshop workshop, Journal journal) {
    this(hub, workshop, journal, Policy.DEFAULT, Caution.DEFAULT);
  }

  public Server(Hub hub, Workshop workshop, Journal journal, Policy policy) {
    this(hub, workshop, journal, policy, Caution.DEFAULT);
  }

  public Server(Hub hub, Workshop workshop, Journal journal, Policy policy, Caution caution) {
    this(hub, workshop, journal, policy, caution, Optional.empty());
  }

  /// @param outputs where outputs are published that claims cannot carry
  public Server(
      Hub hub,
      Workshop workshop,
      Journal journal,
      Policy policy,
      Caution caution,
      Optional<OutputFolder> outputs) {
    this(new Lookout(hub), workshop, journal, policy, caution, outputs, false, Host.here());
  }

  /// @param lookout of the account, which other roles may share
  /// @param outputs where outputs are published that claims cannot carry
  /// @param host whose machine it is
  public Server(
      Lookout lookout,
      Workshop workshop,
      Journal journal,
      Policy policy,
      Caution caution,
      Optional<OutputFolder> outputs,
      Host host) {
    this(lookout, workshop, journal, policy, caution, outputs, false, host);
  }

  /// @param lookout of the account, which other roles may share, and which needs neither key nor money if it is dry
  /// @param outputs where outputs are published that claims cannot carry
  /// @param dry whether to tell what would be done, and to do nothing
  /// @param host whose machine it is
  public Server(
      Lookout lookout,
      Workshop workshop,
      Journal journal,
      Policy policy,
      Caution caution,
      Optional<OutputFolder> outputs,
      boolean dry,
      Host host) {
    super(lookout, workshop, journal, caution, dry, host);
    this.policy = policy;
    this.outputs = dry ? Optional.empty() : outputs;
  }

  @Override
  Wei leastBond() {
    return terms().claimBond();
  }

  /// As many shams as an attacker can pay for may open on one claim in a block, and each must have its first answer.
  @Override
  long floodGas() {
    return FLOOD_GAS;
  }

  // ------------------------------------------------------------------ what is at stake

  @Override
  void defend(Picture picture) {
    for (SeenGame game : ownGames(picture, Side.SERVER)) {
      about("game " + game.id(), () -> defend(picture, game));
    }
  }

  private void defend(Picture picture, SeenGame game) {
    SeenClaim claim = picture.claims().get(game.claim());
    SeenRequest request =
        claim == null ? null : picture.requests().get(claim.state().claim().request());
    if (claim == null || request == null) {
      return;
    }
    Wei stake = new Wei(claim.state().bond());
    if (!waits(game, request, Side.SERVER)) {
      if (isAnswered(game)) {
        return;
      }
      play(game, request, Side.SERVER, own -> stillDefends(claim, own), stake);
    } else if (isLate(game)) {
      runs()
          .result(request, claim.id(), Due.inGame(game.clock().lastMoment(Side.SERVER)))
          .filter(own -> stillDefends(claim, own))
          .ifPresent(_ -> lateOnly(game, Side.SERVER, stake));
    }
  }

  private boolean stillDefends(SeenClaim claim, Conclusion own) {
    boolean defends =
        ClaimJudge.defends(claim.state().claim(), own.finalState(), own.outputHash(), self());
    if (!defends) {
      skip(
          "claim " + claim.id(),
          "our run says something else than we claimed, so it is not defended");
    }
    return defends;
  }

  // ------------------------------------------------------------------ what is new

  /// A request, and what it paid when it was weighed: while others are, a run may end that tells its gas.
  private record Offer(SeenRequest request, BigInteger pay) {}

  @Override
  void enter(Picture picture) {
    for (SeenClaim claim : picture.claims().values()) {
      if (isMine(claim) && claim.state().status() == ClaimStatus.LIVE) {
        Wei bond = new Wei(claim.state().bond());
        about(
            "claim " + claim.id(),
            () ->
                settler()
                    .actions(claim.state(), picture.now())
                    .forEach(action -> responder().note(action, bond)));
      }
    }
    picture.requests().values().stream()
        .filter(request -> request.state().status() == RequestStatus.OPEN)
        .map(request -> new Offer(request, pay(request)))
        .sorted(
            Comparator.comparing(Offer::pay)
                .reversed()
                .thenComparingLong(offer -> offer.request().state().deadline()))
        .map(Offer::request)
        .forEach(request -> about("request " + request.id(), () -> answer(picture, request)));
    for (SeenClaim claim : picture.claims().values()) {
      SeenRequest request = picture.requests().get(claim.state().claim().request());
      if (isMine(claim) && request != null) {
        about("request " + request.id(), () -> deliver(request, claim));
      }
    }
  }

  private void answer(Picture picture, SeenRequest request) {
    List<SeenClaim> claims = picture.claimsOn(request.id());
    if (!wants(request, claims, picture.now())) {
      return;
    }
    boolean isOnItsWay = responder().has(IntentKey.claim(request.id()));
    // Strangers ask for as much as they like: what could not be claimed is not computed.
    if (!isOnItsWay && !hasRoom(request, terms().claimBond())) {
      return;
    }
    if (!isOnItsWay
        && !treasury()
            .requireMeans("request " + request.id(), terms().claimBond(), Work.GAS_OF_ANY_SIDE)) {
      skip(
          "request " + request.id(),
          "the account cannot deposit the bond of %s and pay for a game"
              .formatted(terms().claimBond()));
      return;
    }
    Due due = new Due(Urgency.REQUEST, request.state().deadline(), pay(request));
    Optional<Conclusion> result = runs().result(request, due);
    if (result.isEmpty()
        || !isPaid(request, gasOfAnswer(request))
        || !isUnanswered(claims, result.get())
        || !runs().mayEnter(request.id())) {
      return;
    }
    if (!responder().keeps(IntentKey.claim(request.id())) && responder().hasRoom()) {
      runs().enter(request, due, work -> claim(request, work));
    }
  }

  /// {@return the gas of an answer, as far as it is known}
  private long gasOfAnswer(SeenRequest request) {
    return FeeFloor.ofClaim(runs().evidenceBytes(request.id()));
  }

  /// {@return what a request pays for a unit of the gas of its answer: who pays more is answered first, so that nobody
  /// keeps others waiting for nothing}
  private BigInteger pay(SeenRequest request) {
    return request.state().request().fee().divide(BigInteger.valueOf(gasOfAnswer(request)));
  }

  private void claim(SeenRequest request, Work work) {
    RequestState state = request.state();
    Wei bond = new Wei(terms().bondBeside(state.liveClaims(), state.extensions()));
    if (!lookout().confirms(request.id())) {
      skip("request " + request.id(), "the node's events and its view of it differ");
    } else if (stake(IntentKey.claim(request.id()), request, bond)) {
      publish(request, work);
      responder()
          .claim(
              request.id(), work, bond, request.state().deadline(), why -> refused(request, why));
    }
  }

  /// Whoever sees the claim may come for the output. A claim is right without it, so nothing keeps it back.
  private void publish(SeenRequest request, Work work) {
    Optional<Bytes32> root = work.result().outputRoot();
    if (root.isEmpty() || outputs.isEmpty()) {
      return;
    }
    try {
      outputs.get().put(root.get(), work.output());
    } catch (UncheckedIOException e) {
      skip("request " + request.id(), "its output could not be published: " + e.getMessage());
    }
  }

  private Entry refused(SeenRequest request, String why) {
    refusesUs.add(request.id());
    return new Entry.Skipped("request " + request.id(), "the hub refuses our claim " + why);
  }

  private boolean wants(SeenRequest seen, List<SeenClaim> claims, long now) {
    Request request = seen.state().request();
    if (now > seen.state().deadline() || !request.admits(self()) || refusesUs.contains(seen.id())) {
      return false;
    }
    List<SeenClaim> mine = claims.stream().filter(this::isMine).toList();
    boolean live = mine.stream().anyMatch(claim -> claim.state().status() == ClaimStatus.LIVE);
    return !live
        && mine.size() < policy.attempts()
        && !(mine.isEmpty() && isHidden(IntentKey.claim(seen.id())))
        && isWelcome(seen)
        && isPaid(seen, FeeFloor.ofClaim(0))
        && mayBegin("request " + seen.id());
  }

  private boolean isWelcome(SeenRequest seen) {
    Request request = seen.state().request();
    Optional<String> why =
        !policy.requesters().admits(request.requester())
            ? Optional.of("its requester is not one that this server answers")
            : !policy.models().admits(request.modelId())
                ? Optional.of("its model is not one that this server answers for")
                : policy.callbacks() == Callbacks.REFUSE && !request.callback().isZero()
                    ? Optional.of("its contract is to be told, and this server takes no callbacks")
                    : Optional.empty();
    why.ifPresent(reason -> skip("request " + seen.id(), reason));
    return why.isEmpty();
  }

  /// {@return whether a request pays for calls of so much gas}
  private boolean isPaid(SeenRequest request, long gas) {
    Wei least = policy.minimalFee().orElseGet(() -> treasury().price().times(gas));
    boolean paid = request.state().request().fee().compareTo(least.value()) >= 0;
    if (!paid) {
      skip(
          "request " + request.id(),
          policy.minimalFee().isPresent()
              ? "its fee is below " + least
              : "its fee does not pay for the gas of an answer");
    }
    return paid;
  }

  /// {@return whether nobody else's claim will do: none that is right is live, or whoever made one has let it die, and
  /// may do so again until no time is left}
  private boolean isUnanswered(List<SeenClaim> claims, Conclusion own) {
    List<SeenClaim> right =
        claims.stream()
            .filter(claim -> claim.state().claim().finalState().equals(own.finalState()))
            .toList();
    return policy.beside()
        || right.stream().noneMatch(claim -> claim.state().status() == ClaimStatus.LIVE)
        || right.stream().anyMatch(claim -> claim.state().status() == ClaimStatus.DEAD);
  }

  // ------------------------------------------------------------------ deliveries

  /// Tells the requester's contract what it is owed to know. Nothing depends on that: a contract that refuses to hear
  /// is left alone.
  private void deliver(SeenRequest seen, SeenClaim claim) {
    Request request = seen.state().request();
    boolean isFinal = claim.state().status() == ClaimStatus.FINAL && !seen.finalDelivered();
    boolean isProvisional =
        claim.state().status() == ClaimStatus.LIVE
            && seen.state().status() == RequestStatus.OPEN
            && !claim.provisionalDelivered();
    boolean wanted =
        (isFinal || isProvisional)
            && !request.callback().isZero()
            && !refusesToHear.contains(seen.id());
    if (!wanted) {
      return;
    }
    if (policy.callbacks() != Callbacks.DELIVER || !policy.receivers().admits(request.callback())) {
      skip("request " + seen.id(), "its contract is not one that this server tells results");
      return;
    }
    if (request.callbackGas() > policy.callbackGasMax()) {
      skip(
          "request " + seen.id(),
          "its contract is to be told with %,d gas, more than this server passes on: %,d"
              .formatted(request.callbackGas(), policy.callbackGasMax()));
      return;
    }
    IntentKey key =
        isFinal ? IntentKey.deliverFinal(seen.id()) : IntentKey.deliverProvisional(claim.id());
    if (responder().keeps(key) || !responder().hasRoom()) {
      return;
    }
    ClaimedOutput output = output(claim.id());
    int carried = output.carried().length;
    long gas = FeeFloor.ofDeliveries(request.callbackGas(), carried);
    // Told with money that games may need, it would be dear.
    if (!paysDeliveries(request, carried) || !treasury().canSpare(Wei.ZERO, gas)) {
      return;
    }
    if (isFinal) {
      responder().deliverFinal(seen.id(), output, why -> deaf(seen, why));
    } else {
      responder().deliverProvisional(seen.id(), claim.id(), output, why -> deaf(seen, why));
    }
  }

  private boolean paysDeliveries(Request request, int outputBytes) {
    if (policy.minimalFee().isPresent()) {
      return true;
    }
    long gas =
        FeeFloor.ofClaim(outputBytes) + FeeFloor.ofDeliveries(request.callbackGas(), outputBytes);
    return request.fee().compareTo(treasury().price().times(gas).value()) >= 0;
  }

  private Entry deaf(SeenRequest request, String why) {
    refusesToHear.add(request.id());
    return new Entry.Skipped(
        "request " + request.id(), "its contract refuses to hear the result: " + why);
  }
}
