package opml.agent;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.game.claim.Availability;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
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

/// What server and verifier share: they compute what was asked, and play games by what they computed.
public abstract sealed class Agent permits Server, Verifier {
  /// What a side may need for all its moves, with room (`spec/protocol.md` §5).
  private static final long GAS_OF_A_GAME = 2_000_000;

  /// What the interpreter does on an ordinary core, rounded down.
  private static final long MACHINE_STEPS_PER_SECOND = 200_000_000;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Hub hub;
  private final HubReader reader;
  private final Workshop workshop;
  private final Journal journal;
  private final Responder responder;
  private final Solver solver = new Solver(GameFormat.PROTOCOL);
  private final Settler settler;
  private final boolean dry;

  private final Map<RequestId, Optional<Work>> works = new HashMap<>();
  private final Map<RequestId, String> reasonsToStayOut = new HashMap<>();
  private final Set<String> skipped = new HashSet<>();
  private final Set<Work> playing = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean settled;
  private volatile Optional<Picture> seen = Optional.empty();

  /// @param dry whether to tell only what would be done, and send nothing
  Agent(Hub hub, Workshop workshop, Journal journal, boolean dry) {
    this.hub = hub;
    this.reader = new HubReader(hub.deployment(), hub.sender().chain());
    this.workshop = workshop;
    this.journal = journal;
    this.dry = dry;
    this.responder = new Responder(hub, journal, dry);
    this.settler = new Settler(hub.deployment().parameters().window());
  }

  /// Looks at the chain once and does all that is to be done now. May be called at any time and in any process: what is
  /// done follows from the chain alone.
  public final void tick() {
    if (!dry && !settled && !hub.sender().settle(PATIENCE)) {
      // What a killed process of this account, or a tick that was cut short, left on its way must
      // arrive before anything is decided: done again, it would be done twice. Nothing else of this
      // account can arrive before it anyhow.
      throw new ChainException.Unreachable(
          "transactions of " + self() + " from before still wait for a block");
    }
    settled = false;
    playing.clear();
    Picture picture = reader.read();
    seen = Optional.of(picture);
    act(picture);
    for (Optional<Work> work : works.values()) {
      work.filter(one -> !playing.contains(one)).ifPresent(Work::rest);
    }
    settled = true;
  }

  abstract void act(Picture picture);

  /// {@return the output of a claim of the present picture}
  final byte[] output(ClaimId claim) {
    return reader.output(claim);
  }

  /// {@return what it looked at last; any thread may ask}
  public final Optional<Picture> seen() {
    return seen;
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

  final long window() {
    return hub.deployment().parameters().window();
  }

  /// {@return whether the account can deposit this and still pay for the gas of a whole game at twice today's price;
  /// who only looks needs no money}
  final boolean affords(Wei bond) {
    if (dry) {
      return true;
    }
    Wei price = hub.sender().chain().latest().baseFee();
    return hub.sender().balance().compareTo(bond.plus(price.times(2 * GAS_OF_A_GAME))) >= 0;
  }

  final void tell(Entry entry) {
    journal.tell(entry);
  }

  final void skip(String what, String why) {
    if (skipped.add(what + why)) {
      journal.tell(new Entry.Skipped(what, why));
    }
  }

  /// {@return the own run of what was asked; nothing, with the reason told, if this agent does not have it}
  final Optional<Work> work(SeenRequest request) {
    Optional<Work> known = works.get(request.id());
    if (known != null) {
      return known;
    }
    return compute(request);
  }

  private Optional<Work> compute(SeenRequest request) {
    String what = "request " + request.id();
    if (request.state().request().availability() != Availability.EMITTED) {
      works.put(request.id(), Optional.empty());
      skip(what, "the hub did not see its input, so no claim on it can be judged");
      return Optional.empty();
    }
    long begin = System.nanoTime();
    Bytes32 modelId = request.state().request().modelId();
    byte[] input = reader.input(request.id());
    Optional<Work> work;
    try {
      work = workshop.work(modelId, input);
    } catch (RuntimeException e) {
      // Whatever an input does to our software, it must not keep this agent from its other games.
      works.put(request.id(), Optional.empty());
      skip(what, "our run broke, which is a bug: " + e);
      return Optional.empty();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (work.isEmpty()) {
      // It may be among them later.
      skip(what, "model " + modelId + " is not among ours; it is left alone until it is");
      return work;
    }
    works.put(request.id(), work);
    tooSlow(work.get(), seconds).ifPresent(why -> reasonsToStayOut.put(request.id(), why));
    journal.tell(new Entry.Computed(request.id(), work.get().result(), seconds));
    return work;
  }

  /// {@return whether a bond may be staked on the run of a request: not if this deployment's times are too short for
  /// it. Who is in a game already plays on in any case}
  final boolean mayEnter(RequestId request) {
    String why = reasonsToStayOut.get(request);
    if (why != null) {
      skip("request " + request, why);
    }
    return why == null;
  }

  /// {@return why this deployment's times are too short for a run that took so long, if they are: the rest of the
  /// window and of the allowance is for censorship, delays and reorganisations (`spec/protocol.md` §6)}
  private Optional<String> tooSlow(Work work, double seconds) {
    Parameters parameters = hub.deployment().parameters();
    if (seconds > parameters.window() / 4.0) {
      return Optional.of(
          "a run takes %.1f s, more than a quarter of the window of %d s"
              .formatted(seconds, parameters.window()));
    }
    double replay = (double) work.replaySteps() / MACHINE_STEPS_PER_SECOND;
    if (replay > parameters.allowance() / 10.0) {
      return Optional.of(
          "replaying a node may take %.1f s, more than a tenth of the allowance of %d s"
              .formatted(replay, parameters.allowance()));
    }
    return Optional.empty();
  }

  /// Makes this side's move in a game, if it has one.
  final void play(SeenGame seen, Work work, Side side, long now) {
    if (seen.settled().isPlayed()) {
      playing.add(work);
    }
    Optional<Game> game = seen.game(work.trace());
    if (game.isEmpty()) {
      // Some level opened where our trace has none: only a late opponent can be answered.
      skip("game " + seen.id(), "it is about something that our run does not have");
      lateOnly(seen, side, now);
      return;
    }
    for (Action action : solver.actions(game.get(), work.trace(), side, now)) {
      responder.perform(action, work, game.get().path());
    }
  }

  private void lateOnly(SeenGame seen, Side side, long now) {
    Side onTurn = seen.positions().getLast().onTurn();
    if (onTurn != side && seen.clock().isLate(onTurn, now) && seen.settled().isPlayed()) {
      responder.perform(new Action.Timeout(seen.id()));
    }
  }

  /// Settles a claim if that is due.
  final void settle(SeenClaim claim, long now) {
    settler.actions(claim.state(), now).forEach(responder::perform);
  }

  /// Has the own credit paid out.
  final void withdraw() {
    BigInteger credit = hub.credit().value();
    settler.actions(credit).forEach(responder::perform);
  }
}
