package opml.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Many games, each a world of its own, on all cores.
///
/// @param seed of the first; each further one's is one more
public record Simulation(long seed) {
  /// A game that failed, as it is and as little as it takes.
  ///
  /// @param seed of the game
  public record Failure(long seed, Finding finding, String script) {}

  /// What came of them.
  ///
  /// @param history a number that tells two courses of all games apart
  public record Result(
      long games,
      double seconds,
      long honestLost,
      long overBudget,
      long history,
      List<Failure> failures) {
    public Result {
      failures = List.copyOf(failures);
    }
  }

  /// When a canary was found.
  ///
  /// @param foundAfter so many games; nothing if it was not
  public record Sighting(Canary canary, Optional<Long> foundAfter, Optional<Finding> finding) {}

  private static final int TOLD_MOST = 20;

  /// {@return what comes of so many games}
  ///
  /// @param cores that play them
  /// @param progress hears how many are done, from time to time, on any thread
  /// @throws IllegalStateException if a game breaks off: then nothing is known of the others
  public Result play(long count, int cores, LongConsumer progress) {
    long begin = System.nanoTime();
    AtomicLong next = new AtomicLong();
    AtomicLong done = new AtomicLong();
    AtomicReference<@Nullable IllegalStateException> broken = new AtomicReference<>();
    List<Tally> tallies = new ArrayList<>();
    List<Thread> players = new ArrayList<>();
    for (int i = 0; i < cores; i++) {
      Tally tally = new Tally();
      tallies.add(tally);
      players.add(
          Thread.ofVirtual()
              .name("games-" + i)
              .start(
                  () -> {
                    for (long index = next.getAndIncrement();
                        index < count && broken.get() == null;
                        index = next.getAndIncrement()) {
                      try {
                        tally.play(seed + index);
                        progress.accept(done.incrementAndGet());
                      } catch (Throwable e) {
                        // Its thread would end without a word, and leave games out.
                        broken.set(
                            new IllegalStateException(
                                "the game of seed %d broke off".formatted(seed + index), e));
                      }
                    }
                  }));
    }
    players.forEach(Simulation::join);
    IllegalStateException why = broken.get();
    if (why != null) {
      throw why;
    }
    Tally all = new Tally();
    tallies.forEach(all::add);
    return new Result(
        done.get(),
        (System.nanoTime() - begin) / 1e9,
        all.lost,
        all.overBudget,
        all.history,
        all.failures);
  }

  private static void join(Thread player) {
    boolean interrupted = false;
    while (true) {
      try {
        player.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// {@return after how many games a planted bug is found, of so many at most}
  public Sighting find(Canary canary, long most) {
    Search search = new Search(canary);
    join(Thread.ofVirtual().start(() -> search.run(seed, most)));
    return new Sighting(
        canary,
        search.found.isPresent() ? Optional.of(search.games) : Optional.empty(),
        search.found);
  }

  /// Games with a planted bug until it is found.
  private static final class Search {
    private final Canary canary;
    private long games;
    private Optional<Finding> found = Optional.empty();

    Search(Canary canary) {
      this.canary = canary;
    }

    void run(long seed, long most) {
      while (games < most && found.isEmpty()) {
        Script script = Script.of(seed + games++);
        found = Match.play(script, canary.sabotage()).findings().stream().findFirst();
      }
    }
  }

  /// {@return the least that it takes for a seed's game to fail with a planted bug, if it does}
  static Optional<Script> least(long seed, Sabotage sabotage) {
    Script script = Script.of(seed);
    return Match.play(script, sabotage).findings().stream()
        .findFirst()
        .map(finding -> Shrinker.shrink(script, sabotage, finding));
  }

  /// What one core's games come to. Histories are added up, so that it does not matter who played what.
  private static final class Tally {
    private long lost;
    private long overBudget;
    private long history;
    private final List<Failure> failures = new ArrayList<>();

    void play(long seed) {
      Script script = Script.of(seed);
      Match.Outcome outcome = Match.play(script, Sabotage.NONE);
      history += Weather.mix(seed ^ outcome.history());
      if (outcome.findings().isEmpty()) {
        return;
      }
      Finding first = outcome.findings().getFirst();
      if (first.kind() == Finding.Kind.BUDGET) {
        overBudget++;
      } else {
        lost++;
      }
      if (failures.size() < TOLD_MOST) {
        Script least = Shrinker.shrink(script, Sabotage.NONE, first);
        failures.add(new Failure(seed, first, least.toString()));
      }
    }

    void add(Tally other) {
      lost += other.lost;
      overBudget += other.overBudget;
      history += other.history;
      failures.addAll(other.failures);
    }
  }
}
