package opml.sim.chain;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import opml.core.account.Address;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.abi.Values;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.referee.Hearing;
import opml.game.referee.Referee;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.sim.chain.HubWire.Emission;
import opml.sim.chain.HubWire.Ending;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;

/// All that the chain holds after a block: the hub, and everybody's money.
final class SimulatedState {
  private final Automaton.Steps steps;
  private final Referee referee;
  private final Bugs bugs;
  private final Map<Address, BigInteger> balances = new LinkedHashMap<>();
  private final Map<Address, Long> nonces = new HashMap<>();
  private final Map<ClaimId, Integer> resultStatuses = new HashMap<>();
  private BigInteger gasPaid = BigInteger.ZERO;

  SimulatedState(Automaton.Steps steps, Referee referee, Bugs bugs) {
    this.steps = steps;
    this.referee = referee;
    this.bugs = bugs;
  }

  /// {@return the same state, on its own from now on}
  SimulatedState copy() {
    SimulatedState copy = new SimulatedState(steps, referee.copy(), bugs);
    copy.balances.putAll(balances);
    copy.nonces.putAll(nonces);
    copy.resultStatuses.putAll(resultStatuses);
    copy.gasPaid = gasPaid;
    return copy;
  }

  Referee referee() {
    return referee;
  }

  Automaton model(Bytes32 id) {
    return steps.model(id).orElseThrow(() -> new IllegalArgumentException("no model " + id));
  }

  int resultStatus(ClaimId claim) {
    return resultStatuses.getOrDefault(claim, 0);
  }

  BigInteger balance(Address account) {
    return balances.getOrDefault(account, BigInteger.ZERO);
  }

  long nonce(Address account) {
    return nonces.getOrDefault(account, 0L);
  }

  /// Gives somebody money, or takes it.
  void add(Address account, BigInteger amount) {
    balances.merge(account, amount, BigInteger::add);
    if (balance(account).signum() < 0) {
      throw new IllegalStateException(account + " has less than nothing");
    }
  }

  /// Takes what a transaction's gas costs, and its nonce.
  void charge(Address account, BigInteger fee) {
    add(account, fee.negate());
    gasPaid = gasPaid.add(fee);
    nonces.merge(account, 1L, Long::sum);
  }

  /// {@return all the money that there is: accounts', the hub's, and what was paid for gas}
  BigInteger money() {
    return balances.values().stream()
        .reduce(BigInteger.ZERO, BigInteger::add)
        .add(gasPaid)
        .add(heldByHub());
  }

  BigInteger heldByHub() {
    return referee.ledger().paidIn().subtract(referee.ledger().paidOut());
  }

  /// Does what a call asks for, and moves its money; a refused call changes nothing.
  ///
  /// @param now seconds since 1970
  /// @return what the contracts emit
  /// @throws RefusedCallException if they revert
  List<Emission> perform(Address from, SimulatedCall call, long now) {
    List<Emission> events = new ArrayList<>();
    switch (call) {
      case SimulatedCall.Transfer(Address to, BigInteger value) -> {
        add(from, value.negate());
        add(to, value);
      }
      case SimulatedCall.OfContract of -> {
        try {
          events.addAll(called(from, of, now));
        } catch (IllegalArgumentException e) {
          // What is not there has status 0, which is none that the call may find.
          throw new RefusedCallException(notThere(of.function()), String.valueOf(e.getMessage()));
        }
        add(from, of.value().negate());
      }
    }
    return events;
  }

  private static Refusal notThere(String function) {
    return switch (function) {
      case "claim", "expire", "deliverFinal" -> Refusal.REQUEST_NOT_OPEN;
      case "challenge", "resolve", "deliverProvisional" -> Refusal.CLAIM_NOT_LIVE;
      case "dissect", "refine", "execute", "timeout", "reclaim" -> Refusal.GAME_NOT_RUNNING;
      default -> Refusal.STATE_MISMATCH;
    };
  }

  private List<Emission> called(Address from, SimulatedCall.OfContract call, long now) {
    Values values = call.arguments();
    BigInteger value = call.value();
    return switch (call.function()) {
      case "request" -> request(from, values, value, now);
      case "claim" -> claim(from, values, value, now);
      case "challenge" -> challenge(from, values, value, now);
      case "dissect", "refine", "execute" -> move(from, call.function(), values, now);
      case "timeout" -> {
        GameId id = new GameId(values.bytes32(0));
        int before = extensions(id);
        referee.timeout(id, now);
        yield HubWire.ended(referee, id, Ending.TIMEOUT, before);
      }
      case "reclaim" -> {
        GameId id = new GameId(values.bytes32(0));
        referee.reclaim(id);
        yield HubWire.ended(referee, id, Ending.CLAIM_DEAD, 0);
      }
      case "resolve" -> {
        ClaimId id = new ClaimId(values.bytes32(0));
        referee.resolve(id, bugs.resolvesAt(now));
        yield resolved(id);
      }
      case "expire" -> {
        RequestId id = new RequestId(values.bytes32(0));
        referee.expire(id, now);
        yield List.of(HubWire.requestEnded(id, RequestStatus.EXPIRED, Bytes32.ZERO));
      }
      case "withdraw" -> {
        add(values.address(0), bugs.paid(referee.withdraw(from)));
        yield List.of();
      }
      case "deliverProvisional" -> {
        ClaimId id = new ClaimId(values.bytes32(0));
        referee.deliverProvisional(id, Keccak.hash(values.data(1).toArray()), Hearing.HEARD);
        yield List.of(HubWire.delivered(referee.claim(id).claim().request(), id, false));
      }
      case "deliverFinal" -> {
        RequestId id = new RequestId(values.bytes32(0));
        referee.deliverFinal(id, Keccak.hash(values.data(1).toArray()), Hearing.HEARD);
        yield List.of(HubWire.delivered(id, referee.finalClaim(id).id(), true));
      }
      default -> throw new IllegalArgumentException("nobody calls " + call.function());
    };
  }

