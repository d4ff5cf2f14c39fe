package opml.cli.command.market;

import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import opml.cli.console.JournalWriter;
import opml.cli.console.Messages;
import opml.cli.option.TextPlace;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.ethereum.chain.ChainException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.proof.GraphWorkshop;
import opml.proof.TimeLimits;
import org.jspecify.annotations.Nullable;

/// A workshop that comes to know models while it works. Asked for one that it does not have, it answers so at once,
/// and fetches the file in the background from where it was published; once that is there and is what it should be,
/// the next asking finds it. Games never wait for it.
///
/// Who published a place may lie, may publish any number of places, and may hold their files back; a claim that nobody
/// can check is final in the end. So some files are fetched at a time, of different models. Each model has one place
/// tried, and then waits behind the others; who wants a model first asks for it first. A place from which little comes
/// is given up early, and one that takes long when others wait is put off. A place that gave a wrong file is left alone
/// for hours, and one that gave none for longer each time; of a model, a few places are tried in a round, those that
/// are not to be left alone. What was fetched before waits for none of that.
///
/// A stranger's file may take for ever to import, and a right model for ever to run, or more memory than there is.
/// Imports are given up in time, and nothing more is fetched while too many of them go on all the same. Models of which
/// a run could take the agent too long for its games, or more than its share of memory, are refused before they are
/// run, wherever they come from. What was fetched may be forgotten again for another model, and is read anew from the
/// folder.
///
/// Language models are fetched by those who judge claims alone: a bound of a whole run's instructions says nothing of
/// them, since natively they take a thousandth of the time. So only their largest node is looked at before; their runs
/// are made beside all others, and ended when they take too long, and the model is left alone for hours then.
final class FetchingWorkshop implements Workshop, AutoCloseable {
  /// Tells where a model's file was published, oldest first.
  @FunctionalInterface
  interface Places {
    List<String> of(Bytes32 model);
  }

  /// Hears what is fetched, and what is not.
  @FunctionalInterface
  interface Lines {
    void line(String event, Map<String, Object> facts);
  }

  private static final Duration AFTER_A_WRONG_FILE = Duration.ofHours(6);
  private static final Duration AFTER_A_MISS = Duration.ofSeconds(30);
  private static final Duration AFTER_MANY_MISSES = Duration.ofHours(1);
  private static final int PLACES_A_ROUND = 8;
  private static final int MODELS_QUEUED = 1024;

  /// Files that are fetched at a time.
  static final int AT_A_TIME = 32;

  /// What a file may take when others wait; twice as much after each time that it was put off.
  private static final Duration TURN = Duration.ofSeconds(60);

  private static final int MISSES_KEPT = 10_000;

  private static final String OF_ANSWERS =
      "a language model: who is to answer with one has its file, and names it by --model";

  /// How the fetching of a model ends.
  private enum Ended {
    FETCHED,
    MISSED,
    /// The model is there, and not to be run here.
    UNFIT
  }

  private record Miss(int count, Instant until) implements Serializable {}

