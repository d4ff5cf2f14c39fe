package opml.cli.command.market;

import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
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
import opml.cli.console.JournalWriter;
import opml.cli.console.Messages;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.ethereum.chain.ChainException;
import opml.game.move.Parameters;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.proof.GraphWorkshop;
import org.jspecify.annotations.Nullable;

/// A workshop that comes to know models while it works. Asked for one that it does not have, it answers so at once,
/// and fetches the file in the background from where it was published; once that is there and is what it should be,
/// the next asking finds it. Games never wait for it.
///
/// Who published a place may lie, and may publish any number of places. So one file is fetched at a time, a place that
/// gave a wrong file is left alone for hours, and one that gave none for longer each time; of a model, a few places are
/// tried in a round, those that are not to be left alone.
///
/// A stranger's file may take for ever to import, and a right model for ever to run. Imports are given up in time, and
/// nothing more is fetched while too many of them go on all the same. Models of which a run could take the agent too
/// long for its games are refused before they are run.
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
  private static final int MODELS_QUEUED = 64;
  private static final int MISSES_KEPT = 10_000;

  /// What the machine does in a second; a native run is faster still.
  private static final double STEPS_PER_SECOND = 2e8;

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
  private final double secondsMax;
  private final Lines journal;
  private final InstantSource clock;
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("fetch-models").factory());
  private final Set<Bytes32> queued = new HashSet<>();
  private final Map<Bytes32, Miss> models = new Misses<>();
  private final Map<String, Miss> sites = new Misses<>();

  FetchingWorkshop(
      GraphWorkshop own,
      Places places,
      Download download,
      ModelCache cache,
      BoundedImports imports,
      Parameters terms,
      Lines journal,
      InstantSource clock) {
    this.own = own;
    this.places = places;
    this.download = download;
    this.cache = cache;
    this.imports = imports;
    this.secondsMax = Math.min(terms.window() / 4.0, terms.allowance() / 10.0);
    this.journal = journal;
    this.clock = clock;
  }

  @Override
  public boolean knows(Bytes32 modelId) {
    boolean known = own.knows(modelId);
    if (!known) {
      want(modelId);
    }
    return known;
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    return knows(modelId) ? own.work(modelId, input) : Optional.empty();
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
    boolean found = false;
    try {
      found = round(model);
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
        if (!found) {
          models.merge(model, missed(0), (before, _) -> missed(before.count()));
        }
      }
    }
  }

  private boolean round(Bytes32 id) throws IOException, InterruptedException {
    if (imports.areStuck()) {
      return false;
    }
    Optional<Model> kept = cache.find(id);
    if (kept.isPresent()) {
      return accept(kept.get(), "the folder of fetched models");
    }
    int tried = 0;
    for (String place : places.of(id)) {
      String site = id + " " + place;
      if (tried == PLACES_A_ROUND || !isDue(sites.get(site))) {
        continue;
      }
      tried++;
      String shown = Messages.oneLine(place);
      journal.line("fetching", JournalWriter.facts("model", id, "from", shown));
      Path draft = cache.draft();
      try {
        download.into(draft, place);
        if (accept(cache.keep(draft, id), shown)) {
          return true;
        }
        sites.put(site, new Miss(1, clock.instant().plus(AFTER_A_WRONG_FILE)));
      } catch (Download.RefusedException e) {
        sites.put(site, new Miss(1, clock.instant().plus(AFTER_A_WRONG_FILE)));
        refused(id, shown, Messages.of(e));
        if (imports.areStuck()) {
          journal.line(
              "fetching stopped",
              JournalWriter.facts(
                  "why",
                  BoundedImports.LEFT_MOST
                      + " files are still being imported after their time; nothing is fetched until they end, or this"
                      + " agent is started anew"));
          return false;
        }
      } catch (IOException e) {
        sites.merge(site, missed(0), (before, _) -> missed(before.count()));
        refused(id, shown, Messages.of(e));
      } finally {
        Files.deleteIfExists(draft);
      }
    }
    return false;
  }

  private boolean accept(Model model, String from) {
    double seconds = steps(model) / STEPS_PER_SECOND;
    if (seconds > secondsMax) {
      refused(
          model.id(),
          from,
          "a run may take %.0f s, this deployment's times leave %.0f s"
              .formatted(seconds, secondsMax));
      return false;
    }
    try {
      own.add(model);
    } catch (IllegalArgumentException e) {
      refused(model.id(), from, String.valueOf(e.getMessage()));
      return false;
    }
    journal.line("fetched", JournalWriter.facts("model", model.id(), "from", from));
    return true;
  }

  /// {@return a bound of the machine's steps of a whole run}
  private static double steps(Model model) {
    double steps = 0;
    for (CommittedNode node : model.nodes()) {
      steps += node.program().bound().instructions(node.node().scalarArray());
    }
    return steps * model.graph().loops();
  }

  private void refused(Bytes32 model, String from, String why) {
    journal.line(
        "not fetched",
        JournalWriter.facts("model", model, "from", from, "why", Messages.oneLine(why)));
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
