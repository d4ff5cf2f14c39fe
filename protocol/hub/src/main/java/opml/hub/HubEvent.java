package opml.hub;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Event;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.game.claim.Availability;
import opml.game.claim.Claim;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.GameIdentity;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;

/// What is kept of an event: all but inputs, outputs and places of files, which may be large and are read again when
/// somebody asks for them.
///
/// An id in an event is what its preimage hashes to; an event whose id is not, or that is malformed in any way, is
/// [Unreadable].
sealed interface HubEvent {
  /// The largest status that a state has: failed.
  int STATUS_MAX = 2;

  /// {@return everything that is known better by this event}
  List<Subject> about();

  /// @param bytes of the input, or of what says where it is
  record Requested(Request request, RequestId id, int bytes) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id), Subject.requester(request.requester()));
    }
  }

  /// @param deadline the last second at which a claim may be made from now on
  record RequestExtended(RequestId id, long deadline) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id));
    }
  }

  /// @param finalClaim all zeros if it expired
  record RequestEnded(RequestId id, RequestStatus status, ClaimId finalClaim) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id));
    }
  }

  record Claimed(
      Claim claim, ClaimId id, int resultStatus, Bytes32 slotsRoot, BigInteger bond, long claimedAt)
      implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id), Subject.of(claim.request()));
    }
  }

  record ClaimEnded(ClaimId id, RequestId request, ClaimStatus status) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id), Subject.of(request));
    }
  }

  record Challenged(GameIdentity game, GameId id, BigInteger bond) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id), Subject.of(game.claim()));
    }
  }

  /// @param part which assertion of the position before it was refuted; 0 for a challenge
  record Moved(Position position, int part, long movedAt) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(position.game()));
    }

    /// {@return the same move with the last of its states only: enough to tell of a game that is over}
    Moved shortened() {
      Position all = position;
      return new Moved(
          new Position(
              all.game(),
              all.move(),
              all.level(),
              all.poster(),
              all.first(),
              all.length(),
              all.start(),
              all.context(),
              List.of(all.states().getLast())),
          part,
          movedAt);
    }
  }

  record GameEnded(GameId id, ClaimId claim, GameStatus status) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.of(id), Subject.of(claim));
    }
  }

  record Delivered(RequestId request, ClaimId claim, boolean isFinal) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(isFinal ? Subject.of(request) : Subject.of(claim));
    }
  }

  /// @param why nothing can be taken from it
  record Unreadable(Bytes32 block, String why) implements HubEvent {
    @Override
    public List<Subject> about() {
      return List.of(Subject.block(block));
    }
  }

  /// Understands the logs of one deployment.
  record Decoder(Deployment deployment) {
    /// {@return the logs that this decoder understands}
    LogFilter filter() {
      List<Bytes32> topics =
          new ArrayList<>(
              deployment
                  .hub()
                  .filter(
                      "Requested",
                      "RequestExtended",
                      "RequestEnded",
                      "Claimed",
                      "ClaimEnded",
                      "Challenged",
                      "Moved",
                      "GameEnded")
                  .topics());
      topics.addAll(deployment.deliveries().filter("Delivered").topics());
      return new LogFilter(
          List.of(deployment.hub().address(), deployment.deliveries().address()), topics);
    }

    /// {@return what a log says; it never fails, since one log must not keep anybody from the others}
    HubEvent decode(LogEntry log) {
      Contract contract =
          log.address().equals(deployment.hub().address())
              ? deployment.hub()
              : deployment.deliveries();
      try {
        Optional<Event> event = contract.abi().decode(log);
        return event.isEmpty()
            ? unreadable(log, "it is none of the contract's events")
            : decode(event.get());
      } catch (ChainException.Malformed | IllegalArgumentException e) {
        return unreadable(log, String.valueOf(e.getMessage()));
      }
    }

    private static HubEvent unreadable(LogEntry log, String why) {
      return new Unreadable(
          log.blockHash(), "log %d of block %d: %s".formatted(log.index(), log.blockNumber(), why));
    }

    private HubEvent decode(Event event) {
      Values values = event.values();
      return switch (event.name()) {
        case "Requested" -> requested(values);
        case "RequestExtended" ->
            new RequestExtended(request(values), values.uint("deadline").longValue());
        case "RequestEnded" ->
            new RequestEnded(
                request(values),
                oneOf(RequestStatus.values(), values.number("status"), 2),
                new ClaimId(values.bytes32("finalClaim")));
        case "Claimed" -> claimed(values);
        case "ClaimEnded" ->
            new ClaimEnded(
                claim(values),
                request(values),
                oneOf(ClaimStatus.values(), values.number("status"), 2));
        case "Challenged" -> challenged(values);
        case "Moved" -> moved(values);
        case "GameEnded" ->
            new GameEnded(
                game(values),
                claim(values),
                oneOf(GameStatus.values(), values.number("status"), 2));
        case "Delivered" -> new Delivered(request(values), claim(values), values.bool("isFinal"));
        default -> throw new IllegalArgumentException("nothing is known of " + event.name());
      };
    }

    private HubEvent requested(Values values) {
      Terms terms = Terms.of(values.tuple("terms"));
      Request request =
          new Request(
              deployment.chainId(),
              deployment.hub().address(),
              values.address("requester"),
              values.number("nonce"),
              values.bytes32("modelId"),
              values.bytes32("inputRoot"),
              oneOf(Availability.values(), values.number("availability"), 0),
              terms.server(),
              values.uint("fee"),
              terms.deadline(),
              terms.callback(),
              terms.callbackGas());
      RequestId id = request(values);
      requireSame("request", id.hash(), request.id().hash());
      return new Requested(request, id, values.data("data").length());
    }

    private static HubEvent claimed(Values values) {
      Claim claim =
          new Claim(
              request(values),
              values.number("index"),
              values.address("server"),
              finalState(values.number("resultStatus"), values.bytes32("slotsRoot")),
              Keccak.hash(values.data("output").toArray()));
      ClaimId id = claim(values);
      requireSame("claim", id.hash(), claim.id().hash());
      return new Claimed(
          claim,
          id,
          (int) values.number("resultStatus"),
          values.bytes32("slotsRoot"),
          values.uint("bond"),
          values.number("claimedAt"));
    }

    private static HubEvent challenged(Values values) {
      Address challenger = values.address("challenger");
      GameIdentity identity = new GameIdentity(claim(values), values.number("index"), challenger);
      GameId id = game(values);
      requireSame("game", id.hash(), identity.id().hash());
      return new Challenged(identity, id, values.uint("bond"));
    }

    private static HubEvent moved(Values values) {
      Values position = values.tuple("position");
      byte[] packed = values.data("states").toArray();
      if (packed.length % Bytes32.BYTES != 0) {
        throw new IllegalArgumentException(
            "a position with %d bytes of states".formatted(packed.length));
      }
      List<Bytes32> states = new ArrayList<>();
      for (int at = 0; at < packed.length; at += Bytes32.BYTES) {
        states.add(Bytes32.at(packed, at));
      }
      return new Moved(
          new Position(
              game(values),
              values.number("move"),
              (int) position.number("level"),
              oneOf(Side.values(), values.number("poster"), 0),
              position.number("first"),
              position.number("length"),
              position.bytes32("start"),
              position.bytes32("context"),
              states),
          (int) values.number("part"),
          values.number("movedAt"));
    }

    private static RequestId request(Values values) {
      return new RequestId(values.bytes32("requestId"));
    }

    private static ClaimId claim(Values values) {
      return new ClaimId(values.bytes32("claimId"));
    }

    private static GameId game(Values values) {
      return new GameId(values.bytes32("gameId"));
    }

    private static void requireSame(String what, Bytes32 named, Bytes32 actual) {
      if (!named.equals(actual)) {
        throw new IllegalArgumentException(
            "it names %s %s, and its values are those of %s".formatted(what, named, actual));
      }
    }

    /// {@return the constant of this number, at least `least`; the contract's enums are in the same order}
    private static <E> E oneOf(E[] constants, long code, int least) {
      if (code < least || code >= constants.length) {
        throw new IllegalArgumentException(
            "no %s here has the number %d"
                .formatted(constants[0].getClass().getSimpleName(), code));
      }
      return constants[(int) code];
    }
  }

  /// {@return the commitment of a final state: `spec/protocol.md` §1.6}
  ///
  /// @param status 0 ran to its end, 1 stopped, 2 failed
  static Bytes32 finalState(long status, Bytes32 slotsRoot) {
    if (status < 0 || status > STATUS_MAX) {
      throw new ChainException.Malformed("no state has the status " + status);
    }
    return Preimage.tagged("state").word(status).word(slotsRoot).hash();
  }
}
