package opml.agent;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.ChainException;
import opml.ethereum.send.KeyedOrder;
import opml.ethereum.send.Order;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.GameStatus;
import opml.game.move.Parameters;
import opml.game.move.Side;
import opml.game.solver.Settler;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.ClaimedOutput;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import opml.hub.Responder;
import opml.proof.TimeLimits;

/// What all roles share. Server and verifier compute what was asked, and play games by what they computed; a
/// [Caretaker] stakes nothing, and a [Monitor] does nothing.
///
/// What is at stake comes first, by the clock that ends first; only then is anything new begun. Whatever goes wrong
/// with one request, claim or game is told, and keeps the agent from none of the others: strangers make as many of them
/// as they like.
public abstract sealed class Agent permits Server, Verifier, Caretaker, Monitor {
  /// How an agent weighs money.
  ///
  /// @param survivedPrice the price of gas up to which the bond of a challenge must pay for the answers to it: bonds
  ///     are staked on no model whose games may cost more (`spec/protocol.md` §1.7)
  public record Caution(Wei survivedPrice) {
    /// The price that the default bonds were made for.
    public static final Caution DEFAULT = new Caution(Wei.gwei(50));
  }

  /// How long a [#tick] waits for what is computed.
  private static final Duration COMPUTING = Duration.ofSeconds(3);

  /// How long what an earlier process left on its way is waited for.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /// What is noted first is not kept waiting longer for what is noted later, and what is on its way is not left alone.
  private static final Duration COLLECTING = Duration.ofSeconds(1);

  /// So many calls without an answer are enough to give up a look at the chain.
  private static final int UNREACHABLE_MOST = 3;

  /// So many blocks a node may take to show the events of one that it knows.
  private static final int BLOCKS_UNTIL_SHOWN = 12;

  private static final long WITHDRAW_GAS = 60_000;

  /// So many things are told one by one.
  private static final int TOLD_MOST = 10_000;

  /// Money is fetched when it is worth so many times its fetching.
  private static final long WITHDRAW_WORTH = 20;

  private final Hub hub;
  private final Lookout lookout;
  private final Journal journal;
  private final Responder responder;
  private final Solver solver = new Solver(GameFormat.PROTOCOL);
  private final Settler settler;
  private final boolean dry;

  private final Host host;
  private final OwnRuns runs;
  private final Treasury treasury;
  private final Once skipped = new Once(TOLD_MOST);
  private final Once troubles = new Once(TOLD_MOST);
  private final Once alarms = new Once(TOLD_MOST);
  private boolean toldOfMore;
  private final Set<RequestId> played = new HashSet<>();
  private boolean greeted;
  private int unreachable;
  private long collectUntil;
  private Optional<Long> endedBefore = Optional.empty();
  private volatile Optional<Picture> seen = Optional.empty();
  private volatile boolean pressed = true;
  private boolean paidOut;
  private volatile boolean drained;

  /// @param lookout of the account, which other roles may share
  /// @param dry whether to tell only what would be done, and send nothing
  /// @param host whose machine it is
  Agent(
      Lookout lookout,
      Workshop workshop,
      Journal journal,
      Caution caution,
      boolean dry,
      Host host) {
    this.hub = lookout.hub();
    this.lookout = lookout;
    this.journal = journal;
    this.dry = dry;
    this.responder = new Responder(hub, lookout.traffic(), journal, dry);
    this.settler = new Settler(hub.deployment().parameters().window());
    this.runs =
        new OwnRuns(
            workshop,
            lookout::input,
            lookout::output,
            this::limits,
            caution,
            journal,
            this::skip,
            host,
            hub.sender().time()::nanoTime);
    this.host = host;
    this.treasury = new Treasury(lookout.funds(), journal, dry);
  }

  /// Looks at the chain once, decides, and hands over what is to be done now; waits for no block. May be called at any
  /// time and in any process: what is done follows from the chain and from what the account has on its way.
  ///
  /// @throws ChainException if the chain does not answer, or transactions of the account that nobody here knows still
  ///     wait: then nothing new was begun
  public final void look() {
    if (!decide()) {
      throw stillWaits();
    }
  }

  /// Looks, and waits for what it computes and until what it handed over has ended: for a stage on which one acts after
  /// the other.
  public final void tick() {
    responder.awaitClear(PATIENCE);
    long end = time().nanoTime() + COMPUTING.toNanos();
    boolean clear = decide();
    while (runs.await(end - time().nanoTime())) {
      clear = decide();
    }
    responder.await();
    if (!clear) {
      responder.awaitClear(Duration.ZERO);
      if (!responder.isClear()) {
        throw stillWaits();
      }
    }
  }

