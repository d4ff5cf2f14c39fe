package opml.game.referee;

import static opml.game.referee.RefusedCallException.require;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Allowance;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.LevelStart;
import opml.game.move.Parameters;
import org.jspecify.annotations.Nullable;

/// The whole contract as a model: requests, claims, games, and the money between them, `protocol.md` §2 and §5.
/// Time comes with every call, in seconds since the epoch, and must not run backwards. A refused call changes nothing.
///
/// Left out is what has no part in a dispute: the proofs that tie the output to the final state. Of deliveries it is
/// told how the requester's contract took them.
public final class Referee {
  private final long chainId;
  private final Address address;
  private final Parameters parameters;
  private final Rules rules;
  private final Ledger ledger;
  private final Map<Address, Long> nonces = new HashMap<>();
  private final Map<RequestId, RequestState> requests = new LinkedHashMap<>();
  private final Map<ClaimId, ClaimState> claims = new LinkedHashMap<>();
  private final Map<GameId, Entry> games = new LinkedHashMap<>();
  private final Set<ClaimId> provisionalDelivered = new HashSet<>();
  private final Set<RequestId> finalDelivered = new HashSet<>();

  /// A game, the claim that it is on, and what its challenge deposited. The claim's status is kept with the claim
  /// alone.
  private record Entry(ClaimId claim, Game game, BigInteger bond) {}

  /// A hub without requests.
  public Referee(long chainId, Address address, Parameters parameters, Rules rules) {
    this(chainId, address, parameters, rules, new Ledger());
  }

  private Referee(
      long chainId, Address address, Parameters parameters, Rules rules, Ledger ledger) {
    this.chainId = chainId;
    this.address = address;
    this.parameters = parameters;
    this.rules = rules;
    this.ledger = ledger;
  }

  /// {@return the same hub, on its own from now on: what a chain goes back to in a reorganisation, and what an estimate
  /// is tried on. All that it holds are values, so only its maps are copied}
  public Referee copy() {
    Referee copy = new Referee(chainId, address, parameters, rules, ledger.copy());
    copy.nonces.putAll(nonces);
    copy.requests.putAll(requests);
    copy.claims.putAll(claims);
    copy.games.putAll(games);
    copy.provisionalDelivered.addAll(provisionalDelivered);
    copy.finalDelivered.addAll(finalDelivered);
    return copy;
  }

  public Parameters parameters() {
    return parameters;
  }

  public Ledger ledger() {
    return ledger;
  }

  /// {@return a request as it stands}
  ///
  /// @throws IllegalArgumentException if there is none
  public RequestState request(RequestId id) {
    return found(requests.get(id), "request", id);
  }

  /// {@return a claim as it stands}
  ///
  /// @throws IllegalArgumentException if there is none
  public ClaimState claim(ClaimId id) {
    return found(claims.get(id), "claim", id);
  }

  /// {@return a game as it stands}
  ///
  /// @throws IllegalArgumentException if there is none
  public Game game(GameId id) {
    Entry entry = found(games.get(id), "game", id);
    return entry.game().with(claim(entry.claim()).status());
  }

  /// {@return all requests, oldest first}
  public List<RequestId> requests() {
    return List.copyOf(requests.keySet());
  }

  /// {@return all claims, oldest first}
  public List<ClaimId> claims() {
    return List.copyOf(claims.keySet());
  }

  /// {@return all games, oldest first}
  public List<GameId> games() {
    return List.copyOf(games.keySet());
  }

  /// {@return the claim that a game is on}
  public ClaimId claimOf(GameId id) {
    return found(games.get(id), "game", id).claim();
  }

  public boolean has(RequestId id) {
    return requests.containsKey(id);
  }

  public boolean has(ClaimId id) {
    return claims.containsKey(id);
  }

  public boolean has(GameId id) {
    return games.containsKey(id);
  }

  /// {@return the claims on a request, oldest first}
  public List<ClaimState> claims(RequestId request) {
    return claims.values().stream().filter(c -> c.claim().request().equals(request)).toList();
  }

  /// {@return the games on a claim, oldest first}
  public List<Game> games(ClaimId claim) {
    return games.entrySet().stream()
        .filter(e -> e.getValue().claim().equals(claim))
        .map(e -> game(e.getKey()))
        .toList();
  }

