package opml.agent;

import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import opml.core.account.Wei;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenRequest;
import opml.proof.TimeLimits;
import org.jspecify.annotations.Nullable;

/// An agent's own runs of what was asked: makes them, knows what they come to, and whether bonds may be staked on them.
final class OwnRuns {
  /// How long new runs may keep an agent from looking at its games again.
  private static final Duration COMPUTING = Duration.ofSeconds(3);

  /// How often it is told how far a long run is.
  private static final Duration TELLING = Duration.ofSeconds(5);

  private final Workshop workshop;
  private final Function<RequestId, byte[]> inputs;
  private final Function<ClaimId, byte[]> outputs;
  private final Supplier<TimeLimits> limits;
  private final Agent.Caution caution;
  private final Journal journal;
  private final BiConsumer<String, String> skip;
  private final RunShelf shelf;

  /// For what is new, and for runs that games need again, so that no game waits for a stranger's request. Each makes
  /// one run after the other: memory is kept free for two.
  private final Lane news = new Lane();

  private final Lane games = new Lane();

  /// For strangers' models that may be slow: they keep nobody else's runs waiting, and are ended in time. Whoever has
  /// such models sees to their memory.
  private final Lane slow = new Lane();

  private final Host host;
  private final LongSupplier nanoTime;
  private boolean behind;
  private boolean wasBehind;
  private Set<RequestId> inGames = Set.of();
  private long computeUntil;

  /// @param inputs reads what was asked
  /// @param outputs reads what was claimed
  /// @param limits the deployment's times, beside how fast the machine is by now
  /// @param skip hears what is left alone, and why
  /// @param host who runs them, and how much room there is
  /// @param nanoTime as [opml.core.time.Time#nanoTime()]
  OwnRuns(
      Workshop workshop,
      Function<RequestId, byte[]> inputs,
      Function<ClaimId, byte[]> outputs,
      Supplier<TimeLimits> limits,
      Agent.Caution caution,
      Journal journal,
      BiConsumer<String, String> skip,
      Host host,
      LongSupplier nanoTime) {
    this.workshop = workshop;
    this.inputs = inputs;
    this.outputs = outputs;
    this.limits = limits;
    this.caution = caution;
    this.journal = journal;
    this.skip = skip;
    this.host = host;
    this.nanoTime = nanoTime;
    this.shelf = new RunShelf(host.runBytes());
  }

  /// Begins a look at the chain, which waits for new runs only so long.
  void look() {
    wasBehind = behind;
    behind = false;
    computeUntil = nanoTime.getAsLong() + COMPUTING.toNanos();
    for (Lane lane : lanes()) {
      Making making = lane.making;
      if (making != null && making.task.isDone()) {
        lane.making = null;
        keep(making);
      } else if (making != null) {
        making.course.tellInTime(making.subject.request());
      }
    }
    endInTime(slow.making);
  }

  private List<Lane> lanes() {
    return List.of(news, games, slow);
  }

  private void endInTime(@Nullable Making making) {
    if (making != null) {
      limits.get().whyNotRun(making.course.seconds()).ifPresent(_ -> making.course.end());
    }
  }

  /// {@return whether the last look left a run undone, for want of time}
  boolean areBehind() {
    return behind;
  }

  /// {@return whether a run is being made, so that there may be something to do before the chain has anything new}
  boolean areMade() {
    return lanes().stream().anyMatch(lane -> lane.making != null);
  }

  /// What a run is about, and how to find out what was asked.
  private record Task(RunShelf.Subject subject, SeenRequest request) {}

  private static Task own(SeenRequest request) {
    return new Task(RunShelf.Subject.of(request.id()), request);
  }

  /// The run by which a claim is judged: of a model that checks an output, the one on that which the claim gives.
  private Task judging(SeenRequest request, ClaimId claim) {
    return workshop.checksOutput(request.state().request().modelId())
        ? new Task(new RunShelf.Subject(request.id(), Optional.of(claim)), request)
        : own(request);
  }

