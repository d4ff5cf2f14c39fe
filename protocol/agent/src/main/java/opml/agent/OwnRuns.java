package opml.agent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import opml.core.account.Wei;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenRequest;
import opml.proof.TimeLimits;
import opml.store.JobKey;
import opml.store.JobKind;
import opml.store.StoreException;

/// A role's own runs of what was asked: what they come to, what games need of them, and whether bonds may be staked on
/// them. All of it is found out by jobs of the account's [WorkDesk]; what is not known yet is there at a later look.
///
/// One thread looks. What is done by jobs is marked so, and is handed over by what both may use.
final class OwnRuns {
  private final Workshop workshop;
  private final Function<RequestId, byte[]> inputs;
  private final Function<ClaimId, byte[]> outputs;
  private final Supplier<TimeLimits> limits;
  private final Agent.Caution caution;
  private final Journal journal;
  private final BiConsumer<String, String> skip;
  private final WorkDesk desk;
  private final RunShelf shelf;
  private final SelfAudit audit;
  private final LongSupplier nanoTime;

  /// What jobs have to tell.
  private final Queue<Runnable> told = new ConcurrentLinkedQueue<>();

  /// Runs that are being made for this role.
  private final Map<RunShelf.Subject, Going> courses = new ConcurrentHashMap<>();

  /// What jobs have computed for games and challenges, by what it answers, and what this look has asked for.
  private final Map<Bytes32, Object> answers = new ConcurrentHashMap<>();

  private final Set<Bytes32> asked = new HashSet<>();

  /// The seeds of audits; nothing for runs that are not audited.
  private final Map<RunShelf.Subject, OptionalLong> draws = new HashMap<>();

  private final Map<RunShelf.Subject, SelfAudit.Finding> findings = new ConcurrentHashMap<>();
  private Set<RequestId> inGames = Set.of();