  /// Opens a request; the value is its fee.
  ///
  /// @param server who alone may claim; [Address#ZERO] for anyone
  public RequestId request(
      Address requester,
      Bytes32 modelId,
      Bytes32 inputRoot,
      Address server,
      long deadline,
      BigInteger value,
      long now) {
    return request(requester, modelId, inputRoot, server, deadline, Address.ZERO, 0, value, now);
  }

  /// Opens a request; the value is its fee.
  ///
  /// @param server who alone may claim; [Address#ZERO] for anyone
  /// @param callback whom results are delivered to; [Address#ZERO] for nobody
  /// @param callbackGas what a delivery may use
  public RequestId request(
      Address requester,
      Bytes32 modelId,
      Bytes32 inputRoot,
      Address server,
      long deadline,
      Address callback,
      long callbackGas,
      BigInteger value,
      long now) {
    rules.levels().begin(modelId, inputRoot);
    require(now <= deadline, Refusal.DEADLINE_PASSED, "the deadline was " + deadline);
    long nonce = nonces.merge(requester, 1L, Long::sum) - 1;
    Request request =
        new Request(
            chainId,
            address,
            requester,
            nonce,
            modelId,
            inputRoot,
            Availability.EMITTED,
            server,
            value,
            deadline,
            callback,
            callbackGas);
    ledger.payIn(value);
    requests.put(request.id(), new RequestState(request, RequestStatus.OPEN, 0, 0));
    return request.id();
  }

  /// Posts a claim; the value is at least the bond then due, and what is more is credited.
  public ClaimId claim(
      Address server,
      RequestId requestId,
      Bytes32 finalState,
      Bytes32 outputHash,
      BigInteger value,
      long now) {
    RequestState request = request(requestId);
    requireOpen(request);
    require(now <= request.deadline(), Refusal.DEADLINE_PASSED, "too late to claim");
    require(
        request.request().admits(server), Refusal.NOT_THE_NAMED_SERVER, server + " may not claim");
    BigInteger bond = parameters.bondBeside(request.liveClaims(), request.extensions());
    require(value.compareTo(bond) >= 0, Refusal.BOND_TOO_SMALL, value + " of " + bond + " wei");

    Claim claim = new Claim(requestId, request.claims(), server, finalState, outputHash);
    require(
        rules.levels().admits(request.request().modelId(), claim),
        Refusal.RESULT_STATUS_INVALID,
        "a given output is claimed with a run that stopped");
    ledger.payIn(value);
    if (value.compareTo(bond) > 0) {
      ledger.credit(server, value.subtract(bond));
    }
    claims.put(claim.id(), new ClaimState(claim, ClaimStatus.LIVE, bond, now, 0, 0));
    requests.put(
        requestId,
        request.with(RequestStatus.OPEN, request.claims() + 1, request.liveClaims() + 1));
    return claim.id();
  }

  /// Opens a game; the value is at least the challenge bond then due, and what is more is credited.
  public GameId challenge(
      Address challenger, ClaimId claimId, List<Bytes32> states, BigInteger value, long now) {
    ClaimState claim = claim(claimId);
    requireLive(claim);
    require(
        claim.isChallengeable(parameters.window(), now),
        Refusal.WINDOW_CLOSED,
        "claimed at " + claim.claimedAt());
    BigInteger bond = challengeBondDue(claimId);
    require(
        value.compareTo(bond) >= 0,
        Refusal.CHALLENGE_BOND_TOO_SMALL,
        value + " of " + bond + " wei");
    Request request = request(claim.claim().request()).request();
    LevelStart opening =
        rules.levels().begin(request.modelId(), request.inputRoot(), claim.claim());
    GameIdentity identity = new GameIdentity(claimId, claim.games(), challenger);
    Game game =
        rules.challenge(
            identity,
            claim.claim().server(),
            claim.claim().finalState(),
            opening,
            states,
            new Allowance(parameters.allowance()),
            now);

    ledger.payIn(value);
    if (value.compareTo(bond) > 0) {
      ledger.credit(challenger, value.subtract(bond));
    }
    games.put(game.id(), new Entry(claimId, game, bond));
    replace(claim, claim.status(), claim.games() + 1, claim.openGames() + 1);
    return game.id();
  }

  /// {@return what the next challenge of a claim deposits}
  public BigInteger challengeBondDue(ClaimId claim) {
    return parameters.challengeBondBeside(claim(claim).openGames());
  }

  /// {@return what the challenge of a game deposited}
  public BigInteger bond(GameId id) {
    return found(games.get(id), "game", id).bond();
  }

