package opml.sim.chain;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Data;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Game;
import opml.game.move.Parameters;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.referee.Referee;
import opml.hub.Deployment;
import opml.hub.contracts.Artifacts;
import opml.sim.toy.Automaton;

/// The contracts' words: what they emit, and what their views return, of what the referee holds.
final class HubWire {
  static final long CHAIN_ID = 31337;

  private static final Contract HUB = Artifacts.HUB.load().at(Automaton.account(0x4b));
  private static final Contract REGISTRY =
      Artifacts.MODEL_REGISTRY.load().at(Automaton.account(0x4c));
  private static final Contract DELIVERIES =
      Artifacts.DELIVERIES.load().at(Automaton.account(0x4d));
  private static final Contract INPUTS = Artifacts.INPUTS.load().at(Automaton.account(0x4e));

  /// How a game ended; the ordinals are the contract's.
  enum Ending {
    TIMEOUT,
    FIXED_POINT,
    EXECUTED,
    CLAIM_DEAD
  }

  /// A log before its block has it.
  record Emission(Address address, List<Bytes32> topics, Data data) {}

  private HubWire() {}

  static Deployment deployment(Parameters parameters) {
    return new Deployment(CHAIN_ID, HUB, REGISTRY, DELIVERIES, INPUTS, 0, parameters);
  }

  // ------------------------------------------------------------------ events

  static Emission requested(RequestState state, Data input) {
    var request = state.request();
    return hub(
        "Requested",
        state.id().hash(),
        request.requester(),
        request.modelId(),
        request.requesterNonce(),
        request.inputRoot(),
        (long) request.availability().code(),
        List.of(request.server(), request.deadline(), request.callback(), request.callbackGas()),
        request.fee(),
        input);
  }

  static Emission claimed(ClaimState claim, int status, Bytes32 slotsRoot, byte[] output) {
    return hub(
        "Claimed",
        claim.id().hash(),
        claim.claim().request().hash(),
        claim.claim().server(),
        claim.claim().index(),
        (long) status,
        slotsRoot,
        claim.bond(),
        claim.claimedAt(),
        output);
  }

  static List<Emission> challenged(Referee referee, GameId id, long index) {
    Game game = referee.game(id);
    return List.of(
        hub(
            "Challenged",
            id.hash(),
            referee.claimOf(id).hash(),
            game.challenger(),
            index,
            referee.bond(id)),
        moved(game, 0));
  }

  static Emission moved(Game game, int part) {
    Position position = game.position();
    ByteWriter states = new ByteWriter();
    position.states().forEach(states::bytes32);
    return hub(
        "Moved",
        position.game().hash(),
        position.move(),
        (long) position.poster().code(),
        (long) part,
        game.clock().movedAt(),
        List.of(
            (long) position.level(),
            position.first(),
            position.length(),
            position.start(),
            position.context()),
        states.toArray());
  }

  /// {@return the events of a game that has just ended, and of what it took with it}
  ///
  /// @param extensionsBefore of the request's deadline
  static List<Emission> ended(Referee referee, GameId id, Ending ending, int extensionsBefore) {
    List<Emission> events = new ArrayList<>();
    ClaimState claim = referee.claim(referee.claimOf(id));
    events.add(
        hub(
            "GameEnded",
            id.hash(),
            claim.id().hash(),
            code(referee.game(id).status()),
            code(ending)));
    if (claim.status() == ClaimStatus.DEAD && ending != Ending.CLAIM_DEAD) {
      RequestState request = referee.request(claim.claim().request());
      events.add(claimEnded(claim));
      if (request.extensions() != extensionsBefore) {
        events.add(hub("RequestExtended", request.id().hash(), request.deadline()));
      }
    }
    return events;
  }

  static Emission claimEnded(ClaimState claim) {
    return hub(
        "ClaimEnded", claim.id().hash(), claim.claim().request().hash(), code(claim.status()));
  }

  static Emission requestEnded(RequestId id, RequestStatus status, Bytes32 finalClaim) {
    return hub("RequestEnded", id.hash(), code(status), finalClaim);
  }

  static Emission delivered(RequestId request, ClaimId claim, boolean isFinal) {
    return emission(DELIVERIES, "Delivered", request.hash(), claim.hash(), isFinal);
  }

  /// {@return the contract's number of a constant; its enums are in the same order}
  @SuppressWarnings("EnumOrdinal")
  private static long code(Enum<?> constant) {
    return constant.ordinal();
  }

  private static Emission hub(String event, Object... values) {
    return emission(HUB, event, values);
  }

  private static Emission emission(Contract contract, String event, Object... values) {
    var emitted = contract.abi().encodeEvent(event, values);
    return new Emission(contract.address(), emitted.topics(), emitted.data());
  }

  // ------------------------------------------------------------------ views

  /// {@return what a view returns}
  ///
  /// @throws IllegalArgumentException if nobody asks it here
  static Data view(SimulatedState state, Contract contract, String name, Values arguments) {
    Referee referee = state.referee();
    Object result =
        switch (name) {
          case "getRequest" -> request(referee, new RequestId(arguments.bytes32(0)));
          case "getClaim" -> claim(state, new ClaimId(arguments.bytes32(0)));
          case "getGame" -> game(referee, new GameId(arguments.bytes32(0)));
          case "credit" -> referee.ledger().credit(arguments.address(0));
          case "bondDue" -> {
            RequestState request = referee.request(new RequestId(arguments.bytes32(0)));
            yield referee.parameters().bondBeside(request.liveClaims(), request.extensions());
          }
          case "challengeBondDue" -> referee.challengeBondDue(new ClaimId(arguments.bytes32(0)));
          case "get" -> state.model(arguments.bytes32(0)).fields();
          default -> throw new IllegalArgumentException("nobody asks for " + name);
        };
    return contract.abi().encodeResult(contract.abi().function(name), result);
  }

  private static List<Object> request(Referee referee, RequestId id) {
    RequestState state = referee.request(id);
    var request = state.request();
    return List.of(
        request.requester(),
        code(state.status()),
        (long) request.availability().code(),
        state.claims(),
        state.liveClaims(),
        (long) state.extensions(),
        request.server(),
        state.deadline(),
        request.callbackGas(),
        request.callback(),
        request.fee(),
        request.modelId(),
        request.inputRoot(),
        state.status() == RequestStatus.FINAL ? referee.finalClaim(id).id().hash() : Bytes32.ZERO);
  }

  private static List<Object> claim(SimulatedState state, ClaimId id) {
    ClaimState claim = state.referee().claim(id);
    return List.of(
        claim.claim().server(),
        claim.claimedAt(),
        code(claim.status()),
        (long) state.resultStatus(id),
        claim.bond(),
        claim.claim().index(),
        claim.games(),
        claim.openGames(),
        claim.rewarded(),
        claim.claim().request().hash(),
        claim.claim().finalState(),
        Bytes32.ZERO);
  }

  private static List<Object> game(Referee referee, GameId id) {
    Game game = referee.game(id);
    Position position = game.position();
    long ahead =
        referee.bond(id).divide(referee.parameters().challengeBond().value()).longValueExact() - 1;
    return List.of(
        game.challenger(),
        game.clock().movedAt(),
        code(game.status()),
        (long) game.onTurn().code(),
        game.clock().left(Side.SERVER),
        game.clock().left(Side.CHALLENGER),
        position.move(),
        (long) referee.games(referee.claimOf(id)).stream().map(Game::id).toList().indexOf(id),
        ahead,
        referee.claimOf(id).hash(),
        position.hash());
  }
}
