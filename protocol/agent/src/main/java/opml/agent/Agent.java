package opml.agent;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
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
import opml.hub.Hub;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import opml.hub.Responder;
import opml.hub.Stakes;
import opml.proof.MachineSpeed;
import opml.proof.TimeLimits;

/// What server and verifier share: they compute what was asked, and play games by what they computed.
///
/// What is at stake comes first, by the clock that ends first; only then is anything new begun. Whatever goes wrong
/// with one request, claim or game is told, and keeps the agent from none of the others: strangers make as many of them
/// as they like.
public abstract sealed class Agent permits Server, Verifier {
  /// How an agent weighs money.
  ///
  /// @param survivedPrice the price of gas up to which the bond of a challenge must pay for the answers to it: bonds
  ///     are staked on no model whose games may cost more (`spec/protocol.md` §1.7)
  public record Caution(Wei survivedPrice) {
    /// The price that the default bonds were made for.
    public static final Caution DEFAULT = new Caution(Wei.gwei(50));
  }

  /// How long what an earlier process left on its way is waited for.
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /// What is noted first is not kept waiting longer for what is noted later.
  private static final Duration COLLECTING = Duration.ofSeconds(1);

  /// So many calls without an answer are enough to give up a look at the chain.
  private static final int UNREACHABLE_MOST = 3;

  private static final long WITHDRAW_GAS = 60_000;

  /// So many things are told one by one.
  private static final int TOLD_MOST = 10_000;

  /// Money is fetched when it is worth so many times its fetching.
  private static final long WITHDRAW_WORTH = 20;

  private final Hub hub;
  private final HubReader reader;
  private final Journal journal;
  private final Responder responder;
  private final Solver solver = new Solver(GameFormat.PROTOCOL);
  private final Settler settler;
  private final boolean dry;

  private final OwnRuns runs;
  private final Treasury treasury;
  private final Once skipped = new Once(TOLD_MOST);
  private final Once troubles = new Once(TOLD_MOST);
  private boolean toldOfMore;
  private final Set<RequestId> played = new HashSet<>();
  private boolean settled;
  private boolean greeted;
  private int unreachable;
  private long collectUntil;
  private long endedBefore = -1;
  private volatile Optional<Picture> seen = Optional.empty();
  private volatile boolean pressed = true;

  /// @param dry whether to tell only what would be done, and send nothing
  Agent(Hub hub, Workshop workshop, Journal journal, Caution caution, boolean dry) {
    this.hub = hub;
    this.reader = new HubReader(hub.deployment(), hub.sender().chain());
    this.journal = journal;
    this.dry = dry;
    this.responder = new Responder(hub, journal, dry);
    this.settler = new Settler(hub.deployment().parameters().window());
    this.runs =
        new OwnRuns(
            workshop,
            reader::input,
            reader::output,
            this::limits,
            caution,
            journal,
            this::skip,
            System::nanoTime);
    this.treasury = new Treasury(hub.sender(), journal, dry);
  }

  /// Looks at the chain once and does all that is to be done now. May be called at any time and in any process: what is
  /// done follows from the chain alone.
  public final void tick() {
    boolean clear = dry || settled || hub.sender().settle(PATIENCE);
    settled = false;
    if (clear) {
      responder.cleared();
    }
    // Decided on an older picture than that of the own last transaction, it would be done twice.
    reader.notBefore(responder.newestBlock());
    Picture picture = reader.read(Stakes.of(self()));
    picture.troubles().forEach(trouble -> trouble("the node", trouble));
    seen = Optional.of(picture);
    begin(picture);
    defend(picture);
    send();
    if (!clear) {
      // What a killed process of this account left on its way may arrive yet, or never. Moves were
      // due in any case and have taken its place; new bonds are not staked before the chain says
      // what became of it: done again, it would be done twice.
      hub.sender().sendAll(List.of());
      if (!hub.sender().settle(Duration.ZERO)) {
        throw new ChainException.Unreachable(
            "transactions of " + self() + " from before still wait for a block");
      }
      return;
    }
    enter(picture);
    send();
    withdraw(picture);
    send();
    tidy(picture);
    settled = responder.isClear();
  }