  /// Makes a move in a game.
  public void move(Address caller, Action.Move move, long now) {
    update(move.game(), rules.move(game(move.game()), caller, move, now), now);
  }

  /// Ends a game whose side on turn is late.
  public void timeout(GameId id, long now) {
    update(id, rules.timeout(game(id), now), now);
  }

  /// Gives a challenger the bond of a void game back, and its share of the reward. Anyone may call.
  public void reclaim(GameId id) {
    Game game = game(id);
    require(
        game.status() == GameStatus.RUNNING,
        Refusal.GAME_NOT_RUNNING,
        "the game is " + game.status());
    require(game.isVoid(), Refusal.CLAIM_NOT_DEAD, "the claim is " + game.claimStatus());
    ClaimState claim = claim(found(games.get(id), "game", id).claim());
    ledger.credit(game.challenger(), bond(id).add(reward(claim)));
    put(id, game.with(GameStatus.VOID));
  }

  /// Settles a claim that won all its games, once nobody can challenge it any more.
  public void resolve(ClaimId id, long now) {
    ClaimState claim = claim(id);
    requireLive(claim);
    require(
        now > claim.claimedAt() + parameters.window(),
        Refusal.WINDOW_OPEN,
        "claimed at " + claim.claimedAt());
    require(claim.openGames() == 0, Refusal.GAMES_ARE_OPEN, claim.openGames() + " games are open");
    RequestState request = request(claim.claim().request());
    boolean first = request.status() == RequestStatus.OPEN;
    ledger.credit(claim.claim().server(), claim.bond());
    if (first) {
      ledger.credit(claim.claim().server(), request.request().fee());
    }
    replace(claim, first ? ClaimStatus.FINAL : ClaimStatus.SUPERSEDED, claim.games(), 0);
    requests.put(
        request.id(),
        request.with(RequestStatus.FINAL, request.claims(), request.liveClaims() - 1));
  }

  /// Gives the fee of an unanswered request back.
  public void expire(RequestId id, long now) {
    RequestState request = request(id);
    requireOpen(request);
    require(
        now > request.deadline(),
        Refusal.DEADLINE_NOT_PASSED,
        "the deadline is " + request.deadline());
    require(
        request.liveClaims() == 0,
        Refusal.CLAIMS_ARE_LIVE,
        request.liveClaims() + " claims are live");
    ledger.credit(request.request().requester(), request.request().fee());
    requests.put(id, request.with(RequestStatus.EXPIRED, request.claims(), 0));
  }

  /// Tells the requester's contract of a live claim, once.
  ///
  /// @param outputHash keccak-256 of what is delivered
  /// @param hearing what the contract makes of it
  public void deliverProvisional(ClaimId id, Bytes32 outputHash, Hearing hearing) {
    ClaimState claim = claim(id);
    requireLive(claim);
    RequestState request = request(claim.claim().request());
    requireOpen(request);
    require(!provisionalDelivered.contains(id), Refusal.ALREADY_DELIVERED, "claim " + id);
    deliver(request, claim, outputHash, hearing);
    provisionalDelivered.add(id);
  }

  /// Tells the requester's contract the final result, once.
  ///
  /// @param outputHash keccak-256 of what is delivered
  /// @param hearing what the contract makes of it
  public void deliverFinal(RequestId id, Bytes32 outputHash, Hearing hearing) {
    RequestState request = request(id);
    require(
        request.status() == RequestStatus.FINAL,
        Refusal.REQUEST_NOT_FINAL,
        "the request is " + request.status());
    require(!finalDelivered.contains(id), Refusal.ALREADY_DELIVERED, "request " + id);
    deliver(request, finalClaim(id), outputHash, hearing);
    finalDelivered.add(id);
  }

  private static void deliver(
      RequestState request, ClaimState claim, Bytes32 outputHash, Hearing hearing) {
    require(!request.request().callback().isZero(), Refusal.NO_CALLBACK, "nobody is to be told");
    require(
        claim.claim().outputHash().equals(outputHash),
        Refusal.OUTPUT_MISMATCH,
        "this is not what was claimed");
    require(hearing != Hearing.STARVED, Refusal.DELIVERY_STARVED, "too little gas");
    require(hearing == Hearing.HEARD, Refusal.DELIVERY_FAILED, "the contract refuses");
  }

  /// {@return whether the requester's contract was told of a claim}
  public boolean isDelivered(ClaimId id) {
    return provisionalDelivered.contains(id);
  }

