package opml.lab.bench.siege;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.LevelStart;
import opml.game.move.Parameters;
import opml.game.move.Position;
import opml.game.referee.Levels;
import opml.game.referee.Referee;
import opml.game.referee.Rules;

/// Who is paid when a wrong claim dies: every history of a claim on which an honest verifier, two accounts of the liar
/// and a copycat may open a game each, on the referee (`spec/protocol.md` §5).
///
/// All sets of challengers with the honest one among them, all orders in which they open, so also the copycat directly
/// in front of the honest one; all sets of the others' games that are lost before the claim dies, each as soon as it is
/// opened or when all are open; and every game that is left as the one that kills the claim. Then everybody takes what
/// is his. The honest verifier pays the gas of a whole game that it plays to the end, also where another ends it
/// sooner.
///
/// The referee's games end by time here, since money does not see how they end.
public final class RewardSearch {
  /// What an honest challenger's calls cost in gas at most: challenge, moves and settlement of a game of nine moves,
  /// reclaim and withdrawal (`contracts/README.md`).
  public static final long HONEST_GAS = 750_000;

  /// So many games are open at most.
  public static final int GAMES = Challenger.values().length;

  private static final Address SERVER = account(1);
  private static final Address REQUESTER = account(2);
  private static final Bytes32 MODEL = new Bytes32(0, 0, 0, 7);
  private static final Bytes32 CLAIMED = new Bytes32(0, 0, 0, 8);
  private static final long STEPS = 32;
  private static final BigInteger FEE = BigInteger.valueOf(1_000);

  private final Parameters parameters;
  private final BigInteger gas;
  private long orders;
  private long belowStart;
  private double burntShareMin = 1;

  private RewardSearch(Parameters parameters, Wei gasPrice) {
    this.parameters = parameters;
    this.gas = gasPrice.times(HONEST_GAS).value();
  }

  /// What the search found.
  ///
  /// @param orders histories that were played
  /// @param belowStart those in which the honest verifier had less in the end than before, gas included
  /// @param burntShareMin the least share of the claim's bond that burnt
  public record Result(long orders, long belowStart, double burntShareMin) {}

  private enum Challenger {
    HONEST(10),
    LIAR_A(11),
    LIAR_B(12),
    COPYCAT(13);

    private final int number;

    Challenger(int number) {
      this.number = number;
    }

    Address account() {
      return RewardSearch.account(number);
    }
  }

  private enum Loses {
    NEVER,
    AT_ONCE,
    LATER
  }

  /// {@return the highest price of gas at which so many equal games are each still paid for: c·CLAIM_BOND = m·p·g}
  public static Wei priceAllowed(Parameters parameters, int games) {
    BigInteger pool = parameters.reward(parameters.claimBond().value(), 1);
    return new Wei(pool.divide(BigInteger.valueOf(games).multiply(BigInteger.valueOf(HONEST_GAS))));
  }

  /// Plays all histories.
  public static Result run(Parameters parameters, Wei gasPrice) {
    RewardSearch search = new RewardSearch(parameters, gasPrice);
    search.open(List.of(Challenger.values()), new ArrayList<>(), new ArrayList<>());
    return new Result(search.orders, search.belowStart, search.burntShareMin);
  }

  /// Continues an order by everybody who is left, in every way in which his game may fare.
  private void open(List<Challenger> left, List<Challenger> order, List<Loses> fates) {
    if (order.contains(Challenger.HONEST)) {
      for (Challenger killer : order) {
        if (fates.get(order.indexOf(killer)) == Loses.NEVER) {
          play(order, fates, killer);
        }
      }
    }
    for (Challenger next : left) {
      List<Challenger> rest = new ArrayList<>(left);
      rest.remove(next);
      for (Loses fate :
          next == Challenger.HONEST ? Set.of(Loses.NEVER) : EnumSet.allOf(Loses.class)) {
        order.add(next);
        fates.add(fate);
        open(rest, order, fates);
        order.removeLast();
        fates.removeLast();
      }
    }
  }

