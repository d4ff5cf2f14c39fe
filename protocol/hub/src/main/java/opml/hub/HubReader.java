package opml.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Event;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogFollower;
import opml.ethereum.chain.Snapshot;
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
import opml.game.move.Clock;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Reads pictures of the hub. Events tell what exists and what was posted; the hub's views tell where it stands at the
/// very block of the picture. What ended is read once. The reader keeps nothing that rereading from the deployment
/// would not give again, so a crash costs time only; a reorganisation makes it forget the events of the blocks that are
/// gone.
///
/// A node is not believed. Ids are recomputed from what they commit to, an input is hashed to the root that its request
/// names, and what the hub has numbered must be there without gaps; what does not fit is [ChainException.Malformed],
/// and everything is read anew the next time. What no hash binds is left to the node: the views, the last requests of
/// an account, and the states of positions that were answered already.
///
/// Not for several threads at once.
public final class HubReader {
  /// The largest status that a state has: failed.
  private static final int STATUS_MAX = 2;

  private final Deployment deployment;
  private final Contract hub;
  private final Chain chain;
  private final int confirmations;
  private LogFollower follower;
  private final List<Event> events = new ArrayList<>();

  private final Map<RequestId, SeenRequest> endedRequests = new LinkedHashMap<>();
  private final Map<ClaimId, SeenClaim> endedClaims = new LinkedHashMap<>();
  private final Map<GameId, SeenGame> endedGames = new LinkedHashMap<>();
  private final Map<Bytes32, ModelRegistration.Buffers> buffers = new HashMap<>();

  public HubReader(Deployment deployment, Chain chain) {
    this(deployment, chain, 1);
  }

  /// @param confirmations how many blocks, its own included, an event needs before it is believed
  public HubReader(Deployment deployment, Chain chain, int confirmations) {
    this.deployment = deployment;
    this.hub = deployment.hub();
    this.chain = chain;
    this.confirmations = confirmations;
    this.follower = fromTheBeginning();
  }

  private LogFollower fromTheBeginning() {
    return new LogFollower(chain, hub.filter(), deployment.block(), confirmations);
  }

  /// {@return the hub as it is now}
  ///
  /// @throws ChainException.Reorganised if the chain changed while it was read; read again
  /// @throws ChainException.Malformed if what the node says of the hub contradicts itself
  public Picture read() {
    try {
      follow();
      return picture();
    } catch (ChainException.Malformed e) {
      // Nobody knows since when the node has not told the truth.
      follower = fromTheBeginning();
      events.clear();
      forgetEnded();
      throw e;
    }
  }

  private Picture picture() {
    BlockRef block = follower.position().orElseGet(chain::latest);
    Snapshot state = chain.snapshot(block);
    Map<RequestId, SeenRequest> requests = new LinkedHashMap<>();
    Map<ClaimId, SeenClaim> claims = new LinkedHashMap<>();
    Map<GameId, SeenGame> games = new LinkedHashMap<>();
    for (Event event : events) {
      Values values = event.values();
      switch (event.name()) {
        case "Requested" -> {
          SeenRequest request = request(state, values);
          requests.put(request.id(), request);
        }
        case "Claimed" -> {
          SeenClaim claim = claim(state, values, requests);
          claims.put(claim.id(), claim);
        }
        case "Challenged" -> {
          GameId id = new GameId(values.bytes32("gameId"));
          games.put(id, game(id, state, values, claims));
        }
        default -> {
          // The other events are read with the object that they belong to.
        }
      }
    }
    Picture picture = new Picture(block, requests, claims, games);
    requireNoGaps(picture);
    return picture;
  }