  /// {@return whether the requester's contract was told the final result}
  public boolean isDelivered(RequestId id) {
    return finalDelivered.contains(id);
  }

  /// {@return the claim that became a request's result}
  ///
  /// @throws IllegalArgumentException if none has
  public ClaimState finalClaim(RequestId id) {
    return claims(id).stream()
        .filter(claim -> claim.status() == ClaimStatus.FINAL)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no claim on " + id + " is final"));
  }

  /// Pays somebody's credit out.
  ///
  /// @return how much, in wei
  public BigInteger withdraw(Address owner) {
    return ledger.withdraw(owner);
  }

  /// Does whatever an action says, on behalf of `caller`, with the value that the call needs.
  public void perform(Address caller, Action action, long now) {
    switch (action) {
      case Action.Challenge challenge ->
          challenge(
              caller,
              challenge.claim(),
              challenge.states(),
              challengeBondDue(challenge.claim()),
              now);
      case Action.Move move -> move(caller, move, now);
      case Action.Timeout timeout -> timeout(timeout.game(), now);
      case Action.Reclaim reclaim -> reclaim(reclaim.game());
      case Action.Resolve resolve -> resolve(resolve.claim(), now);
      case Action.Expire expire -> expire(expire.request(), now);
      case Action.Withdraw _ -> withdraw(caller);
    }
  }

  private void update(GameId id, Game game, long now) {
    put(id, game);
    switch (game.status()) {
      case RUNNING -> {}
      case SERVER_WON -> lostByChallenger(game);
      case CHALLENGER_WON -> lostByServer(game, now);
      case NONE, VOID -> throw new IllegalStateException("a move made the game " + game.status());
    }
  }

  private void lostByChallenger(Game game) {
    Entry entry = found(games.get(game.id()), "game", game.id());
    ClaimState claim = claim(entry.claim());
    BigInteger answered = parameters.challengeBond().value();
    ledger.credit(game.server(), answered);
    // What crowding has added burns, else a liar could crowd his own claim for nothing.
    ledger.credit(Address.BURNT, entry.bond().subtract(answered));
    replace(claim, claim.status(), claim.games(), claim.openGames() - 1);
  }

  private void lostByServer(Game game, long now) {
    Entry entry = found(games.get(game.id()), "game", game.id());
    ClaimState claim = claim(entry.claim());
    long rewarded = claim.openGames();
    ClaimState dead =
        new ClaimState(
            claim.claim(),
            ClaimStatus.DEAD,
            claim.bond(),
            claim.claimedAt(),
            claim.games(),
            rewarded - 1,
            rewarded);
    claims.put(dead.id(), dead);
    RequestState request = request(claim.claim().request());
    BigInteger toChallengers = reward(dead).multiply(BigInteger.valueOf(rewarded));
    BigInteger toRequester = parameters.toRequester(claim.bond());
    ledger.credit(game.challenger(), entry.bond().add(reward(dead)));
    ledger.credit(request.request().requester(), toRequester);
    // The rest, so that no rounding leaves a wei behind.
    ledger.credit(Address.BURNT, claim.bond().subtract(toChallengers).subtract(toRequester));
    requests.put(request.id(), request.afterDeath(parameters.window(), now));
  }

  /// {@return what each game gets that was open when this claim died}
  private BigInteger reward(ClaimState dead) {
    return parameters.reward(dead.bond(), dead.rewarded());
  }

  private void replace(ClaimState claim, ClaimStatus status, long allGames, long openGames) {
    claims.put(
        claim.id(),
        new ClaimState(
            claim.claim(), status, claim.bond(), claim.claimedAt(), allGames, openGames));
  }

  private void put(GameId id, Game game) {
    games.computeIfPresent(id, (_, entry) -> new Entry(entry.claim(), game, entry.bond()));
  }

  private static void requireOpen(RequestState request) {
    require(
        request.status() == RequestStatus.OPEN,
        Refusal.REQUEST_NOT_OPEN,
        "the request is " + request.status());
  }

  private static void requireLive(ClaimState claim) {
    require(
        claim.status() == ClaimStatus.LIVE,
        Refusal.CLAIM_NOT_LIVE,
        "the claim is " + claim.status());
  }

  private static <T> T found(@Nullable T value, String what, Object id) {
    if (value == null) {
      throw new IllegalArgumentException("no " + what + " " + id);
    }
    return value;
  }
}
