package opml.agent;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.ethereum.chain.Data;
import opml.store.Job;
import opml.store.JobKey;
import opml.store.JobQueue;
import opml.store.RunResult;
import opml.store.RunResults;
import opml.store.StoreException;
import org.jspecify.annotations.Nullable;

/// Where the jobs of all roles of an account are done: runs to answer or to check something, what games need to be
/// replayed, nodes of own runs that are tried in the machine. No look at the chain waits for one of them.
///
/// Roles say at each look what they want; what nobody wants any more is dropped, and ended if it is being done. What a
/// running game needs is done first, by its clock, then what claims need, then what requests need. Among claims, the
/// one that is due first and the one that most is lost with come by turns, so that neither many old ones of strangers
/// nor dear young ones keep the others waiting; among requests, those that pay more come first, and of two that
/// pay the same the one that is due first. A job that fails comes back after pauses that grow.
///
/// So many jobs are done at a time as there are cores, in so much memory as there is. One core and half of the memory
/// are kept for games, and one core for what ends in time, as far as there are so many. With a single core, a game ends
/// what is done for anybody else, who begins anew.
///
/// Jobs are rows, and results are kept: the next process runs nothing only to see that a claim is right.
///
/// Several threads may use it.
public final class WorkDesk {
  /// So many jobs of a kind wait, games' not counted. Who has more asks again at each look.
  private static final int WAITING_MOST = 256;

  /// Longer than any request waits.
  private static final Duration RESULTS_KEPT = Duration.ofDays(90);

  private static final Comparator<Place> BY_DEADLINE =
      Comparator.comparingLong((Place place) -> place.job().due().deadline())
          .thenComparing(place -> place.key, JobKey.ORDER);

  private static final Comparator<Place> BY_WORTH =
      Comparator.comparing((Place place) -> place.job().due().worth(), Comparator.reverseOrder())
          .thenComparing(BY_DEADLINE);

  private static final Comparator<WantedJob> BY_URGENCY =
      Comparator.comparing((WantedJob job) -> job.due().urgency())
          .thenComparingLong(job -> job.due().deadline());

  private final DeskRows rows;
  private final RunResults results;
  private final Executor threads;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final int cores;
  private final LongSupplier runBytes;
  private final RunShelf shelf;

  private final Map<JobKey, Place> places = new LinkedHashMap<>();

  /// The looks of each role, and whether it has ended one.
  private final Map<Object, Long> looks = new HashMap<>();

  private final Set<Object> settled = new HashSet<>();
  private final Set<Object> news = new HashSet<>();
  private final Map<Bytes32, String> doubts = new HashMap<>();

  /// Those of which enough wait, until one of them goes.
  private final Set<Urgency> full = EnumSet.noneOf(Urgency.class);

  /// The first claim that a role wants is dear.
  private boolean dearFirst = true;

  private @Nullable Throwable broken;

  /// A role wants a job.
  private record Want(WantedJob job, long look) {}

  /// A job on the desk.
  private static final class Place {
    private final JobKey key;

    /// By role.
    private final Map<Object, Want> wants = new LinkedHashMap<>();

    private int tries;
    private long notBefore;
    private String trouble = "";

    /// While it is done.
    private @Nullable Course course;

    /// What is being done, as it was wanted when it began.
    private @Nullable WantedJob begun;

    Place(JobKey key) {
      this.key = key;
    }

    WantedJob job() {
      return wants.values().stream().map(Want::job).min(BY_URGENCY).orElseThrow();
    }

    boolean waits() {
      return course == null && !wants.isEmpty();
    }
  }

  /// @param rows of the account
  /// @param results that are kept for the next process
  /// @param threads do what they are given, beside the caller or at once
  /// @param clock seconds since 1970, by which jobs that failed come back
  /// @param time how long jobs last
  /// @param cores jobs that are done at a time
  /// @param runBytes that whole runs may keep together now; those that are being made may take as much besides
  public WorkDesk(
      JobQueue rows,
      RunResults results,
      Executor threads,
      InstantSource clock,
      Time time,
      int cores,
      LongSupplier runBytes) {
    this.rows = new DeskRows(rows, clock.instant().getEpochSecond());
    this.results = results;
    this.threads = threads;
    this.clock = clock;
    this.nanoTime = time::nanoTime;
    this.cores = cores;
    this.runBytes = runBytes;
    this.shelf = new RunShelf(runBytes);
    long _ = results.forget(now() - RESULTS_KEPT.toSeconds());
  }