  /// Does something about a game with the own run that judges its claim, which is made again if it was let go, before
  /// any that is new: a clock runs. If this agent has no such run, or no room for it, the reason is told.
  void play(SeenRequest request, ClaimId claim, Consumer<Work> use) {
    use(judging(request, claim), games, use);
  }

  /// Does something with the own run that judges a claim, if there is time in this look at the chain to make it.
  void use(SeenRequest request, ClaimId claim, Consumer<Work> use) {
    use(judging(request, claim), news, use);
  }

  /// Does something with the own run of what was asked, if there is time in this look at the chain to make it.
  void use(SeenRequest request, Consumer<Work> use) {
    use(own(request), news, use);
  }

  private void use(Task task, Lane lane, Consumer<Work> use) {
    if (held(task).isEmpty() && !isKnownToBeNone(task)) {
      makeInTime(task, lane);
    }
    try {
      held(task).ifPresent(use);
    } catch (NoRoomException e) {
      skip.accept(task.subject().toString(), String.valueOf(e.getMessage()));
    } finally {
      shelf.fit();
    }
  }

  private Optional<Work> held(Task task) {
    return shelf.work(task.subject());
  }

  private boolean isKnownToBeNone(Task task) {
    return shelf.known(task.subject()).filter(known -> known.result().isEmpty()).isPresent();
  }

  /// {@return what the own run of a request comes to, which a new run may be made for if there is still time in this
  /// look at the chain}
  Optional<Work.Result> result(SeenRequest request) {
    return result(own(request));
  }

  /// {@return the same of the run that judges a claim}
  Optional<Work.Result> result(SeenRequest request, ClaimId claim) {
    return result(judging(request, claim));
  }

  private Optional<Work.Result> result(Task task) {
    Optional<RunShelf.Known> known = shelf.known(task.subject());
    if (known.isEmpty()) {
      makeInTime(task, news);
    } else if (isTooSlow(known.get()) && known.get().pace().isDue(nanoTime.getAsLong())) {
      makeAgain(task);
    }
    return shelf.known(task.subject()).flatMap(RunShelf.Known::result);
  }

  // ------------------------------------------------------------------ new runs

  /// Where runs are made, one after the other.
  private static final class Lane {
    private @Nullable Making making;

    boolean makes(RunShelf.Subject subject) {
      return making != null && making.subject.equals(subject);
    }
  }

  /// A run that is being made by somebody else.
  private record Making(
      RunShelf.Subject subject, Bytes32 model, FutureTask<Made> task, Course course) {}