  /// The hub numbers the requests of an account, the claims on a request and the games on a claim, and counts the
  /// latter two.
  private static void requireNoGaps(Picture picture) {
    Map<Object, Long> counts = new HashMap<>();
    for (SeenRequest seen : picture.requests().values()) {
      Request request = seen.state().request();
      requireNext(counts, request.requester(), request.requesterNonce(), "request", seen.id());
    }
    for (SeenClaim seen : picture.claims().values()) {
      Claim claim = seen.state().claim();
      requireNext(counts, claim.request(), claim.index(), "claim", seen.id());
    }
    for (SeenGame seen : picture.games().values()) {
      // The index is in the id, which was recomputed with the index that follows.
      counts.merge(seen.claim(), 1L, Long::sum);
    }
    for (SeenRequest seen : picture.requests().values()) {
      requireCount(counts, seen.id(), seen.state().claims(), "claims on request");
    }
    for (SeenClaim seen : picture.claims().values()) {
      requireCount(counts, seen.id(), seen.state().games(), "games on claim");
    }
  }

  private static void requireNext(
      Map<Object, Long> counts, Object owner, long index, String what, Object id) {
    long expected = counts.merge(owner, 1L, Long::sum) - 1;
    if (index != expected) {
      throw new ChainException.Malformed(
          "%s %s has number %d where %d comes next: the node leaves out events, or the deployment is older than block"
              .formatted(what, id, index, expected));
    }
  }

  private static void requireCount(
      Map<Object, Long> counts, Object owner, long expected, String what) {
    long seen = counts.getOrDefault(owner, 0L);
    if (seen != expected) {
      throw new ChainException.Malformed(
          "the node shows %d of %d %s %s".formatted(seen, expected, what, owner));
    }
  }

  private void follow() {
    for (LogFollower.Update update : follower.poll()) {
      switch (update) {
        case LogFollower.Update.Forward forward -> events.addAll(hub.events(forward.logs()));
        case LogFollower.Update.Back back -> {
          events.removeIf(event -> event.log().blockNumber() > back.upTo());
          forgetEnded();
        }
      }
    }
  }

  private void forgetEnded() {
    endedRequests.clear();
    endedClaims.clear();
    endedGames.clear();
  }

  private SeenRequest request(Snapshot state, Values event) {
    RequestId id = new RequestId(event.bytes32("requestId"));
    SeenRequest ended = endedRequests.get(id);
    if (ended != null) {
      return ended;
    }
    Values stored = hub.read(state, "getRequest", id.hash()).tuple(0);
    Terms terms = Terms.of(event.tuple("terms"));
    boolean emitted = event.number("availability") == 0;
    Request request =
        built(
            "request",
            id,
            () ->
                new Request(
                    deployment.chainId(),
                    hub.address(),
                    event.address("requester"),
                    event.number("nonce"),
                    event.bytes32("modelId"),
                    event.bytes32("inputRoot"),
                    emitted ? Availability.EMITTED : Availability.REFERENCED,
                    terms.server(),
                    event.uint("fee"),
                    terms.deadline(),
                    terms.callback(),
                    terms.callbackGas()));
    requireSame("request", id.hash(), request.id().hash());
    RequestStatus status = oneOf(RequestStatus.values(), stored.number("status"));
    requireKnown("request", id, status != RequestStatus.NONE);
    SeenRequest seen =
        new SeenRequest(
            built(
                "request",
                id,
                () ->
                    new RequestState(
                        request,
                        status,
                        stored.number("claims"),
                        stored.number("liveClaims"),
                        stored.uint("deadline").longValue(),
                        (int) stored.number("extensions"))),
            emitted ? Optional.of(input(state, request, event)) : Optional.empty(),
            !request.callback().isZero()
                && status == RequestStatus.FINAL
                && deployment.deliveries().read(state, "finalDelivered", id.hash()).bool(0));
    if (seen.state().status() == RequestStatus.EXPIRED) {
      endedRequests.put(id, seen);
    }
    return seen;
  }