  private void play(List<Challenger> order, List<Loses> fates, Challenger killer) {
    orders++;
    Referee hub =
        new Referee(1, account(9), parameters, new Rules(GameFormat.PROTOCOL, new OneLevel()));
    long now = 1_000_000;
    RequestId request =
        hub.request(REQUESTER, MODEL, Bytes32.ZERO, Address.ZERO, now + 1_000_000_000L, FEE, now);
    BigInteger bond = parameters.bondBeside(0, 0);
    ClaimId claim = hub.claim(SERVER, request, CLAIMED, Bytes32.ZERO, bond, now);
    List<GameId> games = new ArrayList<>();
    BigInteger honestPaid = BigInteger.ZERO;
    BigInteger lost = BigInteger.ZERO;
    for (int i = 0; i < order.size(); i++) {
      Challenger challenger = order.get(i);
      BigInteger due = hub.challengeBondDue(claim);
      GameId game = hub.challenge(challenger.account(), claim, states(100 + i), due, now);
      games.add(game);
      if (challenger == Challenger.HONEST) {
        honestPaid = due;
      }
      if (fates.get(i) == Loses.AT_ONCE) {
        lose(hub, game, now);
      }
      lost = lost.add(fates.get(i) == Loses.NEVER ? BigInteger.ZERO : due);
    }
    for (int i = 0; i < order.size(); i++) {
      if (fates.get(i) == Loses.LATER) {
        lose(hub, games.get(i), now);
      }
    }
    GameId last = games.get(order.indexOf(killer));
    hub.timeout(last, hub.game(last).clock().lastMoment(hub.game(last).onTurn()) + 1);
    for (GameId game : games) {
      if (hub.game(game).isVoid()) {
        hub.reclaim(game);
      }
    }
    BigInteger honestGot = hub.ledger().credit(Challenger.HONEST.account());
    if (honestGot.subtract(honestPaid).subtract(gas).signum() < 0) {
      belowStart++;
    }
    // Of lost games, the server has a bond each, and the rest has burnt, too.
    BigInteger excess = lost.subtract(hub.ledger().credit(SERVER));
    BigInteger burnt = hub.ledger().credit(Address.BURNT).subtract(excess);
    burntShareMin = Math.min(burntShareMin, burnt.doubleValue() / bond.doubleValue());
    if (!hub.ledger().locked().equals(FEE)) {
      throw new IllegalStateException(
          "%s wei are locked when all is settled but the fee of %s"
              .formatted(hub.ledger().locked(), FEE));
    }
  }

  /// Has the server answer a game whose challenger falls silent. The referee takes the time from each call, and no
  /// clock of another game runs meanwhile.
  private static void lose(Referee hub, GameId id, long now) {
    Game game = hub.game(id);
    Position posted = game.position();
    List<Bytes32> answer = states(200).subList(0, (int) posted.part(0).length());
    hub.move(SERVER, new Action.Dissect(posted, 0, answer), now);
    Game answered = hub.game(id);
    long late = answered.clock().lastMoment(answered.onTurn()) + 1;
    hub.timeout(id, late);
  }

  private static List<Bytes32> states(int of) {
    return IntStream.range(0, GameFormat.PROTOCOL.arity())
        .mapToObj(i -> new Bytes32(1, of, i, 0))
        .toList();
  }

  private static Address account(int number) {
    return Address.ofHex("0x" + "%040x".formatted(number));
  }

  /// A program of which only its length matters: no game here comes to a single step.
  private record OneLevel() implements Levels {
    @Override
    public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot) {
      return new LevelStart(Bytes32.ZERO, STEPS, modelId);
    }

    @Override
    public Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start) {
      throw new IllegalStateException("nobody refines");
    }

    @Override
    public Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end) {
      throw new IllegalStateException("nobody refines");
    }

    @Override
    public Bytes32 execute(Bytes32 context, Bytes32 start) {
      throw new IllegalStateException("nobody executes");
    }
  }
}
