package opml.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import org.jspecify.annotations.Nullable;

/// Keeps what the roles of an account know by their own runs. What they come to is small and kept while their requests
/// matter; whole runs are large, so that only as many are kept, those used last, as fit a bound: a run that is asked
/// for again is made again, and is the same. Those that games need go last, and none goes while somebody uses it.
///
/// Several threads may use it; none waits here for what another does with a run.
final class RunShelf {
  /// About what a run takes besides its values: its machines' places, the tree of its slots.
  private static final long OVERHEAD = 16_384;

  private final LongSupplier mostBytes;
  private final Map<RequestId, Map<Subject, Known>> known = new HashMap<>();

  /// Of which a store was asked already.
  private final Map<RequestId, Set<Subject>> asked = new HashMap<>();

  private final LinkedHashMap<Subject, Held> works = new LinkedHashMap<>(16, 0.75f, true);

  /// What matters to each role.
  private final Map<Object, Matters> matters = new HashMap<>();

  /// What a run is about: what was asked; or, of a model that checks outputs, what was claimed.
  ///
  /// @param claim whose output is checked; nothing if the own answer is
  record Subject(RequestId request, Optional<ClaimId> claim) {
    static Subject of(RequestId request) {
      return new Subject(request, Optional.empty());
    }

    /// {@return what names the run}
    Bytes32 hash() {
      return claim.map(ClaimId::hash).orElseGet(request::hash);
    }

    @Override
    public String toString() {
      return claim.map(id -> "claim " + id).orElseGet(() -> "request " + request);
    }
  }

  /// How long a run takes on this machine.
  ///
  /// @param seconds that it took when it was made last
  /// @param end of that, as [opml.core.time.Time#nanoTime()]
  /// @param times that it was made
  record Pace(double seconds, long end, int times) {
    private static final Pace NONE = new Pace(0, 0, 0);

    /// A pause lasts so many seconds at most.
    private static final double LONGEST_PAUSE = 86_400;

    /// {@return whether a run that took too long may be made once more}: after a pause as long as itself, and twice as
    /// long each further time, so that it leaves others more and more of an agent's time
    boolean isDue(long now) {
      double pause = Math.min(Math.scalb(seconds, times - 1), LONGEST_PAUSE);
      return (now - end) / 1e9 >= pause;
    }
  }

  /// What is known of a run.
  ///
  /// @param result nothing if there is no run to be had
  /// @param gasOfASide that a game about it may cost
  /// @param evidenceBytes that a claim of it hands over
  /// @param pace of whoever made it here
  /// @param replaySteps a bound of the instructions of each of its nodes
  /// @param noRoom why this process's memory is too small to replay its nodes, if it is
  /// @param isWhole whether it was made here; of one of an earlier process, only the result is known
  record Known(
      Optional<Conclusion> result,
      long gasOfASide,
      int evidenceBytes,
      Pace pace,
      long replaySteps,
      Optional<String> noRoom,
      boolean isWhole) {
    static final Known NOTHING =
        new Known(Optional.empty(), 0, 0, Pace.NONE, 0, Optional.empty(), false);

    /// {@return what an earlier process has left of a run}
    static Known left(Conclusion result) {
      return new Known(Optional.of(result), 0, 0, Pace.NONE, 0, Optional.empty(), false);
    }

    /// {@return a run that was made}
    static Known of(Work work, Pace pace) {
      return new Known(
          Optional.of(Conclusion.of(work.result())),
          work.gasOfASide(),
          work.claimEvidence().length,
          pace,
          work.replaySteps(),
          work.whyNotToReplay(),
          true);
    }

    /// {@return the same run, made once more}
    Known madeAgain(double took, long at) {
      Pace now = new Pace(took, at, pace.times() + 1);
      return new Known(result, gasOfASide, evidenceBytes, now, replaySteps, noRoom, isWhole);
    }
  }

  /// @param alive requests of which something may come
  /// @param played those that games are about
  private record Matters(Set<RequestId> alive, Set<RequestId> played) {}

  private static final class Held {
    private final Work work;

    /// When it was used last: to ask it may take as long as what others do with it.
    private volatile long bytes;

    private int users;
    private boolean leaves;

    Held(Work work) {
      this.work = work;
    }
  }

  /// @param mostBytes that whole runs may keep together now; the one used last is kept in any case
  RunShelf(LongSupplier mostBytes) {
    this.mostBytes = mostBytes;
  }

  // ------------------------------------------------------------------ what is known

  synchronized Optional<Known> known(Subject subject) {
    return Optional.ofNullable(known.getOrDefault(subject.request(), Map.of()).get(subject));
  }