  /// A run was told to end.
  private static final class EndedException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    EndedException() {
      super("a run was ended", null, false, false);
    }
  }

  /// How far a run is.
  private final class Course implements Workshop.Progress {
    private final long begin = nanoTime.getAsLong();
    private long told = begin;

    /// Written by the thread that runs, one behind the other: who reads both may see numbers of two moments.
    private volatile long step;

    private volatile long of;

    private volatile boolean over;
    private boolean goesOn;

    @Override
    public void at(long next, long most) {
      step = next;
      of = most;
      if (over) {
        throw new EndedException();
      }
    }

    double seconds() {
      return (nanoTime.getAsLong() - begin) / 1e9;
    }

    /// Has the run end at its next node, unless a game needs it.
    void end() {
      over = !goesOn;
    }

    /// Lets the run go on to its end, however long it takes.
    void goOn() {
      goesOn = true;
    }

    void tellInTime(RequestId request) {
      long now = nanoTime.getAsLong();
      if (now - told >= TELLING.toNanos()) {
        told = now;
        journal.tell(new Entry.Computing(request, step, of, (now - begin) / 1e9));
      }
    }
  }

  private record Made(Optional<Work> work, double seconds) {}

  private boolean isTooSlow(RunShelf.Known known) {
    return known.result().isPresent() && limits.get().whyNotRun(known.pace().seconds()).isPresent();
  }

  /// Makes a run once more that took too long for a bond: a first one reads weights and has kernels compiled, and the
  /// machine may have had other things to do. Nobody waits for it, and whatever is new comes first; a run that a game
  /// is about stays as it is.
  private void makeAgain(Task task) {
    Lane lane = lane(task, news);
    boolean idle = !wasBehind && !behind && lane.making == null;
    if (idle && !inGames.contains(task.request().id())) {
      held(task).ifPresent(Work::retire);
      making(task).ifPresent(next -> begin(next, lane));
    }
  }

  private void begin(Making making, Lane lane) {
    lane.making = making;
    host.runs().execute(making.task);
  }

  /// Has a run made, and waits for it as long as this look at the chain may: what takes longer is
  /// there at a later look, and meanwhile no other game waits for it.
  private void makeInTime(Task wanted, Lane preferred) {
    Lane lane = lane(wanted, preferred);
    while (true) {
      Making now = lane.making;
      if (now == null) {
        Optional<Making> next = making(wanted);
        if (next.isEmpty()) {
          return;
        }
        now = next.get();
        begin(now, lane);
      }
      if (preferred == games && now.subject.equals(wanted.subject())) {
        now.course.goOn();
      }
      if (lane == slow && preferred != games && !now.task.isDone()) {
        return; // it is looked at again at the next look
      }
      if (!isDoneInTime(now)) {
        behind = true;
        return;
      }
      lane.making = null;
      keep(now);
      if (now.subject.equals(wanted.subject())) {
        return;
      }
    }
  }

  /// {@return where a run is being made already, or else is to be}
  private Lane lane(Task wanted, Lane preferred) {
    return lanes().stream()
        .filter(lane -> lane.makes(wanted.subject()))
        .findFirst()
        .orElseGet(
            () ->
                preferred == news
                        && workshop.mayBeSlow(wanted.request().state().request().modelId())
                    ? slow
                    : preferred);
  }

  private boolean isDoneInTime(Making making) {
    try {
      making.task.get(Math.max(0, computeUntil - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// {@return how a run is made; nothing, with the reason told, if this agent does not have it}
  private Optional<Making> making(Task wanted) {
    RunShelf.Subject subject = wanted.subject();
    SeenRequest request = wanted.request();
    RequestId id = request.id();
    String what = "request " + id;
    if (!request.state().request().availability().isPublic()) {
      shelf.put(subject, RunShelf.Known.NOTHING);
      skip.accept(what, "the hub did not see its input, so no claim on it can be judged");
      return Optional.empty();
    }
    Bytes32 modelId = request.state().request().modelId();
    if (!workshop.knows(modelId)) {
      // It may be among them later.
      skip.accept(
          what,
          "model "
              + modelId
              + " is not among ours; it is left alone until its file is named (--model), or published where"
              + " it can be fetched (model register --uri)");
      return Optional.empty();
    }
    byte[] input = inputs.apply(id);
    Optional<byte[]> output = subject.claim().map(outputs);
    Course course = new Course();
    return Optional.of(
        new Making(
            subject,
            modelId,
            new FutureTask<>(
                () -> {
                  long begin = nanoTime.getAsLong();
                  Optional<Work> work =
                      output.isPresent()
                          ? workshop.check(modelId, input, output.get(), course)
                          : workshop.work(modelId, input, course);
                  return new Made(work, (nanoTime.getAsLong() - begin) / 1e9);
                }),
            course));
  }

  /// Keeps a run, and what is known by it; waits for it if it is not done.
  private void keep(Making making) {
    RunShelf.Subject subject = making.subject;
    Made made;
    try {
      made = making.task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof EndedException) {
        giveUp(making);
        return;
      }
      // Whatever an input does to our software, it must not keep this agent from its other games.
      shelf.put(subject, RunShelf.Known.NOTHING);
      skip.accept(subject.toString(), why(e.getCause()));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (made.work.isEmpty()) {
      return;
    }
    Work work = made.work.get();
    Optional<RunShelf.Known> before = shelf.known(subject);
    shelf.put(subject, work);
    long now = nanoTime.getAsLong();
    RunShelf.Known known =
        before
            .map(same -> same.madeAgain(made.seconds, now))
            .orElseGet(
                () ->
                    new RunShelf.Known(
                        Optional.of(work.result()),
                        work.gasOfASide(),
                        work.claimEvidence().length,
                        new RunShelf.Pace(made.seconds, now, 1),
                        work.replaySteps(),
                        work.whyNotToReplay()));
    shelf.put(subject, known);
    if (before.map(this::isTooSlow).orElse(true)) {
      journal.tell(new Entry.Computed(subject.request(), work.result(), made.seconds));
    }
  }

  /// Gives a model up of which a run took too long. Nothing is known of the run itself, should the model come back.
  private void giveUp(Making making) {
    String why =
        "its run was ended after %.1f s, which are more than a quarter of the window"
            .formatted(making.course.seconds());
    workshop.giveUp(making.model, why);
    skip.accept(making.subject.toString(), why);
  }

  /// {@return why a run ended with no result}
  private static String why(@Nullable Throwable cause) {
    return switch (cause) {
      case NoRoomException none -> String.valueOf(none.getMessage());
      // Weights are read when they are needed, and somebody may have written to their file.
      case MalformedException changed ->
          changed.getMessage() + "; this agent is to be started anew";
      case null, default -> "our run broke, which is a bug: " + cause;
    };
  }

  /// {@return whether a bond may be staked on the run of a request now: how fast the machine is, and what gas costs, is
  /// found out anew all the time. Who is in a game already plays on in any case}
  boolean mayEnter(RequestId request) {
    Optional<String> why = shelf.known(request).flatMap(this::whyNotToStake);
    why.ifPresent(reason -> skip.accept("request " + request, reason));
    return why.isEmpty();
  }

  /// {@return why this deployment's times or bonds, or this process's memory, are too small for a run, if they are}
  private Optional<String> whyNotToStake(RunShelf.Known run) {
    if (run.result().isEmpty()) {
      return Optional.empty();
    }
    TimeLimits now = limits.get();
    return now.whyNotRun(run.pace().seconds())
        .or(run::noRoom)
        .or(() -> now.whyNotReplay(run.replaySteps()))
        .or(() -> whyNotToPay(run.gasOfASide(), now.terms().challengeBond()));
  }

  private Optional<String> whyNotToPay(long gasOfASide, Wei challengeBond) {
    Wei game = caution.survivedPrice().times(gasOfASide);
    return game.compareTo(challengeBond) > 0
        ? Optional.of(
            "a game about it may take %,d gas, %s at a price of %s: more than the %s of a challenge pay for"
                .formatted(gasOfASide, game, caution.survivedPrice(), challengeBond))
        : Optional.empty();
  }

  /// {@return a bound of the gas of a game about a request; of one without a run, that of any game}
  long gasOfASide(RequestId request) {
    return shelf
        .known(request)
        .filter(known -> known.result().isPresent())
        .map(RunShelf.Known::gasOfASide)
        .orElse(Work.GAS_OF_ANY_SIDE);
  }

  /// {@return the bytes that a claim of a run hands over; of a run that was not made, none}
  int evidenceBytes(RequestId request) {
    return shelf.known(request).map(RunShelf.Known::evidenceBytes).orElse(0);
  }

  /// Lets go of all runs but those of these requests, and gives back what only disputes need of those not played.
  void tidy(Set<RequestId> alive, Set<RequestId> played) {
    inGames = Set.copyOf(played);
    shelf.keepOnly(alive);
    shelf.restAllBut(played);
  }
}