  /// {@return the jobs done at a time where nobody says otherwise}
  public static int usualCores() {
    return Math.max(3, Runtime.getRuntime().availableProcessors());
  }

  /// {@return the runs of all roles}
  RunShelf shelf() {
    return shelf;
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  // ------------------------------------------------------------------ looks

  /// A role comes that will want jobs.
  synchronized void join(Object role) {
    looks.put(role, 0L);
  }

  /// {@return how many roles there are}
  synchronized int roles() {
    return looks.size();
  }

  /// A role begins a look.
  ///
  /// @throws Error if a job ended with one: nobody knows what still stands
  void begin(Object role) {
    List<Place> begun;
    synchronized (this) {
      throwIfBroken();
      looks.merge(role, 1L, Long::sum);
      full.clear();
      news.remove(role);
      begun = next();
    }
    begun.forEach(this::launch);
  }

  /// A role has ended a look, and what it did not want in this one and the one before it does not want any more: one
  /// look may have failed to see something.
  void end(Object role) {
    List<WantedJob> unwritten = new ArrayList<>();
    Set<JobKey> over = new HashSet<>();
    List<Place> begun;
    synchronized (this) {
      long look = looks.getOrDefault(role, 0L);
      for (Place place : List.copyOf(places.values())) {
        Want want = place.wants.get(role);
        if (want != null && want.look() < look - 1) {
          drop(place, role);
        }
        if (place.waits() && !rows.isWritten(place.key)) {
          unwritten.add(place.job());
        }
      }
      settled.add(role);
      if (settled.size() == looks.size()) {
        over.addAll(rows.keys());
        over.removeAll(places.keySet());
      }
      begun = next();
    }
    unwritten.forEach(rows::add);
    over.forEach(rows::remove);
    begun.forEach(this::launch);
  }

  private void drop(Place place, Object role) {
    place.wants.remove(role);
    if (place.wants.isEmpty()) {
      if (place.course == null) {
        places.remove(place.key);
      } else {
        place.course.end();
      }
    }
  }

  /// Wants a job in this look; where jobs are done at once, it is done then. Whoever has what it finds out does not
  /// want it any more.
  ///
  /// @return why it is left alone for a while, if it failed
  Optional<String> want(Object role, WantedJob job) {
    List<Place> begun = List.of();
    synchronized (this) {
      Place place = places.get(job.key());
      boolean isNew = place == null;
      if (place == null) {
        if (isFull(job.due().urgency())) {
          return Optional.empty();
        }
        place = placed(job.key());
      }
      isNew |= place.wants.put(role, new Want(job, looks.getOrDefault(role, 0L))) == null;
      if (place.course != null && job.isOfAGame()) {
        place.course.need();
      }
      if (isNew || job.isOfAGame()) {
        begun = next();
      }
    }
    begun.forEach(this::launch);
    synchronized (this) {
      throwIfBroken();
      Place place = places.get(job.key());
      return place == null || place.course != null || place.trouble.isEmpty()
          ? Optional.empty()
          : Optional.of(place.trouble);
    }
  }

  private Place placed(JobKey key) {
    Place place = new Place(key);
    Optional<Job> left = rows.left(key);
    left.ifPresent(
        job -> {
          place.tries = job.tries();
          place.notBefore = job.notBefore();
          place.trouble = job.trouble();
        });
    places.put(key, place);
    return place;
  }

  private boolean isFull(Urgency urgency) {
    if (urgency == Urgency.GAME || places.size() < WAITING_MOST) {
      return false;
    }
    if (!full.contains(urgency)
        && places.values().stream()
                .filter(place -> !place.wants.isEmpty() && place.job().due().urgency() == urgency)
                .count()
            >= WAITING_MOST) {
      full.add(urgency);
    }
    return full.contains(urgency);
  }

  private void throwIfBroken() {
    switch (broken) {
      case Error error -> throw error;
      case RuntimeException fault -> throw fault;
      case null, default -> {}
    }
  }

  // ------------------------------------------------------------------ what is done next

  /// {@return what is to be launched now}
  private List<Place> next() {
    List<Place> begun = new ArrayList<>();
    for (Place place = first(); place != null && broken == null; place = first()) {
      place.begun = place.job();
      place.course = new Course(nanoTime);
      if (place.begun.isOfAGame()) {
        place.course.need();
      } else if (place.begun.due().urgency() == Urgency.CLAIM) {
        dearFirst = !dearFirst;
      }
      begun.add(place);
    }
    return begun;
  }

  private @Nullable Place first() {
    long now = now();
    List<Place> free =
        places.values().stream().filter(p -> p.waits() && p.notBefore <= now).toList();
    for (Urgency urgency : Urgency.values()) {
      List<Place> alike =
          free.stream()
              .filter(place -> place.job().due().urgency() == urgency)
              .sorted(order(urgency))
              .toList();
      for (Place place : alike) {
        WantedJob job = place.job();
        if (mayBegin(job)) {
          return place;
        }
        if (urgency == Urgency.GAME) {
          makeWay();
        }
        if (!job.isStrange()) {
          break; // what is small does not overtake what waits for memory
        }
      }
    }
    return null;
  }

  private Comparator<Place> order(Urgency urgency) {
    return switch (urgency) {
      case GAME -> BY_DEADLINE;
      case CLAIM -> dearFirst ? BY_WORTH : BY_DEADLINE;
      case REQUEST, AGAIN -> BY_WORTH;
    };
  }

  private List<WantedJob> done() {
    List<WantedJob> done = new ArrayList<>();
    for (Place place : places.values()) {
      if (place.begun != null) {
        done.add(place.begun);
      }
    }
    return done;
  }

  private boolean mayBegin(WantedJob job) {
    List<WantedJob> done = done();
    boolean isOfAGame = job.isOfAGame();
    List<WantedJob> rivals =
        isOfAGame ? done : done.stream().filter(other -> !other.isOfAGame()).toList();
    long strange = rivals.stream().filter(WantedJob::isStrange).count();
    boolean hasCore =
        done.size() < cores
            && (isOfAGame
                || rivals.size() < Math.max(1, cores - 1)
                    && (!job.isStrange() || strange < Math.max(1, cores - 2)));
    if (job.due().urgency() == Urgency.AGAIN && !rivals.isEmpty()) {
      return false;
    }
    long most = isOfAGame ? runBytes.getAsLong() : runBytes.getAsLong() / 2;
    long taken = rivals.stream().mapToLong(WantedJob::bytes).sum();
    return hasCore && (rivals.isEmpty() || taken + job.bytes() <= most);
  }

  /// Ends the least urgent that is done, where games have no core.
  private void makeWay() {
    List<Place> done = places.values().stream().filter(place -> place.begun != null).toList();
    boolean hasCore = done.size() < cores || done.stream().anyMatch(WorkDesk::isOfAGame);
    if (hasCore || done.stream().anyMatch(WorkDesk::isEnding)) {
      return;
    }
    done.stream()
        .max(
            Comparator.comparing(
                place -> place.begun == null ? place.job() : place.begun, BY_URGENCY))
        .ifPresent(place -> end(place.course));
  }

  private static boolean isOfAGame(Place place) {
    return place.begun != null && place.begun.isOfAGame();
  }

  private static boolean isEnding(Place place) {
    return place.course != null && place.course.isOver();
  }

  private static void end(@Nullable Course course) {
    if (course != null) {
      course.end();
    }
  }

  // ------------------------------------------------------------------ workers

  private void launch(Place place) {
    Thread launcher = Thread.currentThread();
    AtomicBoolean launching = new AtomicBoolean(true);
    try {
      threads.execute(
          () -> work(place, () -> launching.get() && Thread.currentThread().equals(launcher)));
      launching.set(false);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        place.course = null;
        place.begun = null;
      }
      throw e;
    }
  }

