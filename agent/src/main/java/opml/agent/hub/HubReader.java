package opml.agent.hub;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.agent.chain.BlockRef;
import opml.agent.chain.Chain;
import opml.agent.chain.ChainException;
import opml.agent.chain.Contract;
import opml.agent.chain.Event;
import opml.agent.chain.LogFollower;
import opml.agent.chain.Snapshot;
import opml.agent.chain.Values;
import opml.agent.hub.Picture.SeenClaim;
import opml.agent.hub.Picture.SeenGame;
import opml.agent.hub.Picture.SeenRequest;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.clock.Clock;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;

/// Reads pictures of the hub. Events tell what exists and what was posted; the hub's views tell where it stands at the
/// very block of the picture. What ended is read once. The reader keeps nothing that rereading from the deployment
/// would not give again, so a crash costs time only; a reorganisation makes it forget the events of the blocks that are
/// gone.
///
/// Not for several threads at once.
public final class HubReader {
  private final Deployment deployment;
  private final Contract hub;
  private final Chain chain;
  private final LogFollower follower;
  private final List<Event> events = new ArrayList<>();

  private final Map<RequestId, SeenRequest> endedRequests = new LinkedHashMap<>();
  private final Map<ClaimId, SeenClaim> endedClaims = new LinkedHashMap<>();
  private final Map<GameId, SeenGame> endedGames = new LinkedHashMap<>();

  public HubReader(Deployment deployment, Chain chain) {
    this(deployment, chain, 1);
  }

  /// @param confirmations how many blocks, its own included, an event needs before it is believed
  public HubReader(Deployment deployment, Chain chain, int confirmations) {
    this.deployment = deployment;
    this.hub = deployment.hub();
    this.chain = chain;
    this.follower = new LogFollower(chain, hub.filter(), deployment.block(), confirmations);
  }

  /// {@return the hub as it is now}
  ///
  /// @throws ChainException.Reorganised if the chain changed while it was read; read again
  public Picture read() {
    follow();
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
          SeenClaim claim = claim(state, values);
          claims.put(claim.id(), claim);
        }
        case "Challenged" -> {
          GameId id = new GameId(values.bytes32("gameId"));
          games.put(id, game(state, values, claims));
        }
        default -> {
          // The other events are read with the object that they belong to.
        }
      }
    }
    return new Picture(block, requests, claims, games);
  }

  private void follow() {
    for (LogFollower.Update update : follower.poll()) {
      switch (update) {
        case LogFollower.Update.Forward forward -> events.addAll(hub.events(forward.logs()));
        case LogFollower.Update.Back back -> {
          events.removeIf(event -> event.log().blockNumber() > back.upTo());
          endedRequests.clear();
          endedClaims.clear();
          endedGames.clear();
        }
      }
    }
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
            terms.callbackGas());
    requireSame("request", id.hash(), request.id().hash());
    SeenRequest seen =
        new SeenRequest(
            new RequestState(
                request,
                oneOf(RequestStatus.values(), stored.number("status")),
                stored.number("claims"),
                stored.number("liveClaims")),
            emitted ? Optional.of(event.data("data").toArray()) : Optional.empty(),
            stored.bool("finalDelivered"));
    if (seen.state().status() == RequestStatus.EXPIRED) {
      endedRequests.put(id, seen);
    }
    return seen;
  }

  private SeenClaim claim(Snapshot state, Values event) {
    ClaimId id = new ClaimId(event.bytes32("claimId"));
    SeenClaim ended = endedClaims.get(id);
    if (ended != null) {
      return ended;
    }
    Values stored = hub.read(state, "getClaim", id.hash()).tuple(0);
    byte[] output = event.data("output").toArray();
    Claim claim =
        new Claim(
            new RequestId(event.bytes32("requestId")),
            event.number("index"),
            event.address("server"),
            stored.bytes32("finalState"),
            Keccak.hash(output));
    requireSame("claim", id.hash(), claim.id().hash());
    ClaimStatus status = oneOf(ClaimStatus.values(), stored.number("status"));
    SeenClaim seen =
        new SeenClaim(
            new ClaimState(
                claim,
                status,
                stored.uint("bond"),
                stored.number("claimedAt"),
                stored.number("games"),
                stored.number("openGames")),
            (int) event.number("resultStatus"),
            event.bytes32("slotsRoot"),
            output,
            stored.bool("provisionalDelivered"));
    if (status == ClaimStatus.FINAL || status == ClaimStatus.SUPERSEDED) {
      endedClaims.put(id, seen);
    }
    return seen;
  }

  private SeenGame game(Snapshot state, Values event, Map<ClaimId, SeenClaim> claims) {
    GameId id = new GameId(event.bytes32("gameId"));
    SeenGame ended = endedGames.get(id);
    if (ended != null) {
      return ended;
    }
    ClaimId claimId = new ClaimId(event.bytes32("claimId"));
    SeenClaim claim = claims.get(claimId);
    if (claim == null) {
      throw new ChainException.Malformed("game " + id + " is on a claim that was never made");
    }
    Values stored = hub.read(state, "getGame", id.hash()).tuple(0);
    List<Position> positions = positions(id);
    requireSame("position of game " + id, stored.bytes32("position"), positions.getLast().hash());
    GameStatus status = oneOf(GameStatus.values(), stored.number("status"));
    SeenGame seen =
        new SeenGame(
            id,
            claimId,
            event.address("challenger"),
            claim.state().claim().server(),
            claim.state().status(),
            status,
            new Clock(
                stored.number("challengerLeft"),
                stored.number("serverLeft"),
                stored.number("movedAt")),
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
        positions.add(position(id, event.values()));
      }
    }
    if (positions.isEmpty()) {
      throw new ChainException.Malformed("game " + id + " has no position");
    }
    return positions;
  }

  private static Position position(GameId id, Values event) {
    Values position = event.tuple("position");
    byte[] packed = event.data("states").toArray();
    List<Bytes32> states = new ArrayList<>();
    for (int at = 0; at + Bytes32.BYTES <= packed.length; at += Bytes32.BYTES) {
      states.add(Bytes32.at(packed, at));
    }
    return new Position(
        id,
        event.number("move"),
        (int) position.number("level"),
        oneOf(Side.values(), event.number("poster")),
        position.number("first"),
        position.number("length"),
        position.bytes32("start"),
        position.bytes32("context"),
        states);
  }

  /// {@return the constant of this number; the contract's enums are in the same order}
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