  /// {@return the bytes of the event, if they are what the request's root commits to}
  private byte[] input(Snapshot state, Request request, Values event) {
    byte[] input = event.data("data").toArray();
    ModelRegistration.Input taken = buffers(state, request.modelId()).input();
    if (!ShortBuffer.isShort(input, taken.bytes())) {
      throw new ChainException.Malformed(
          "the input of request %s has %d bytes or ends in a zero, its model takes %d"
              .formatted(request.id(), input.length, taken.bytes()));
    }
    requireSame(
        "input of request " + request.id(),
        request.inputRoot(),
        MerkleRoot.of(input, taken.depth()));
    return input;
  }

  private ModelRegistration.Buffers buffers(Snapshot state, Bytes32 modelId) {
    return buffers.computeIfAbsent(modelId, id -> ModelRegistration.buffers(deployment, state, id));
  }

  private SeenClaim claim(Snapshot state, Values event, Map<RequestId, SeenRequest> requests) {
    ClaimId id = new ClaimId(event.bytes32("claimId"));
    SeenClaim ended = endedClaims.get(id);
    if (ended != null) {
      return ended;
    }
    SeenRequest request = requests.get(new RequestId(event.bytes32("requestId")));
    if (request == null) {
      throw new ChainException.Malformed("claim " + id + " is on a request that was never made");
    }
    Values stored = hub.read(state, "getClaim", id.hash()).tuple(0);
    byte[] output = event.data("output").toArray();
    Claim claim =
        new Claim(
            request.id(),
            event.number("index"),
            event.address("server"),
            finalState(event.number("resultStatus"), event.bytes32("slotsRoot")),
            Keccak.hash(output));
    requireSame("claim", id.hash(), claim.id().hash());
    ClaimStatus status = oneOf(ClaimStatus.values(), stored.number("status"));
    requireKnown("claim", id, status != ClaimStatus.NONE);
    SeenClaim seen =
        new SeenClaim(
            built(
                "claim",
                id,
                () ->
                    new ClaimState(
                        claim,
                        status,
                        stored.uint("bond"),
                        stored.number("claimedAt"),
                        stored.number("games"),
                        stored.number("openGames"),
                        stored.number("rewarded"))),
            (int) event.number("resultStatus"),
            event.bytes32("slotsRoot"),
            padded(state, request, event.number("resultStatus"), output),
            !request.state().request().callback().isZero()
                && status == ClaimStatus.LIVE
                && deployment.deliveries().read(state, "provisionalDelivered", id.hash()).bool(0));
    if (status == ClaimStatus.FINAL || status == ClaimStatus.SUPERSEDED) {
      endedClaims.put(id, seen);
    }
    return seen;
  }

  /// {@return the output with the zeros that it travels without}
  private byte[] padded(Snapshot state, SeenRequest request, long status, byte[] output) {
    if (status == STATUS_MAX) {
      return output;
    }
    int length = buffers(state, request.state().request().modelId()).outputBytes();
    return built("output of a claim on", request.id(), () -> ShortBuffer.pad(output, length));
  }

  private SeenGame game(GameId id, Snapshot state, Values event, Map<ClaimId, SeenClaim> claims) {
    ClaimId claimId = new ClaimId(event.bytes32("claimId"));
    SeenClaim claim = claims.get(claimId);
    if (claim == null) {
      throw new ChainException.Malformed("game " + id + " is on a claim that was never made");
    }
    SeenGame ended = endedGames.get(id);
    if (ended != null) {
      // The claim may have ended after the game.
      return ended.under(claim.state().status());
    }
    Address challenger = event.address("challenger");
    GameIdentity identity = new GameIdentity(claimId, event.number("index"), challenger);
    requireSame("game", id.hash(), identity.id().hash());
    Values stored = hub.read(state, "getGame", id.hash()).tuple(0);
    List<Position> positions = positions(id);
    requireSame("position of game " + id, stored.bytes32("position"), positions.getLast().hash());
    GameStatus status = oneOf(GameStatus.values(), stored.number("status"));
    requireKnown("game", id, status != GameStatus.NONE);
    SeenGame seen =
        new SeenGame(
            id,
            claimId,
            challenger,
            claim.state().claim().server(),
            claim.state().status(),
            status,
            built(
                "game",
                id,
                () ->
                    new Clock(
                        stored.number("challengerLeft"),
                        stored.number("serverLeft"),
                        stored.number("movedAt"))),
            positions);
    if (status != GameStatus.RUNNING) {
      endedGames.put(id, seen);
    }
    return seen;
  }

