package opml.agent;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.work.Work;

/// Keeps what an agent knows by its own runs. Results are small and kept while their requests matter; whole runs are
/// large, so that only as many are kept, those used last, as fit a bound: a run that is asked for again is made again,
/// and is the same.
final class RunShelf {
  /// About what a run takes besides its values: its machines' places, the tree of its slots.
  private static final long OVERHEAD = 16_384;

  private final LongSupplier mostBytes;
  private final Map<Subject, Known> known = new LinkedHashMap<>();
  private final LinkedHashMap<Subject, Work> works = new LinkedHashMap<>(16, 0.75f, true);

  /// What a run is about: what was asked; or, of a model that checks outputs, what was claimed.
  ///
  /// @param claim whose output is checked; nothing if the own answer is
  record Subject(RequestId request, Optional<ClaimId> claim) {
    static Subject of(RequestId request) {
      return new Subject(request, Optional.empty());
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
  record Known(
      Optional<Work.Result> result,
      long gasOfASide,
      int evidenceBytes,
      Pace pace,
      long replaySteps,
      Optional<String> noRoom) {
    static final Known NOTHING = new Known(Optional.empty(), 0, 0, Pace.NONE, 0, Optional.empty());

    /// {@return the same run, made once more}
    Known madeAgain(double took, long at) {
      Pace now = new Pace(took, at, pace.times() + 1);
      return new Known(result, gasOfASide, evidenceBytes, now, replaySteps, noRoom);
    }
  }

  /// @param mostBytes that whole runs may keep together now; the one used last is kept in any case
  RunShelf(LongSupplier mostBytes) {
    this.mostBytes = mostBytes;
  }

  Optional<Known> known(Subject subject) {
    return Optional.ofNullable(known.get(subject));
  }

  /// {@return what is known of the own run of what was asked, or else of one that checks a claim on it}
  Optional<Known> known(RequestId request) {
    return known(Subject.of(request))
        .or(
            () ->
                known.entrySet().stream()
                    .filter(entry -> entry.getKey().request().equals(request))
                    .map(Map.Entry::getValue)
                    .max(Comparator.comparingLong(Known::gasOfASide)));
  }

  Optional<Work> work(Subject subject) {
    return Optional.ofNullable(works.get(subject));
  }

  void put(Subject subject, Known what) {
    known.put(subject, what);
  }

  /// Keeps a run, in the place of one that was made before.
  void put(Subject subject, Work work) {
    Work before = works.put(subject, work);
    if (before != null && !before.equals(work)) {
      before.rest();
    }
    fit();
  }

  /// Sees to the bound, after a run was used: what runs keep grows with what they are asked.
  void fit() {
    while (isFull() && !works.isEmpty()) {
      works.firstEntry().getValue().rest();
      if (works.size() == 1) {
        return;
      }
      if (isFull()) {
        works.pollFirstEntry();
      }
    }
  }

  private boolean isFull() {
    long bytes = works.values().stream().mapToLong(work -> OVERHEAD + work.keptBytes()).sum();
    return bytes > mostBytes.getAsLong();
  }

  /// Gives back what only disputes need, of all runs but these.
  void restAllBut(Set<RequestId> played) {
    works.forEach(
        (subject, work) -> {
          if (!played.contains(subject.request())) {
            work.rest();
          }
        });
  }

  /// Forgets all runs but those of these requests.
  void keepOnly(Set<RequestId> requests) {
    known.keySet().removeIf(subject -> !requests.contains(subject.request()));
    works
        .entrySet()
        .removeIf(
            entry -> {
              boolean ended = !requests.contains(entry.getKey().request());
              if (ended) {
                entry.getValue().rest();
              }
              return ended;
            });
  }
}