  /// @param isAtOnce whether whoever launched it still waits
  private void work(Place place, BooleanSupplier isAtOnce) {
    WantedJob job;
    Course course;
    synchronized (this) {
      job = Objects.requireNonNull(place.begun);
      course = Objects.requireNonNull(place.course);
    }
    boolean isDone = false;
    String trouble = "";
    @Nullable Throwable fault = null;
    try {
      rows.take(job, now());
      job.body().run(course);
      isDone = true;
    } catch (Course.EndedException e) {
      trouble = "";
    } catch (StoreException.Fenced e) {
      fault = e; // another process plays for this account now
    } catch (RuntimeException e) {
      trouble = String.valueOf(e.getMessage());
    } catch (Error e) {
      fault = e;
    }
    settle(place, isDone, trouble, fault, isAtOnce.getAsBoolean());
  }

  private void settle(
      Place place, boolean isDone, String trouble, @Nullable Throwable fault, boolean atOnce) {
    boolean isOver;
    long retryAt;
    List<Place> begun;
    synchronized (this) {
      if (!trouble.isEmpty() && place.begun != null) {
        place.tries++;
        place.notBefore = now() + DeskRows.pause(place.tries, place.begun.isOfAGame());
        place.trouble = trouble;
      }
      place.course = null;
      place.begun = null;
      retryAt = place.notBefore;
      isOver = isDone || place.wants.isEmpty();
      if (isOver) {
        full.clear();
        places.remove(place.key);
      }
      if (!atOnce) {
        news.addAll(place.wants.keySet());
      }
      if (fault != null) {
        broken = fault;
        news.addAll(looks.keySet());
      }
      notifyAll();
      begun = next();
    }
    if (isOver) {
      rows.remove(place.key);
    } else {
      rows.release(place.key, retryAt, trouble);
    }
    begun.forEach(this::launch);
  }