  /// {@return what is known of the own run of what was asked, or else of one that checks a claim on it}
  synchronized Optional<Known> known(RequestId request) {
    return known(Subject.of(request))
        .or(
            () ->
                known.getOrDefault(request, Map.of()).values().stream()
                    .max(Comparator.comparingLong(Known::gasOfASide)));
  }

  synchronized void put(Subject subject, Known what) {
    known.computeIfAbsent(subject.request(), _ -> new LinkedHashMap<>()).put(subject, what);
  }

  /// {@return whether nobody has asked the store for a run's result yet; the caller does}
  synchronized boolean isNew(Subject subject) {
    return asked.computeIfAbsent(subject.request(), _ -> new HashSet<>()).add(subject);
  }

  // ------------------------------------------------------------------ whole runs

  synchronized boolean has(Subject subject) {
    return works.containsKey(subject);
  }

  /// {@return what use makes of a run, which is not let go meanwhile; nothing if it is not here}
  <T> Optional<T> use(Subject subject, Function<Work, T> use) {
    Held held;
    synchronized (this) {
      held = works.get(subject);
      if (held == null) {
        return Optional.empty();
      }
      held.users++;
    }
    try {
      return Optional.ofNullable(use.apply(held.work));
    } finally {
      measure(held);
      letGo(held);
    }
  }

  /// Keeps a run, in the place of one that was made before.
  void put(Subject subject, Work work) {
    Held held = new Held(work);
    measure(held);
    @Nullable Held before;
    synchronized (this) {
      before = works.put(subject, held);
      before = before == null || before.work.equals(work) ? null : leaving(before);
    }
    if (before != null) {
      before.work.rest();
    }
    fit();
  }

  private static void measure(Held held) {
    held.bytes = OVERHEAD + held.work.keptBytes();
  }

  private void letGo(Held held) {
    boolean rests;
    synchronized (this) {
      held.users--;
      rests = held.leaves && held.users == 0;
    }
    if (rests) {
      held.work.rest();
    }
    fit();
  }

  /// {@return what is to rest now; if somebody uses it, it rests later}
  private static @Nullable Held leaving(Held held) {
    held.leaves = true;
    return held.users == 0 ? held : null;
  }

  /// Sees to the bound, after a run was used: what runs keep grows with what they are asked.
  private void fit() {
    List<Work> resting = new ArrayList<>();
    synchronized (this) {
      Predicate<Subject> isPlayed =
          subject ->
              matters.values().stream().anyMatch(role -> role.played.contains(subject.request()));
      let(resting, subject -> !isPlayed.test(subject));
      let(resting, isPlayed);
    }
    resting.forEach(Work::rest);
  }

  /// Lets runs go while there are too many, those used longest ago first; the one used last only rests.
  private void let(List<Work> resting, Predicate<Subject> which) {
    Iterator<Map.Entry<Subject, Held>> eldest = works.entrySet().iterator();
    long bytes = works.values().stream().mapToLong(held -> held.bytes).sum();
    while (eldest.hasNext() && bytes > mostBytes.getAsLong()) {
      Map.Entry<Subject, Held> entry = eldest.next();
      if (which.test(entry.getKey()) && entry.getValue().users == 0) {
        resting.add(entry.getValue().work);
        bytes -= entry.getValue().bytes;
        if (eldest.hasNext()) {
          eldest.remove();
        }
      }
    }
  }

  // ------------------------------------------------------------------ what matters

  /// Gives back what only disputes need, of all runs but those that are played, and forgets those that matter to
  /// nobody.
  ///
  /// @param roles of the account; as long as one of them has not said what matters to it, none is forgotten
  void tidy(Object role, Set<RequestId> alive, Set<RequestId> played, int roles) {
    List<Work> resting = new ArrayList<>();
    synchronized (this) {
      matters.put(role, new Matters(Set.copyOf(alive), Set.copyOf(played)));
      if (matters.size() >= roles) {
        Predicate<RequestId> isOver =
            request -> matters.values().stream().noneMatch(one -> one.alive.contains(request));
        known.keySet().removeIf(isOver);
        asked.keySet().removeIf(isOver);
        works
            .entrySet()
            .removeIf(
                entry -> {
                  boolean over = isOver.test(entry.getKey().request());
                  if (over && leaving(entry.getValue()) != null) {
                    resting.add(entry.getValue().work);
                  }
                  return over;
                });
      }
      works.forEach(
          (subject, held) -> {
            if (held.users == 0
                && matters.values().stream()
                    .noneMatch(one -> one.played.contains(subject.request()))) {
              resting.add(held.work);
            }
          });
    }
    resting.forEach(Work::rest);
  }
}