  /// Looks after what is on its way, and decides nothing.
  public final void attend() {
    responder.send();
  }

  /// {@return whether something is on its way, or waits for its turn}
  public final boolean isBusy() {
    return responder.isBusy();
  }

  /// {@return whether something waits for its turn to be sent}
  final boolean hasWaiting() {
    return responder.hasWaiting();
  }

  private ChainException stillWaits() {
    return new ChainException.Unreachable(
        "transactions of " + self() + " from before still wait for a block");
  }

  /// {@return whether it could begin new things}
  private boolean decide() {
    lookout.entering().look();
    // Decided on an older picture than that of the own last transaction, it would be done twice.
    Picture picture = lookout.look(this, responder.newestBlock(), !dry);
    collectUntil = 0;
    picture.troubles().forEach(trouble -> trouble("the node", trouble));
    seen = Optional.of(picture);
    begin(picture);
    defend(picture);
    sendNew();
    if (!responder.isClear()) {
      // What a killed process of this account left on its way may arrive yet, or never. Moves were
      // due in any case and
      // take its place; new bonds are not staked before the chain says what became of it: done
      // again, it would be done
      // twice.
      return false;
    }
    enter(picture);
    withdraw(picture);
    sendNew();
    responder.withdrawOthers();
    tidy(picture);
    drained = lookout.entering().isDraining() && isOver(picture) && paidOut;
    return true;
  }

  /// {@return whether nothing of the account is live, or on its way}
  private boolean isOver(Picture picture) {
    return !responder.isBusy()
        && lookout.exposure().isNone()
        && voidGames(picture).isEmpty()
        && picture.troubles().isEmpty();
  }

  /// {@return whether this agent drains, and its last look found nothing of the account that is live, on its way, or
  /// worth being paid out}
  public final boolean isDrained() {
    return drained;
  }

  private void begin(Picture picture) {
    played.clear();
    responder.begin(picture.block());
    unreachable = 0;
    List<RequestId> stakes = stakes() ? atStake(picture).toList() : List.of();
    pressed = !stakes.isEmpty();
    runs.look();
    learnGas(picture, stakes);
    lookout.exposure().look(this, picture);
    List<KeyedOrder<IntentKey>> bonds =
        responder.orders().stream().filter(keyed -> Exposure.stakesABond(keyed.key())).toList();
    long gas =
        stakes()
            ? stakes.stream().mapToLong(runs::gasOfASide).sum()
                + bonds.stream().mapToLong(bond -> gasOfASide(picture, bond.key())).sum()
            : 0;
    treasury.look(
        picture.block(),
        gas,
        floodGas(),
        bonds.stream().map(KeyedOrder::value).reduce(Wei.ZERO, Wei::plus));
    if (!greeted && stakes()) {
      treasury.requireMeans("a bond and the gas of its games", leastBond(), Work.GAS_OF_ANY_SIDE);
      whyNoRoom(Optional.empty(), leastBond()).ifPresent(why -> skip("everything", why));
      greeted = true;
    }
  }

  private void learnGas(Picture picture, List<RequestId> requests) {
    for (RequestId id : requests) {
      SeenRequest request = picture.requests().get(id);
      long gas = runs.gasOfASide(id);
      if (request != null && gas < Work.GAS_OF_ANY_SIDE) {
        lookout.exposure().learn(request.state().request().modelId(), gas);
      }
    }
  }

  /// {@return a bound of the gas of the game that may come of a claim or a challenge}
  private long gasOfASide(Picture picture, IntentKey key) {
    if (key.kind() == IntentKind.CLAIM) {
      return runs.gasOfASide(new RequestId(key.subject()));
    }
    SeenClaim claim = picture.claims().get(new ClaimId(key.subject()));
    return claim == null ? Work.GAS_OF_ANY_SIDE : runs.gasOfASide(claim.state().claim().request());
  }

  /// {@return whether it plays games, and so knows what they take; one that does not leaves that to the account's other
  /// roles}
  boolean stakes() {
    return true;
  }

  /// Makes the moves of the own games.
  abstract void defend(Picture picture);

  /// Settles what is over, and begins new things.
  abstract void enter(Picture picture);

  /// {@return the gas to keep besides whole games, for a flood of them}
  abstract long floodGas();

  /// {@return the least bond that this agent's business takes}
  abstract Wei leastBond();

  /// {@return what a claim of the present picture says of the output}
  final ClaimedOutput output(ClaimId claim) {
    return lookout.claimedOutput(claim);
  }

  /// {@return what it looked at last; any thread may ask}
  public final Optional<Picture> seen() {
    return seen;
  }