  /// Strangers make names as they like, so the oldest are forgotten.
  private static final class Misses<K> extends LinkedHashMap<K, Miss> {
    @Serial private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, Miss> eldest) {
      return size() > MISSES_KEPT;
    }
  }

  private final GraphWorkshop own;
  private final Places places;
  private final Download download;
  private final ModelCache cache;
  private final BoundedImports imports;
  private final ModelMemory memory;
  private final Supplier<TimeLimits> limits;
  private final boolean finds;
  private final Lines journal;
  private final InstantSource clock;
  private final ExecutorService background =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fetch-model-", 0).factory());
  private final Semaphore turns = new Semaphore(AT_A_TIME, true);

  /// Reading places from the chain is slow, and the node is also asked for what matters more.
  private final Lock placesRead = new ReentrantLock(true);

  private final Set<Bytes32> queued = new HashSet<>();
  private final Map<Bytes32, Miss> models = new Misses<>();
  private final Map<String, Miss> sites = new Misses<>();

  /// @param own gets the models
  /// @param finds whether outputs are to be found, and not only judged
  FetchingWorkshop(
      GraphWorkshop own,
      Places places,
      Download download,
      ModelCache cache,
      BoundedImports imports,
      ModelMemory memory,
      Supplier<TimeLimits> limits,
      boolean finds,
      Lines journal,
      InstantSource clock) {
    this.own = own;
    this.places = places;
    this.download = download;
    this.cache = cache;
    this.imports = imports;
    this.memory = memory;
    this.limits = limits;
    this.finds = finds;
    this.journal = journal;
    this.clock = clock;
  }

  @Override
  public boolean knows(Bytes32 modelId) {
    boolean known = own.knows(modelId);
    if (known) {
      memory.used(modelId);
    } else {
      want(modelId);
    }
    return known;
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    return knows(modelId) ? own.work(modelId, input) : Optional.empty();
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input, Progress progress) {
    return knows(modelId) ? own.work(modelId, input, progress) : Optional.empty();
  }

  @Override
  public boolean checksOutput(Bytes32 modelId) {
    return own.checksOutput(modelId);
  }

  @Override
  public boolean mayBeSlow(Bytes32 modelId) {
    return memory.keeps(modelId) && own.checksOutput(modelId);
  }

  @Override
  public long runBytes(Bytes32 modelId) {
    return own.runBytes(modelId);
  }

  @Override
  public void giveUp(Bytes32 modelId, String why) {
    memory.forget(modelId);
    synchronized (this) {
      models.put(modelId, new Miss(1, clock.instant().plus(AFTER_A_WRONG_FILE)));
    }
    journal.line("given up", JournalWriter.facts("model", modelId, "why", Messages.oneLine(why)));
  }

  @Override
  public Optional<Work> check(Bytes32 modelId, byte[] input, byte[] output, Progress progress) {
    return knows(modelId) ? own.check(modelId, input, output, progress) : Optional.empty();
  }

  private synchronized void want(Bytes32 model) {
    if (!imports.areStuck()
        && queued.size() < MODELS_QUEUED
        && isDue(models.get(model))
        && queued.add(model)) {
      background.execute(() -> fetch(model));
    }
  }

  private void fetch(Bytes32 model) {
    Ended ended = Ended.MISSED;
    try {
      ended = round(model);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ChainException e) {
      refused(model, "where it was published", Messages.of(e));
    } catch (IOException e) {
      refused(model, "the folder of fetched models", Messages.of(e));
    } catch (RuntimeException e) {
      // What a stranger's file does to our software must not end the fetching of others.
      refused(model, "a file", "this is a bug: " + e);
    } finally {
      synchronized (this) {
        queued.remove(model);
        switch (ended) {
          case FETCHED -> models.remove(model);
          case MISSED -> models.merge(model, missed(0), (before, _) -> missed(before.count()));
          case UNFIT -> models.put(model, new Miss(1, clock.instant().plus(AFTER_A_WRONG_FILE)));
        }
      }
    }
  }

  private Ended round(Bytes32 id) throws IOException, InterruptedException {
    if (imports.areStuck()) {
      return Ended.MISSED;
    }
    Optional<BoundedImports.Imported<Model>> kept = cache.find(id);
    if (kept.isPresent()) {
      return accept(kept.get(), "the folder of fetched models");
    }
    int tried = 0;
    for (String place : placesOf(id)) {
      String site = id + " " + place;
      if (tried == PLACES_A_ROUND || !isDue(missOf(site))) {
        continue;
      }
      tried++;
      Optional<Ended> ended = attempt(id, place, site);
      if (ended.isPresent()) {
        return ended.get();
      }
    }
    return Ended.MISSED;
  }

  private List<String> placesOf(Bytes32 id) throws InterruptedException {
    placesRead.lockInterruptibly();
    try {
      return places.of(id);
    } finally {
      placesRead.unlock();
    }
  }

  /// {@return how fetching the model ends, if it ends with this place}
  private Optional<Ended> attempt(Bytes32 id, String place, String site)
      throws IOException, InterruptedException {
    String shown = Messages.oneLine(place);
    try {
      TextPlace where = read(place);
      try (ModelCache.Draft draft = downloaded(id, where.uri(), shown, site)) {
        return Optional.of(accept(cache.keep(draft, id, where.text()), shown));
      }
    } catch (Download.RefusedException e) {
      putOff(site, new Miss(1, clock.instant().plus(AFTER_A_WRONG_FILE)));
      refused(id, shown, Messages.of(e));
      if (imports.areStuck()) {
        journal.line(
            "fetching stopped",
            JournalWriter.facts(
                "why",
                BoundedImports.LEFT_MOST
                    + " files are still being imported after their time; nothing is fetched until they end, or this"
                    + " agent is started anew"));
        return Optional.of(Ended.MISSED);
      }
    } catch (IOException e) {
      putOff(site, missed(misses(site)));
      refused(id, shown, Messages.of(e));
    }
    return Optional.empty();
  }

  private TextPlace read(String place) throws Download.RefusedException {
    TextPlace where;
    try {
      where = TextPlace.of(place);
    } catch (IllegalArgumentException e) {
      throw new Download.RefusedException(String.valueOf(e.getMessage()));
    }
    if (where.text().isPresent() && finds) {
      throw new Download.RefusedException(OF_ANSWERS);
    }
    return where;
  }

  private ModelCache.Draft downloaded(Bytes32 id, String uri, String shown, String site)
      throws IOException, InterruptedException {
    turns.acquire();
    ModelCache.@Nullable Draft unfinished = null;
    try {
      journal.line("fetching", JournalWriter.facts("model", id, "from", shown));
      ModelCache.Draft draft = cache.draft();
      unfinished = draft;
      download.into(draft.file(), uri, new Turn(draft, misses(site)));
      unfinished = null;
      return draft;
    } finally {
      turns.release();
      if (unfinished != null) {
        unfinished.close();
      }
    }
  }

  /// A download's turn among others.
  private final class Turn implements Download.Watch {
    private final ModelCache.Draft draft;
    private final Duration turn;

    Turn(ModelCache.Draft draft, int misses) {
      this.draft = draft;
      this.turn = TURN.multipliedBy(1L << Math.min(misses, 10));
    }

    @Override
    public void grows(long bytes) throws IOException, InterruptedException {
      draft.reserve(bytes);
    }

    @Override
    public boolean givesWay(Duration taken) {
      return turns.hasQueuedThreads() && taken.compareTo(turn) > 0;
    }
  }

  private Ended accept(BoundedImports.Imported<Model> imported, String from) {
    Model model = imported.what();
    try (ModelMemory.Hold hold = imported.hold()) {
      Optional<String> tooLong = whyNotTry(model);
      if (tooLong.isPresent()) {
        refused(model.id(), from, tooLong.get());
        return Ended.UNFIT;
      }
      memory.requireRoomToRun(model);
      memory.keep(model, hold);
    } catch (Download.RefusedException | IllegalArgumentException e) {
      refused(model.id(), from, String.valueOf(e.getMessage()));
      return Ended.UNFIT;
    }
    journal.line("fetched", JournalWriter.facts("model", model.id(), "from", from));
    return Ended.FETCHED;
  }

  private Optional<String> whyNotTry(Model model) {
    TimeLimits now = limits.get();
    if (!model.descriptor().outputGiven()) {
      return now.whyNotTry(model.mostSteps());
    }
    if (finds) {
      return Optional.of(OF_ANSWERS);
    }
    return now.whyNotReplay(model.kinds().stream().mapToLong(CommittedNode::steps).max().orElse(0));
  }

  private void refused(Bytes32 model, String from, String why) {
    journal.line(
        "not fetched",
        JournalWriter.facts("model", model, "from", from, "why", Messages.oneLine(why)));
  }

  private synchronized @Nullable Miss missOf(String site) {
    return sites.get(site);
  }

  private int misses(String site) {
    Miss miss = missOf(site);
    return miss == null ? 0 : miss.count();
  }

  private synchronized void putOff(String site, Miss miss) {
    sites.put(site, miss);
  }

  private boolean isDue(@Nullable Miss miss) {
    return miss == null || !clock.instant().isBefore(miss.until());
  }

  private Miss missed(int before) {
    Duration pause = AFTER_A_MISS.multipliedBy(1L << Math.min(before, 10));
    return new Miss(
        before + 1,
        clock.instant().plus(pause.compareTo(AFTER_MANY_MISSES) > 0 ? AFTER_MANY_MISSES : pause));
  }

  /// Gives up what is under way.
  @Override
  public void close() {
    background.shutdownNow();
  }
}