  /// @param inputs reads what was asked; jobs ask, too
  /// @param outputs reads what was claimed; jobs ask, too
  /// @param limits the deployment's times, beside how fast the machine is by now
  /// @param skip hears what is left alone, and why
  /// @param host who does the jobs
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
    this.desk = host.desk();
    this.shelf = desk.shelf();
    this.audit = host.audit();
    this.nanoTime = nanoTime;
    desk.join(this);
  }

  // ------------------------------------------------------------------ looks

  /// Begins a look at the chain.
  void look() {
    desk.begin(this);
    asked.clear();
    tell();
    courses.forEach(this::see);
  }

  private void see(RunShelf.Subject subject, Going going) {
    going
        .course()
        .tellInTime(
            (step, of, seconds) ->
                journal.tell(new Entry.Computing(subject.request(), step, of, seconds)));
    if (going.isStrange() && limits.get().whyNotRun(going.course().seconds()).isPresent()) {
      going.course().endLate();
    }
  }

  /// A run that is being made for this role.
  ///
  /// @param isStrange whether it is to be ended if it takes too long
  private record Going(Course course, boolean isStrange) {}

  private void tell() {
    for (Runnable next = told.poll(); next != null; next = told.poll()) {
      next.run();
    }
  }

  /// {@return whether something is being computed that the next look may need}
  boolean areMade() {
    return desk.isBusy(this);
  }

  /// {@return whether something is known that the last look did not know}
  boolean haveNews() {
    return desk.hasNews(this);
  }

  /// {@return the same, once there is something to know, or after so long}
  boolean await(long nanos) {
    return desk.await(this, nanos);
  }

  /// Ends a look: lets go of all runs but those of these requests, and gives back what only disputes need of those not
  /// played.
  void tidy(Set<RequestId> alive, Set<RequestId> played) {
    inGames = Set.copyOf(played);
    answers.keySet().retainAll(asked);
    draws.keySet().removeIf(subject -> !alive.contains(subject.request()));
    findings.keySet().removeIf(subject -> !alive.contains(subject.request()));
    shelf.tidy(this, alive, played, desk.roles());
    desk.end(this);
    tell();
  }

  // ------------------------------------------------------------------ what runs come to

  /// What a run is about, and how to find out what was asked.
  private record Task(RunShelf.Subject subject, SeenRequest request) {
    Bytes32 model() {
      return request.state().request().modelId();
    }
  }

  private static Task own(SeenRequest request) {
    return new Task(RunShelf.Subject.of(request.id()), request);
  }

  /// The run by which a claim is judged: of a model that checks an output, the one on that which the claim gives.
  private Task judging(SeenRequest request, ClaimId claim) {
    return workshop.checksOutput(request.state().request().modelId())
        ? new Task(new RunShelf.Subject(request.id(), Optional.of(claim)), request)
        : own(request);
  }

  /// {@return what the own run of a request comes to, once that is known}
  Optional<Conclusion> result(SeenRequest request, Due due) {
    return result(own(request), due);
  }

  /// {@return the same of the run that judges a claim}
  Optional<Conclusion> result(SeenRequest request, ClaimId claim, Due due) {
    return result(judging(request, claim), due);
  }

  private Optional<Conclusion> result(Task task, Due due) {
    Optional<RunShelf.Known> known = known(task);
    if (known.isEmpty()) {
      makeRun(task, due);
    } else if (isDueAgain(task) && !inGames.contains(task.request().id())) {
      // A first run reads weights and has kernels compiled, and the machine may have had other
      // things to do.
      makeRun(task, due.again());
    }
    return shelf.known(task.subject()).flatMap(RunShelf.Known::result);
  }

  private Optional<RunShelf.Known> known(Task task) {
    RunShelf.Subject subject = task.subject();
    if (shelf.isNew(subject) && shelf.known(subject).isEmpty()) {
      desk.stored(subject.hash())
          .ifPresent(result -> shelf.put(subject, RunShelf.Known.left(result)));
    }
    return shelf.known(subject);
  }

  private boolean isDueAgain(Task task) {
    return shelf
        .known(task.subject())
        .filter(known -> isTooSlow(known) && known.pace().isDue(nanoTime.getAsLong()))
        .isPresent();
  }

  private boolean isTooSlow(RunShelf.Known known) {
    return known.result().isPresent() && limits.get().whyNotRun(known.pace().seconds()).isPresent();
  }

  // ------------------------------------------------------------------ games and bonds

  /// {@return what a job has computed from the run that judges a claim; nothing until it has}
  ///
  /// @param about what it answers
  /// @param stands what the run must come to
  /// @param compute on the job's thread
  <A> Optional<A> answer(
      SeenRequest request,
      ClaimId claim,
      Bytes32 about,
      Due due,
      Predicate<Conclusion> stands,
      Class<A> type,
      Function<Work, A> compute) {
    Task task = judging(request, claim);
    return result(task, due).filter(stands).flatMap(_ -> answer(task, about, due, type, compute));
  }

  private <A> Optional<A> answer(
      Task task, Bytes32 about, Due due, Class<A> type, Function<Work, A> compute) {
    asked.add(about);
    if (!answers.containsKey(about) && canRun(task)) {
      want(
          task,
          new JobKey(JobKind.REPLAY, about),
          due,
          course -> {
            if (!answers.containsKey(about)) {
              answers.put(about, withRun(task, course, compute));
            }
          });
    }
    return Optional.ofNullable(answers.get(about)).map(type::cast);
  }

  /// Does something with the own run of what was asked on which a bond may be staked, once all that has to be known
  /// before is known.
  void enter(SeenRequest request, Due due, Consumer<Work> use) {
    Task task = own(request);
    enter(task, due, isWhole(task), use);
  }

  /// The same with the run that judges a claim.
  ///
  /// @param prepare computes what the use will ask for, on a job's thread
  void enter(
      SeenRequest request, ClaimId claim, Due due, Function<Work, ?> prepare, Consumer<Work> use) {
    Task task = judging(request, claim);
    boolean wasWhole = isWhole(task);
    boolean isPrepared =
        answer(task, claim.hash(), due, Boolean.class, work -> prepare.apply(work) != null)
            .isPresent();
    if (isPrepared) {
      enter(task, due, wasWhole, use);
    }
  }

  private boolean isWhole(Task task) {
    return shelf.known(task.subject()).filter(RunShelf.Known::isWhole).isPresent();
  }

  /// @param wasWhole whether all of the run was known when this look decided: of one of an earlier process, only what
  ///     it came to was
  private void enter(Task task, Due due, boolean wasWhole, Consumer<Work> use) {
    if (!wasWhole || !shelf.has(task.subject())) {
      makeRun(task, due);
    }
    if (!wasWhole || !isTrusted(task, due)) {
      return;
    }
    try {
      Optional<Boolean> _ =
          shelf.use(
              task.subject(),
              work -> {
                use.accept(work);
                return true;
              });
    } catch (NoRoomException e) {
      skip.accept(task.subject().toString(), String.valueOf(e.getMessage()));
    }
  }

  // ------------------------------------------------------------------ audits

  /// {@return whether no audit of this model speaks against a bond, and none of this run is due}
  private boolean isTrusted(Task task, Due due) {
    RunShelf.Subject subject = task.subject();
    OptionalLong doubted = desk.doubted(task.model());
    OptionalLong seed = draws.computeIfAbsent(subject, _ -> audit.draw());
    if ((doubted.isPresent() || seed.isPresent()) && !findings.containsKey(subject)) {
      want(
          task,
          new JobKey(JobKind.AUDIT, subject.hash()),
          due,
          course ->
              withRun(
                  task,
                  course,
                  work -> {
                    if (!findings.containsKey(subject)) {
                      found(task, audited(work, doubted, seed.orElse(0)), doubted);
                    }
                    return true;
                  }));
      tell();
    }
    Optional<String> doubt = desk.doubt(task.model());
    doubt.ifPresent(why -> skip.accept(subject.toString(), why));
    return doubt.isEmpty()
        && (findings.containsKey(subject) || doubted.isEmpty() && seed.isEmpty());
  }

  /// Replays a step: by chance, or the one that was wrong before. On a job's thread.
  private static SelfAudit.Finding audited(Work work, OptionalLong doubted, long seed) {
    RandomGenerator chance = new SplittableRandom(seed);
    long length = work.trace().length();
    long step =
        doubted.isPresent() ? Math.min(doubted.getAsLong(), length - 1) : chance.nextLong(length);
    // Behind the end of a run nothing happens.
    while (step > 0 && work.trace().refine(step).isEmpty()) {
      step = chance.nextLong(step);
    }
    return new SelfAudit.Finding(step, work.audit(step));
  }

  private void found(Task task, SelfAudit.Finding finding, OptionalLong doubted) {
    RequestId request = task.request().id();
    if (finding.difference().isPresent()) {
      doubt(task.model(), finding.step(), finding.difference().get());
    } else if (doubted.isPresent()) {
      desk.trust(task.model());
    }
    findings.put(task.subject(), finding);
    told.add(() -> journal.tell(new Entry.Audited(request, finding.step(), finding.difference())));
  }

  private void doubt(Bytes32 model, long step, String what) {
    desk.doubt(
        model,
        step,
        "a run of model %s here is wrong, so nothing is staked on it any more: %s"
            .formatted(model, what));
  }

  // ------------------------------------------------------------------ jobs

  private void makeRun(Task task, Due due) {
    if (canRun(task)) {
      want(
          task,
          new JobKey(JobKind.RUN, task.subject().hash()),
          due,
          course -> {
            boolean again = due.urgency() == Urgency.AGAIN;
            // It may have been made since somebody saw that it was not.
            if (again ? isDueAgain(task) : !isWhole(task) || !shelf.has(task.subject())) {
              Work _ = made(task, course, again);
            }
          });
    }
  }

  private void want(Task task, JobKey key, Due due, WantedJob.Body body) {
    boolean isStrange = workshop.mayBeSlow(task.model());
    boolean isHere = shelf.has(task.subject()) && key.kind() != JobKind.RUN;
    WantedJob job =
        new WantedJob(
            key,
            due,
            task.request().id().hash(),
            isHere ? 0 : workshop.runBytes(task.model()),
            isStrange,
            course -> done(body, course));
    desk.want(this, job).ifPresent(why -> skip.accept(task.subject().toString(), why));
    tell();
  }

  /// Does a job, and says in its own words why it was not done.
  private static void done(WantedJob.Body body, Course course) {
    try {
      body.run(course);
    } catch (Course.EndedException | StoreException.Fenced | TroubleException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TroubleException(why(e), e);
    }
  }

  /// {@return whether a run can be made; if not, the reason is told}
  private boolean canRun(Task task) {
    String what = "request " + task.request().id();
    if (!task.request().state().request().availability().isPublic()) {
      shelf.put(task.subject(), RunShelf.Known.NOTHING);
      skip.accept(what, "the hub did not see its input, so no claim on it can be judged");
      return false;
    }
    boolean knows = workshop.knows(task.model());
    if (!knows) {
      // It may be among them later.
      skip.accept(
          what,
          "model "
              + task.model()
              + " is not among ours; it is left alone until its file is named (--model), or published where"
              + " it can be fetched (model register --uri)");
    }
    return knows;
  }

  /// {@return what is computed from a run, which is made if it is not here; on a job's thread}
  private <A> A withRun(Task task, Course course, Function<Work, A> compute) {
    return shelf
        .use(task.subject(), compute)
        .orElseGet(() -> compute.apply(made(task, course, false)));
  }

  /// {@return a run that is made now, on a job's thread, and kept}
  private Work made(Task task, Course course, boolean again) {
    RunShelf.Subject subject = task.subject();
    if (again) {
      Optional<Boolean> _ = shelf.use(subject, OwnRuns::retired);
    }
    courses.put(subject, new Going(course, workshop.mayBeSlow(task.model())));
    long begin = nanoTime.getAsLong();
    Work work;
    try {
      work =
          run(task, course)
              .orElseThrow(() -> new TroubleException("its model is not here any more"));
    } catch (Course.EndedException e) {
      throw course.wasLate() ? givenUp(task, course) : e;
    } finally {
      courses.remove(subject);
    }
    long now = nanoTime.getAsLong();
    keep(task, work, new RunShelf.Pace((now - begin) / 1e9, now, 1));
    return work;
  }

  private static boolean retired(Work work) {
    work.retire();
    return true;
  }

  private Optional<Work> run(Task task, Course course) {
    byte[] input = inputs.apply(task.request().id());
    Optional<byte[]> output = task.subject().claim().map(outputs);
    return output.isPresent()
        ? workshop.check(task.model(), input, output.get(), course)
        : workshop.work(task.model(), input, course);
  }

  private void keep(Task task, Work work, RunShelf.Pace pace) {
    RunShelf.Subject subject = task.subject();
    Work.Result result = work.result();
    Conclusion conclusion = Conclusion.of(result);
    Optional<RunShelf.Known> before = shelf.known(subject).filter(RunShelf.Known::isWhole);
    if (before.isEmpty()) {
      try {
        desk.store(subject.hash(), conclusion, Conclusion.said(result), work.trace().length());
      } catch (StoreException.Contradiction e) {
        doubt(task.model(), 0, String.valueOf(e.getMessage()));
        throw e;
      }
    }
    shelf.put(subject, work);
    shelf.put(
        subject,
        before
            .map(same -> same.madeAgain(pace.seconds(), pace.end()))
            .orElseGet(() -> RunShelf.Known.of(work, pace)));
    if (before.map(this::isTooSlow).orElse(true)) {
      told.add(() -> journal.tell(new Entry.Computed(subject.request(), result, pace.seconds())));
    }
  }

  /// Gives a model up of which a run took too long. Nothing is known of the run itself, should the model come back.
  private TroubleException givenUp(Task task, Course course) {
    String why =
        "its run was ended after %.1f s, which are more than a quarter of the window"
            .formatted(course.seconds());
    workshop.giveUp(task.model(), why);
    told.add(() -> skip.accept(task.subject().toString(), why));
    return new TroubleException(why);
  }

  /// {@return why a job was not done}
  private static String why(RuntimeException cause) {
    return switch (cause) {
      case NoRoomException none -> String.valueOf(none.getMessage());
      case ChainException away -> String.valueOf(away.getMessage());
      // Weights are read when they are needed, and somebody may have written to their file.
      case MalformedException changed ->
          changed.getMessage() + "; this agent is to be started anew";
      case StoreException trouble -> String.valueOf(trouble.getMessage());
      default -> "our run broke, which is a bug: " + cause;
    };
  }

  // ------------------------------------------------------------------ what hangs on them

  /// {@return whether a bond may be staked on the run of a request now: how fast the machine is, and what gas costs, is
  /// found out anew all the time. Who is in a game already plays on in any case}
  boolean mayEnter(RequestId request) {
    Optional<String> why = shelf.known(request).flatMap(this::whyNotToStake);
    why.ifPresent(reason -> skip.accept("request " + request, reason));
    return why.isEmpty();
  }

  /// {@return why this deployment's times or bonds, or this process's memory, are too small for a run, if they are}
  private Optional<String> whyNotToStake(RunShelf.Known run) {
    if (!run.isWhole()) {
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
        .filter(RunShelf.Known::isWhole)
        .map(RunShelf.Known::gasOfASide)
        .orElse(Work.GAS_OF_ANY_SIDE);
  }

  /// {@return the bytes that a claim of a run hands over; of a run that was not made, none}
  int evidenceBytes(RequestId request) {
    return shelf.known(request).map(RunShelf.Known::evidenceBytes).orElse(0);
  }
}