  private void begin(Picture picture) {
    played.clear();
    unreachable = 0;
    List<RequestId> stakes = atStake(picture).toList();
    pressed = !stakes.isEmpty();
    runs.look();
    treasury.look(stakes.stream().mapToLong(runs::gasOfASide).sum(), floodGas());
    if (!greeted) {
      treasury.requireMeans("a bond and the gas of its games", leastBond(), Work.GAS_OF_ANY_SIDE);
      greeted = true;
    }
  }

  /// Makes the moves of the own games.
  abstract void defend(Picture picture);

  /// Settles what is over, and begins new things.
  abstract void enter(Picture picture);

  /// {@return the gas to keep besides whole games, for a flood of them}
  abstract long floodGas();

  /// {@return the least bond that this agent's business takes}
  abstract Wei leastBond();

  /// {@return the output of a claim of the present picture}
  final byte[] output(ClaimId claim) {
    return reader.output(claim);
  }

  /// {@return what it looked at last; any thread may ask}
  public final Optional<Picture> seen() {
    return seen;
  }

  /// {@return whether a clock of this agent's runs, or may run unseen}
  public final boolean isPressed() {
    return pressed;
  }

  /// {@return whether the last look left something undone, for want of time}
  public final boolean isBehind() {
    return runs.areBehind();
  }

  final Hub hub() {
    return hub;
  }

  final Address self() {
    return hub.account();
  }

  final Responder responder() {
    return responder;
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
    if (responder.hasDuties()) {
      if (collectUntil == 0) {
        collectUntil = System.nanoTime() + COLLECTING.toNanos();
      } else if (System.nanoTime() - collectUntil > 0) {
        send();
      }
    }
  }

  private void send() {
    collectUntil = 0;
    responder.send();
  }

  final void tell(Entry entry) {
    journal.tell(entry);
  }

  final void skip(String what, String why) {
    if (skipped.isNew(what, why)) {
      journal.tell(new Entry.Skipped(what, why));
    }
  }

  private void trouble(String what, String why) {
    if (troubles.isNew(what, why)) {
      journal.tell(new Entry.Trouble(what, why));
    }
  }

  // ------------------------------------------------------------------ runs and money

  private TimeLimits limits() {
    return new TimeLimits(terms(), MachineSpeed.here().stepsPerSecond());
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

  /// Takes a bond for a request, if it is there besides all that is at stake already.
  ///
  /// @return whether it was
  final boolean stake(RequestId request, Wei bond) {
    return treasury.stake("request " + request, bond, runs.gasOfASide(request));
  }

  /// Has the own credit paid out when it is worth its gas, or needed.
  private void withdraw(Picture picture) {
    long ended =
        picture.claims().values().stream()
                .filter(claim -> isMine(claim) && claim.state().status() != ClaimStatus.LIVE)
                .count()
            + picture.games().values().stream()
                .filter(game -> game.side(self()).isPresent() && !game.settled().isPlayed())
                .count();
    if (dry || ended == endedBefore && !treasury.isPoor()) {
      return;
    }
    about(
        "the credit",
        () -> {
          Wei credit = hub.credit();
          boolean worth =
              credit.compareTo(treasury.price().times(WITHDRAW_GAS).times(WITHDRAW_WORTH)) >= 0;
          if (!credit.isZero() && (worth || treasury.isPoor())) {
            responder.note(new Action.Withdraw(), credit);
          }
          endedBefore = ended;
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
    played.add(request.id());
    return game.positions().getLast().onTurn() != side;
  }

  /// {@return whether the side on turn is late}
  final boolean isLate(SeenGame game) {
    return game.clock().isLate(game.positions().getLast().onTurn(), seen.orElseThrow().now());
  }

  /// Makes this side's move in a game, if it has one.
  ///
  /// @param stake what this side loses with the game
  final void play(SeenGame seenGame, Work work, Side side, Wei stake) {
    long now = seen.orElseThrow().now();
    Optional<Game> game = seenGame.game(work.trace());
    if (game.isEmpty()) {
      // Some level opened where our trace has none: only a late opponent can be answered.
      skip("game " + seenGame.id(), "it is about something that our run does not have");
      lateOnly(seenGame, side, stake);
      return;
    }
    for (Action action : solver.actions(game.get(), work.trace(), side, now)) {
      responder.note(action, work, game.get().path(), stake);
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