  // ------------------------------------------------------------------ what roles wait for

  /// {@return whether something that a role wants is done, or is next}
  synchronized boolean isBusy(Object role) {
    long now = now();
    return broken == null
        && places.values().stream()
            .anyMatch(
                place ->
                    place.wants.containsKey(role)
                        && (place.course != null || place.notBefore <= now));
  }

  /// {@return whether a job has ended that a role wants, since its last look began}
  synchronized boolean hasNews(Object role) {
    return news.contains(role);
  }

  /// Waits until there is news for a role, as long as there may be some.
  ///
  /// @return whether there is
  synchronized boolean await(Object role, long nanos) {
    long end = nanoTime.getAsLong() + nanos;
    while (!hasNews(role) && isBusy(role)) {
      long left = (end - nanoTime.getAsLong()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return hasNews(role);
  }

  // ------------------------------------------------------------------ results

  /// {@return what a run of an earlier process came to}
  Optional<Conclusion> stored(Bytes32 run) {
    try {
      return results
          .find(run)
          .map(result -> Conclusion.of(result.root(), result.output().toArray()));
    } catch (StoreException.Unavailable e) {
      return Optional.empty();
    }
  }

  /// Keeps what a run came to.
  ///
  /// @throws StoreException.Contradiction if it came to something else before
  void store(Bytes32 run, Conclusion conclusion, byte[] output, long steps) {
    try {
      RunResult _ =
          results.put(new RunResult(run, conclusion.finalState(), Data.of(output), steps, now()));
    } catch (StoreException.Unavailable e) {
      return; // the next process runs it again
    }
  }

  // ------------------------------------------------------------------ doubts

  /// Stops bonds on a model of which a run went wrong: in this process, and in later ones until that step goes right.
  void doubt(Bytes32 model, long step, String why) {
    synchronized (this) {
      doubts.put(model, why);
    }
    rows.mark(model, step, why);
  }

  /// {@return why no bond is staked on a model, if a run of it went wrong}
  synchronized Optional<String> doubt(Bytes32 model) {
    return Optional.ofNullable(doubts.get(model));
  }

  /// {@return the step at which a run of a model went wrong in an earlier process, and has to go right first}
  OptionalLong doubted(Bytes32 model) {
    return rows.marked(model);
  }

  /// A run of a model went right at the step that was asked for.
  void trust(Bytes32 model) {
    if (doubted(model).isPresent()) {
      rows.unmark(model);
    }
  }
}