  /// {@return whether a clock of this agent's runs, or may run unseen}
  public final boolean isPressed() {
    return pressed;
  }

  /// {@return whether something is computed that it will act on}
  public final boolean isBehind() {
    return runs.areMade() || runs.haveNews();
  }

  /// {@return whether something was computed that the last look did not know}
  final boolean hasNews() {
    return runs.haveNews();
  }

  /// {@return how long to wait until a look is worth while}
  ///
  /// @param pause while it computes, and where nobody knows how fast the chain is
  final Duration untilDue(Duration pause) {
    Duration due = lookout.untilDue(pause);
    return runs.areMade() && pause.compareTo(due) < 0 ? pause : due;
  }

  final Hub hub() {
    return hub;
  }

  final Lookout lookout() {
    return lookout;
  }

  /// {@return the time that it waits by}
  final Time time() {
    return hub.sender().time();
  }

  final Address self() {
    return hub.account();
  }

  final Responder responder() {
    return responder;
  }

  /// {@return whether it only tells what it would do}
  final boolean isDry() {
    return dry;
  }

  final Settler settler() {
    return settler;
  }

  final Parameters terms() {
    return hub.deployment().parameters();
  }

  // ------------------------------------------------------------------ one thing at a time

  /// Does something about one request, claim or game, and keeps what goes wrong to it.
  ///
  /// @throws ChainException if the chain answers nothing at all
  final void about(String what, Runnable task) {
    try {
      task.run();
    } catch (ChainException.NoContract | ChainException.WrongChain e) {
      throw e;
    } catch (ChainException.Unreachable e) {
      if (++unreachable >= UNREACHABLE_MOST || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      trouble(what, String.valueOf(e.getMessage()));
    } catch (ChainException e) {
      trouble(what, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // A bug of ours, perhaps one that somebody looks for. Other clocks run on, so the agent does.
      trouble(what, "this is a bug: " + e);
    }
    if (responder.isBusy()) {
      if (collectUntil == 0) {
        collectUntil = time().nanoTime() + COLLECTING.toNanos();
      } else if (time().nanoTime() - collectUntil > 0) {
        send();
      }
    }
  }

  private void send() {
    collectUntil = 0;
    responder.send();
  }

  private void sendNew() {
    if (responder.hasNew()) {
      collectUntil = 0;
      responder.send(lookout.head());
    }
  }

  final void tell(Entry entry) {
    journal.tell(entry);
  }

  final void skip(String what, String why) {
    if (skipped.isNew(what, why)) {
      journal.tell(new Entry.Skipped(what, why));
    }
  }

  final void alarm(String what, String why) {
    if (alarms.isNew(what, why)) {
      journal.tell(new Entry.Alarm(what, why));
    }
  }

  private void trouble(String what, String why) {
    if (troubles.isNew(what, why)) {
      journal.tell(new Entry.Trouble(what, why));
    }
  }

  // ------------------------------------------------------------------ runs and money

  private TimeLimits limits() {
    return new TimeLimits(terms(), host.stepsPerSecond().getAsDouble());
  }

  /// {@return what this agent's own runs say}
  final OwnRuns runs() {
    return runs;
  }

  /// {@return this account's money}
  final Treasury treasury() {
    return treasury;
  }

  /// {@return the requests that this account has something at stake on, as often as games may come of it: for each live
  /// claim at least one, and one for each game}
  private Stream<RequestId> atStake(Picture picture) {
    Stream<RequestId> games =
        picture.games().values().stream()
            .filter(game -> game.settled().isPlayed() && game.side(self()).isPresent())
            .flatMap(game -> Stream.ofNullable(picture.claims().get(game.claim())))
            .map(claim -> claim.state().claim().request());
    Stream<RequestId> unchallenged =
        picture.claims().values().stream()
            .filter(claim -> isMine(claim) && claim.state().status() == ClaimStatus.LIVE)
            .filter(claim -> claim.state().openGames() == 0)
            .map(claim -> claim.state().claim().request());
    return Stream.concat(games, unchallenged);
  }

  final boolean isMine(SeenClaim claim) {
    return claim.state().claim().server().equals(self());
  }

  /// {@return whether this is in a block, and the node does not show what came of it yet}
  final boolean isHidden(IntentKey key) {
    return responder.hasDone(key, seen.orElseThrow().block().number(), BLOCKS_UNTIL_SHOWN);
  }

  /// {@return whether anything new may be entered; if not, the reason is told}
  ///
  /// @param what it would be about
  final boolean mayBegin(String what) {
    boolean drains = lookout.entering().isDraining();
    if (drains) {
      skip(what, "this node drains, and enters nothing new");
    }
    return !drains;
  }

  /// {@return whether the budget has room for a bond and a game about a request, as far as its gas is known; if not,
  /// the reason is told}
  final boolean hasRoom(SeenRequest request, Wei bond) {
    Optional<String> why = whyNoRoom(Optional.of(request), bond);
    why.ifPresent(reason -> skip("request " + request.id(), reason));
    return why.isEmpty();
  }

  private Optional<String> whyNoRoom(Optional<SeenRequest> request, Wei bond) {
    Exposure exposure = lookout.exposure();
    long gas =
        request.flatMap(one -> exposure.knownGas(one.state().request().modelId())).orElse(0L);
    return exposure.whyNot(
        request.map(SeenRequest::id).orElse(new RequestId(Bytes32.ZERO)), bond, gas);
  }

  /// Takes a bond for a request, and the gas of a whole game, if both are there besides all that is at stake already,
  /// and the budget has room for them. If not, the reason is told.
  ///
  /// @param key of what stakes it
  /// @return whether they were
  final boolean stake(IntentKey key, SeenRequest request, Wei bond) {
    String what = "request " + request.id();
    if (lookout.belowFinal().isPresent()) {
      skip(what, "the chain has left a block that was final");
      return false;
    }
    Exposure exposure = lookout.exposure();
    long gas = runs.gasOfASide(request.id());
    exposure.learn(request.state().request().modelId(), gas);
    Optional<String> why = exposure.reserve(this, key, request.id(), bond, gas);
    if (why.isPresent()) {
      skip(what, why.get());
      return false;
    }
    if (!treasury.stake(what, bond, gas)) {
      exposure.release(key);
      skip(what, "the account cannot deposit the bond of " + bond);
      return false;
    }
    return true;
  }

  /// Has the own credit paid out when it is worth its gas, or needed.
  private void withdraw(Picture picture) {
    // A sum that changes with each of them: pictures lose old ones while new ones end.
    long ended =
        Stream.concat(
                picture.claims().values().stream()
                    .filter(claim -> isMine(claim) && claim.state().status() != ClaimStatus.LIVE)
                    .map(claim -> claim.id().hash()),
                Stream.concat(
                    picture.games().values().stream()
                        .filter(game -> game.side(self()).isPresent() && !game.settled().isPlayed())
                        .map(game -> game.id().hash()),
                    picture.requests().values().stream()
                        .filter(request -> request.state().request().requester().equals(self()))
                        .filter(request -> request.state().status() == RequestStatus.EXPIRED)
                        .map(request -> request.id().hash())))
            .mapToLong(Bytes32::lane0)
            .sum();
    boolean isOnItsWay = responder.keeps(IntentKey.withdraw(self()));
    // The last of it is fetched if it is worth its fetching.
    boolean isLast = lookout.entering().isDraining() && isOver(picture);
    paidOut = dry;
    boolean isKnown = endedBefore.equals(Optional.of(ended)) && !treasury.isPoor();
    if (dry || isOnItsWay || isKnown && !isLast) {
      return;
    }
    about(
        "the credit",
        () -> {
          Wei credit = treasury.credit();
          Wei price = treasury.price().times(WITHDRAW_GAS).times(isLast ? 1 : WITHDRAW_WORTH);
          boolean worth = credit.compareTo(price) >= 0;
          if (!credit.isZero() && (worth || treasury.isPoor() && !isLast)) {
            responder.note(new Action.Withdraw(), credit);
          } else {
            paidOut = true;
          }
          endedBefore = Optional.of(ended);
        });
  }

  // ------------------------------------------------------------------ games

  /// {@return the running games of this account, those first whose clock ends first for it}
  final List<SeenGame> ownGames(Picture picture, Side side) {
    return picture.games().values().stream()
        .filter(game -> game.settled().isPlayed())
        .filter(game -> self().equals(side == Side.SERVER ? game.server() : game.challenger()))
        .sorted(Comparator.comparingLong(game -> urgency(game, side)))
        .toList();
  }

  private static long urgency(SeenGame game, Side side) {
    Side onTurn = game.positions().getLast().onTurn();
    // The other's lateness waits; one's own does not.
    return game.clock().lastMoment(onTurn) + (onTurn == side ? 0 : Integer.MAX_VALUE);
  }

  /// {@return whether the other side is on turn in an own game: then no run is needed, and none is made or opened}
  final boolean waits(SeenGame game, SeenRequest request, Side side) {
    plays(request);
    return game.positions().getLast().onTurn() != side;
  }

  /// Keeps what only disputes need of the run of a request, until the next look.
  final void plays(SeenRequest request) {
    played.add(request.id());
  }

  /// {@return whether the move in a game is on its way}
  final boolean isAnswered(SeenGame game) {
    return responder.keeps(IntentKey.move(game.positions().getLast()));
  }

  /// {@return whether the side on turn is late}
  final boolean isLate(SeenGame game) {
    return game.clock().isLate(game.positions().getLast().onTurn(), seen.orElseThrow().now());
  }

  /// What this side answers in a game.
  ///
  /// @param isOurs whether the game is about something that our run has
  /// @param move nothing if there is nothing to refute
  private record Answer(boolean isOurs, Optional<Action.Move> move, Optional<Order> order) {}

  /// Makes this side's move in a game, if it has one, once it is computed.
  ///
  /// @param stands what the own run must come to
  /// @param stake what this side loses with the game
  final void play(
      SeenGame game, SeenRequest request, Side side, Predicate<Conclusion> stands, Wei stake) {
    long now = seen.orElseThrow().now();
    long lastMoment = game.clock().lastMoment(side);
    runs.answer(
            request,
            game.claim(),
            game.positions().getLast().hash(),
            Due.inGame(lastMoment),
            stands,
            Answer.class,
            work -> answer(game, work, side, stake, now))
        .ifPresent(answer -> note(game, answer, lastMoment));
  }

  /// Computes what this side answers in a game in which it is on turn; on a thread of its own.
  private Answer answer(SeenGame seenGame, Work work, Side side, Wei stake, long now) {
    Optional<Game> game = seenGame.game(work.trace());
    if (game.isEmpty()) {
      return new Answer(false, Optional.empty(), Optional.empty());
    }
    for (Action action : solver.actions(game.get(), work.trace(), side, now)) {
      if (action instanceof Action.Move move) {
        Order order = responder.order(move, work, game.get().path(), stake);
        return new Answer(true, Optional.of(move), Optional.of(order));
      }
    }
    return new Answer(true, Optional.empty(), Optional.empty());
  }

  private void note(SeenGame game, Answer answer, long lastMoment) {
    if (!answer.isOurs()) {
      // Some level opened where our trace has none.
      skip("game " + game.id(), "it is about something that our run does not have");
    } else if (answer.move().isPresent() && !isLate(game)) {
      responder.note(answer.move().get(), answer.order().orElseThrow(), lastMoment);
    }
  }

  /// Ends a game of which the other side is late.
  final void lateOnly(SeenGame game, Side side, Wei stake) {
    boolean others = game.positions().getLast().onTurn() != side;
    if (others && isLate(game) && game.settled().isPlayed()) {
      responder.note(new Action.Timeout(game.id()), stake);
    }
  }

  // ------------------------------------------------------------------ what ended

  /// Lets go of what only ended requests need: strangers ask for as much as they like.
  private void tidy(Picture picture) {
    Set<RequestId> alive = new HashSet<>();
    for (SeenRequest request : picture.requests().values()) {
      if (request.state().status() == RequestStatus.OPEN || request.state().liveClaims() > 0) {
        alive.add(request.id());
      }
    }
    runs.tidy(alive, played);
    forgetWhatEnded(picture, alive);
  }

  private void forgetWhatEnded(Picture picture, Set<RequestId> alive) {
    if (skipped.isEmpty() && troubles.isEmpty()) {
      toldOfMore = false;
      return;
    }
    Set<String> ended = new HashSet<>();
    picture.requests().keySet().stream()
        .filter(request -> !alive.contains(request))
        .forEach(request -> ended.add("request " + request));
    picture.claims().values().stream()
        .filter(claim -> claim.state().status() != ClaimStatus.LIVE)
        .forEach(claim -> ended.add("claim " + claim.id()));
    picture.games().values().stream()
        .filter(game -> !game.settled().isPlayed())
        .forEach(game -> ended.add("game " + game.id()));
    // Nothing is done about them any more, so nothing is told of them again.
    skipped.forget(ended);
    troubles.forget(ended);
    boolean skippedMore = skipped.wasFull();
    boolean troubledMore = troubles.wasFull();
    boolean more = skippedMore || troubledMore;
    if (more && !toldOfMore) {
      journal.tell(
          new Entry.Skipped(
              "more than %,d things".formatted(TOLD_MOST), "they are not told one by one"));
    }
    toldOfMore = more;
  }

  /// {@return the own games that ended without a winner, whose bonds wait}
  final List<SeenGame> voidGames(Picture picture) {
    return picture.games().values().stream()
        .filter(game -> game.status() == GameStatus.RUNNING && game.challenger().equals(self()))
        .filter(game -> game.settled().isVoid())
        .toList();
  }
}
