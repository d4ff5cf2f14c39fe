package opml.cli.command.simulate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.option.ReportOption;
import opml.sim.Canary;
import opml.sim.Simulation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Whole games of servers, verifiers and liars.
@Command(
    name = "games",
    description = {
      "Plays games of servers, verifiers and liars on a simulated chain.",
      "Each game is a world of its own, drawn from its seed: reorganisations, censorship, jumping fees, nodes that lag,"
          + " lie or fall silent, killed processes. After every block it is checked that no honest bond is lost, no"
          + " wrong result is final, every wei is in one place, and nobody honest stakes what it has not. A game that"
          + " fails is told with the least that it takes. The same seed gives the same history everywhere."
    },
    exitCodeList = {
      "0:done, and nothing honest was lost",
      "1:failed, or something was lost, or a planted bug was not found",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml simulate games --count 10000 --seed 1",
      "  opml simulate games --count 1000000 --report games.json",
      "  opml simulate games --count 1000 --canaries",
      "  opml simulate games --count 1000 --stores 20"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class SimulateGamesCommand implements Callable<Integer> {
  private static final long PAUSE = 5_000_000_000L;

  /// A planted bug has to be found within so many games.
  private static final long CANARY_MOST = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private Console console;
  @Mixin private ReportOption report;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Play so many games (default: ${DEFAULT-VALUE}).")
  private long count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Of the first game, each further one's is one more; another one each time unless given.")
  private @Nullable Long seed;

  @Option(
      names = "--canaries",
      description =
          "Plant known bugs besides, one at a time, and tell after how many games each is found.")
  private boolean canaries;

  @Option(
      names = "--stores",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Play the first N over SQLite and PostgreSQL, too, and compare the histories and all rows with those of maps"
              + " (default: ${DEFAULT-VALUE}).")
  private long stores;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--count %d: expected is a number of games, at least 1".formatted(count));
    }
    if (stores < 0 || stores > count) {
      throw new ParameterException(
          spec.commandLine(),
          "--stores %d: expected is a number of games, 0 to that of all, %d"
              .formatted(stores, count));
    }
    report.begin();
    long first = seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000_000) : seed;
    Simulation simulation = new Simulation(first);
    console.note("seed " + first);
    Simulation.Result result =
        simulation.play(count, Runtime.getRuntime().availableProcessors(), this::tell);
    List<Simulation.Sighting> sightings = new ArrayList<>();
    if (canaries) {
      for (Canary canary : Canary.values()) {
        sightings.add(simulation.find(canary, CANARY_MOST));
        console.note(text(sightings.getLast()));
      }
    }
    Map<String, @Nullable Object> json = json(first, result, sightings);
    ComparedStores compared = ComparedStores.of(first, stores, console::note);
    compared.addTo(json);
    console.show(json, () -> text(result, sightings) + compared.text());
    report.end(json);
    boolean good =
        result.failures().isEmpty()
            && compared.areEqual()
            && sightings.stream().allMatch(sighting -> sighting.foundAfter().isPresent());
    return good ? ExitCode.OK : ExitCode.FAILED;
  }

  private final AtomicLong next = new AtomicLong(System.nanoTime() + PAUSE);

  private void tell(long done) {
    long now = System.nanoTime();
    long due = next.get();
    if (now - due >= 0 && next.compareAndSet(due, now + PAUSE)) {
      console.note("%s of %s games".formatted(Amounts.count(done), Amounts.count(count)));
    }
  }

  private static Map<String, @Nullable Object> json(
      long first, Simulation.Result result, List<Simulation.Sighting> sightings) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("seed", first);
    json.put("games", result.games());
    json.put("seconds", result.seconds());
    json.put("honest_lost", result.honestLost());
    json.put("over_budget", result.overBudget());
    json.put("history", "%016x".formatted(result.history()));
    List<Object> found = new ArrayList<>();
    for (Simulation.Sighting sighting : sightings) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("name", sighting.canary().title());
      one.put("found_after", sighting.foundAfter().orElse(null));
      found.add(one);
    }
    json.put("canaries", found);
    List<Object> failures = new ArrayList<>();
    for (Simulation.Failure failure : result.failures()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("seed", failure.seed());
      one.put("finding", failure.finding().toString());
      one.put("least", failure.script());
      failures.add(one);
    }
    json.put("failures", failures);
    return json;
  }

  private static String text(Simulation.Sighting sighting) {
    Optional<Long> after = sighting.foundAfter();
    return after.isPresent()
        ? "%s: found after %d games, %s"
            .formatted(
                sighting.canary().title(), after.get(), sighting.finding().orElseThrow().text())
        : "%s: not found".formatted(sighting.canary().title());
  }

  private static String text(Simulation.Result result, List<Simulation.Sighting> sightings) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s games in %.1f s (%.0f a second): %d honest losses, %d over budget, history %016x%n"
            .formatted(
                Amounts.count(result.games()),
                result.seconds(),
                result.games() / result.seconds(),
                result.honestLost(),
                result.overBudget(),
                result.history()));
    for (Simulation.Failure failure : result.failures()) {
      text.append(
          "seed %d: %s%n  fails with %s%n"
              .formatted(failure.seed(), failure.finding().text(), failure.script()));
    }
    sightings.forEach(sighting -> text.append(text(sighting)).append(System.lineSeparator()));
    return text.toString().stripTrailing();
  }
}