  private List<Position> positions(GameId id) {
    List<Position> positions = new ArrayList<>();
    for (Event event : events) {
      if (event.name().equals("Moved") && event.values().bytes32("gameId").equals(id.hash())) {
        Position position = position(id, event.values());
        if (!follows(position, positions)) {
          throw new ChainException.Malformed(
              "move %d of game %s does not answer the one before it"
                  .formatted(position.move(), id));
        }
        positions.add(position);
      }
    }
    if (positions.isEmpty()) {
      throw new ChainException.Malformed("game " + id + " has no position");
    }
    return positions;
  }

  private static boolean follows(Position next, List<Position> before) {
    if (next.move() != before.size() + 1) {
      return false;
    }
    if (before.isEmpty()) {
      return next.level() == 0;
    }
    Position last = before.getLast();
    if (next.level() != last.level()) {
      return next.level() == last.level() + 1 && next.first() == 0;
    }
    return next.context().equals(last.context())
        && IntStream.range(0, last.parts())
            .anyMatch(
                j -> last.part(j).equals(next.interval()) && last.before(j).equals(next.start()));
  }

  private static Position position(GameId id, Values event) {
    Values position = event.tuple("position");
    byte[] packed = event.data("states").toArray();
    if (packed.length % Bytes32.BYTES != 0) {
      throw new ChainException.Malformed(
          "a position of game " + id + " has " + packed.length + " bytes of states");
    }
    List<Bytes32> states = new ArrayList<>();
    for (int at = 0; at < packed.length; at += Bytes32.BYTES) {
      states.add(Bytes32.at(packed, at));
    }
    return built(
        "position of game",
        id,
        () ->
            new Position(
                id,
                event.number("move"),
                (int) position.number("level"),
                oneOf(Side.values(), event.number("poster")),
                position.number("first"),
                position.number("length"),
                position.bytes32("start"),
                position.bytes32("context"),
                states));
  }

  /// {@return what the node's values make, unless they make nothing that a hub could hold}
  private static <T> T built(String what, Object id, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new ChainException.Malformed(
          "the node's " + what + " " + id + " is none: " + e.getMessage());
    }
  }

  private static void requireKnown(String what, Object id, boolean known) {
    if (!known) {
      throw new ChainException.Malformed(
          "the hub knows no " + what + " " + id + ", its event is false");
    }
  }

  /// {@return the constant of this number; the contract's enums are in the same order}
  /// {@return the commitment of a final state: `spec/protocol.md` §1.6}
  ///
  /// @param status 0 ran to its end, 1 stopped, 2 failed
  static Bytes32 finalState(long status, Bytes32 slotsRoot) {
    if (status < 0 || status > STATUS_MAX) {
      throw new ChainException.Malformed("no state has the status " + status);
    }
    return Preimage.tagged("state").word(status).word(slotsRoot).hash();
  }

  private static <E> E oneOf(E[] constants, long code) {
    if (code >= constants.length) {
      throw new ChainException.Malformed(
          "no " + constants[0].getClass().getSimpleName() + " has the number " + code);
    }
    return constants[(int) code];
  }

  private static void requireSame(String what, Bytes32 expected, Bytes32 actual) {
    if (!expected.equals(actual)) {
      throw new ChainException.Malformed(
          "the node's events do not give the " + what + ": " + expected + " is not " + actual);
    }
  }
}
