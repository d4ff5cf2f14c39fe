package opml.game.play;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.Parameters;
import opml.game.move.Position;
import opml.game.referee.Referee;
import opml.game.referee.Rules;
import opml.game.solver.Solver;
import opml.game.toy.Toy;
import opml.game.toy.ToyTrace;

/// A hub, its parties and its time, told as a story:
///
/// ```java
/// Market market = new Market(Toy.of(20, 30));
/// RequestId request = market.request();
/// ClaimId lie = market.claim(LIAR, market.wrongState());
/// market.play(market.honest(VERIFIER));
/// assertThat(market.hub().claim(lie).status()).isEqualTo(ClaimStatus.DEAD);
/// ```
///
/// After every call it is checked that each wei is in exactly one place.
final class Market {
  static final Address HUB = address(0x4b);
  static final Address REQUESTER = address(0x4e);
  static final Address SERVER = address(0x5e);
  static final Address VERIFIER = address(0x7e);
  static final Address LIAR = address(0x11);
  static final Address SHAM = address(0x54);

  static final long WINDOW = 1_000;
  static final long ALLOWANCE = 300;
  static final long DEADLINE = 500;
  static final BigInteger FEE = BigInteger.valueOf(1_003);
  static final Parameters PARAMETERS =
      new Parameters(WINDOW, ALLOWANCE, Wei.of(16_007), Wei.of(4_001), 2_500, 2_500);

  private final Toy toy;
  private final ToyTrace truth;
  private final Referee hub;
  private final Map<Address, BigInteger> paid = new HashMap<>();
  private final Map<RequestId, List<ClaimId>> posted = new LinkedHashMap<>();
  private final Map<GameId, List<Position>> games = new LinkedHashMap<>();
  private long now = 10_000;
  private RequestId current;

  Market(Toy toy) {
    this.toy = toy;
    this.truth = toy.trace();
    this.hub = new Referee(31337, HUB, PARAMETERS, new Rules(format(), toy));
  }

  static Address address(int number) {
    return Address.ofHex("%040x".formatted(number));
  }

  GameFormat format() {
    return new GameFormat(GameFormat.PROTOCOL.arity(), toy.levels());
  }

  Referee hub() {
    return hub;
  }

  Toy toy() {
    return toy;
  }

  ToyTrace truth() {
    return truth;
  }

  long now() {
    return now;
  }

  Bytes32 rightState() {
    return truth.at(truth.length());
  }

  Bytes32 wrongState() {
    return toy.wrong(0, rightState());
  }

  static Bytes32 outputOf(Bytes32 finalState) {
    return Keccak.hash(finalState.toArray());
  }

  /// A request of the usual requester, which the following claims are on.
  RequestId request() {
    return requestOf(REQUESTER);
  }

  /// The same, of anybody.
  RequestId requestOf(Address requester) {
    current = hub.request(requester, Toy.MODEL, Toy.INPUT, Address.ZERO, now + DEADLINE, FEE, now);
    pay(requester, FEE);
    posted.put(current, new ArrayList<>());
    checkMoney();
    return current;
  }

  /// A claim on the last request, with the bond that is due.
  ClaimId claim(Address server, Bytes32 finalState) {
    BigInteger bond =
        PARAMETERS.bondBeside(hub.request(current).liveClaims(), hub.request(current).extensions());
    ClaimId id = hub.claim(server, current, finalState, outputOf(finalState), bond, now);
    pay(server, bond);
    posted.get(current).add(id);
    checkMoney();
    return id;
  }

  GameId challenge(Address challenger, ClaimId claim, List<Bytes32> states) {
    BigInteger bond = hub.challengeBondDue(claim);
    GameId id = hub.challenge(challenger, claim, states, bond, now);
    pay(challenger, bond);
    games.put(id, new ArrayList<>(List.of(hub.game(id).position())));
    checkMoney();
    return id;
  }

  /// {@return a challenge with the true states, but for a wrong last one}
  GameId sham(Address challenger, ClaimId claim) {
    return challenge(challenger, claim, shamList());
  }

  List<Bytes32> shamList() {
    List<Bytes32> states = new ArrayList<>(new Solver(format()).opening(truth));
    states.removeLast();
    states.add(wrongState());
    return states;
  }

  void perform(Address caller, Action action) {
    if (action instanceof Action.Challenge challenge) {
      challenge(caller, challenge.claim(), challenge.states());
    } else {
      hub.perform(caller, action, now);
    }
    if (action instanceof Action.Move move) {
      List<Position> history = games.get(move.game());
      Position position = hub.game(move.game()).position();
      if (!history.getLast().equals(position)) {
        history.add(position);
      }
    }
    checkMoney();
  }