  private int extensions(GameId id) {
    return referee.request(referee.claim(referee.claimOf(id)).claim().request()).extensions();
  }

  private List<Emission> resolved(ClaimId id) {
    List<Emission> events = new ArrayList<>();
    RequestId request = referee.claim(id).claim().request();
    if (referee.claim(id).status() == ClaimStatus.FINAL) {
      events.add(HubWire.requestEnded(request, RequestStatus.FINAL, id.hash()));
    }
    events.add(HubWire.claimEnded(referee.claim(id)));
    return events;
  }

  private List<Emission> request(Address from, Values values, BigInteger fee, long now) {
    Values terms = values.tuple(1);
    byte[] input = values.data(2).toArray();
    RequestId id =
        referee.request(
            from,
            values.bytes32(0),
            AutomatonWorkshop.inputRoot(input),
            terms.address(0),
            terms.number(1),
            terms.address(2),
            terms.number(3),
            fee,
            now);
    return List.of(HubWire.requested(referee.request(id), values.data(2)));
  }

  private List<Emission> claim(Address from, Values values, BigInteger value, long now) {
    int status = (int) values.number(1);
    Bytes32 slots = values.bytes32(2);
    byte[] output = values.data(3).toArray();
    if (!Arrays.equals(output, ShortBuffer.trim(Automaton.output(slots)))) {
      throw new RefusedCallException(Refusal.OUTPUT_MISMATCH, "the slots hold another output");
    }
    ClaimId id =
        referee.claim(
            from,
            new RequestId(values.bytes32(0)),
            Automaton.state(status, slots),
            Keccak.hash(output),
            value,
            now);
    resultStatuses.put(id, status);
    return List.of(HubWire.claimed(referee.claim(id), status, slots, output));
  }

  private List<Emission> challenge(Address from, Values values, BigInteger value, long now) {
    ClaimId claim = new ClaimId(values.bytes32(0));
    long index = referee.claim(claim).games();
    byte[] evidence = values.data(1).toArray();
    GameId id =
        referee.challenge(
            from, claim, words(evidence, 0, evidence.length / Bytes32.BYTES), value, now);
    return HubWire.challenged(referee, id, index);
  }

  private List<Emission> move(Address from, String function, Values values, long now) {
    GameId id = new GameId(values.bytes32(0));
    Game game = referee.game(id);
    Values named = values.tuple(1);
    int part = (int) values.number(2);
    byte[] evidence =
        switch (function) {
          case "dissect" -> values.data(3).toArray();
          case "refine" -> values.data(5).toArray();
          default -> values.data(6).toArray();
        };
    int listed = (int) Math.min(named.number(2), 16);
    int all = evidence.length / Bytes32.BYTES;
    Position answered =
        new Position(
            id,
            game.position().move(),
            (int) named.number(0),
            game.position().poster(),
            named.number(1),
            named.number(2),
            named.bytes32(3),
            named.bytes32(4),
            words(evidence, 0, Math.min(listed, all)));
    List<Bytes32> states = words(evidence, Math.min(listed, all), all);
    Action.Move move =
        switch (function) {
          case "dissect" -> new Action.Dissect(answered, part, states);
          case "refine" -> {
            steps.open((int) values.number(3), values.bytes32(4));
            yield new Action.Refine(answered, part, states);
          }
          default -> new Action.Execute(answered, part);
        };
    int before = extensions(id);
    referee.move(from, move, now);
    Game after = referee.game(id);
    return after.status() == GameStatus.RUNNING
        ? List.of(HubWire.moved(after, part))
        : HubWire.ended(
            referee,
            id,
            move instanceof Action.Execute ? Ending.EXECUTED : Ending.FIXED_POINT,
            before);
  }

  private static List<Bytes32> words(byte[] bytes, int from, int to) {
    List<Bytes32> words = new ArrayList<>();
    for (int i = from; i < to; i++) {
      words.add(Bytes32.at(bytes, i * Bytes32.BYTES));
    }
    return words;
  }

  /// {@return the contract's name for a refusal}
  static String error(Refusal refusal) {
    StringBuilder text = new StringBuilder();
    for (String word : refusal.name().split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