  void waitFor(long seconds) {
    now += seconds;
  }

  HonestParty honest(Address self) {
    return new HonestParty(this, self);
  }

  List<RequestId> requests() {
    return List.copyOf(posted.keySet());
  }

  List<ClaimId> claims(RequestId request) {
    return List.copyOf(posted.get(request));
  }

  List<GameId> games() {
    return List.copyOf(games.keySet());
  }

  /// {@return all positions of a game, in order, as the chain emits them}
  List<Position> history(GameId game) {
    return games.get(game);
  }

  /// Lets these parties act until none of them has anything to do at this instant.
  void react(Player... parties) {
    boolean anybody = true;
    for (int round = 0; anybody; round++) {
      if (round > 10_000) {
        throw new AssertionError("the parties never come to rest");
      }
      anybody = false;
      for (Player party : parties) {
        List<Action> actions = party.actions();
        // One at a time: what one action changes may make the next one pointless.
        if (!actions.isEmpty()) {
          perform(party.self(), actions.getFirst());
          anybody = true;
        }
      }
    }
  }

  /// Lets these parties act, and time pass, until everything is settled.
  void play(Player... parties) {
    react(parties);
    while (!isSettled()) {
      now = nextInstant();
      react(parties);
    }
  }

  /// {@return what somebody has gained or lost, what he may withdraw included}
  BigInteger gain(Address party) {
    return hub.ledger().credit(party).subtract(paid.getOrDefault(party, BigInteger.ZERO));
  }

  ClaimStatus statusOf(ClaimId claim) {
    return hub.claim(claim).status();
  }

  private void pay(Address party, BigInteger amount) {
    paid.merge(party, amount, BigInteger::add);
  }

  private boolean isSettled() {
    return posted.keySet().stream()
        .allMatch(
            id ->
                hub.request(id).status() != RequestStatus.OPEN
                    && hub.request(id).liveClaims() == 0);
  }

  private long nextInstant() {
    LongStream deadlines = requests().stream().mapToLong(id -> hub.request(id).deadline());
    LongStream windows =
        allClaims().stream()
            .filter(claim -> claim.status() == ClaimStatus.LIVE)
            .mapToLong(claim -> claim.claimedAt() + WINDOW);
    LongStream clocks =
        games().stream()
            .map(hub::game)
            .filter(Game::isPlayed)
            .mapToLong(game -> game.clock().lastMoment(game.onTurn()));
    return 1
        + LongStream.concat(deadlines, LongStream.concat(windows, clocks))
            .filter(instant -> instant >= now)
            .min()
            .orElseThrow(() -> new AssertionError("nothing will ever happen again"));
  }

  private List<ClaimState> allClaims() {
    return posted.values().stream().flatMap(List::stream).map(hub::claim).toList();
  }

  /// What comes in is locked, credited or paid out; and what is locked is what fees and bonds add up to.
  void checkMoney() {
    var ledger = hub.ledger();
    BigInteger somewhere = ledger.locked().add(ledger.credited()).add(ledger.paidOut());
    BigInteger bonds = BigInteger.ZERO;
    for (RequestId id : posted.keySet()) {
      if (hub.request(id).status() == RequestStatus.OPEN) {
        bonds = bonds.add(hub.request(id).request().fee());
      }
    }
    for (ClaimState claim : allClaims()) {
      if (claim.status() == ClaimStatus.LIVE) {
        bonds = bonds.add(claim.bond());
      }
      long unpaid = hub.games(claim.id()).stream().filter(Game::isVoid).count();
      if (unpaid > 0) {
        BigInteger reward = PARAMETERS.reward(claim.bond(), claim.rewarded());
        bonds = bonds.add(reward.multiply(BigInteger.valueOf(unpaid)));
      }
    }
    for (GameId id : games.keySet()) {
      Game game = hub.game(id);
      if (game.isPlayed() || game.isVoid()) {
        bonds = bonds.add(hub.bond(id));
      }
    }
    if (!ledger.paidIn().equals(somewhere) || !ledger.locked().equals(bonds)) {
      throw new AssertionError(
          "%s wei came in, %s are somewhere; %s are locked, %s should be"
              .formatted(ledger.paidIn(), somewhere, ledger.locked(), bonds));
    }
  }
}
