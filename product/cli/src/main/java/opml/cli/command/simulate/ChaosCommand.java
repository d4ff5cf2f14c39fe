package opml.cli.command.simulate;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.OwnProgram;
import opml.cli.console.Problems;
import opml.cli.option.ReportOption;
import opml.lab.bench.TemporaryFolder;
import opml.lab.chaos.ChaosFigures;
import opml.lab.chaos.ChaosPlan;
import opml.lab.chaos.ChaosRun;
import opml.lab.chaos.ChaosStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A node that is killed again and again.
@Command(
    name = "chaos",
    description = {
      "Kills a node at any moment, again and again, and tells what it lost.",
      "A private chain, a node in a process of its own that serves and verifies, and around it a requester who asks, a"
          + " liar who claims what is wrong, and a sham who challenges what is right. A kill takes some five seconds."
          + " What was lost is read from the chain."
    },
    exitCodeList = {
      "0:done, and nothing was lost, sent twice or late",
      "1:failed, or something was",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml chaos --kills 20 --seed 7", "  opml chaos --report chaos.json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ChaosCommand implements Callable<Integer> {
  private static final int KILLS_MOST = 1_000_000;

  @Mixin private Console console;
  @Mixin private ReportOption report;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Kill it so often (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--deletions",
      paramLabel = "N",
      description =
          "Of these, delete its store so often before it starts again (default: a tenth of the kills).")
  private @Nullable Integer deletions;

  @Option(
      names = "--store",
      paramLabel = "STORE",
      split = ",",
      description = "Where its store is: sqlite, postgres, or both (default: both).")
  private List<String> stores = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the moments; another one each time unless given.")
  private @Nullable Long seed;

  @Override
  public Integer call() {
    int deleted = deletions == null ? kills / 10 : deletions;
    List<String> titles = Stream.of(ChaosStore.values()).map(ChaosStore::title).toList();
    new Problems()
        .when(
            kills < 1 || kills > KILLS_MOST,
            "--kills %d: expected is a number from 1 to %d".formatted(kills, KILLS_MOST))
        .when(
            deleted < 0 || deleted > kills,
            "--deletions %d: expected is a number from 0 to that of the kills, %d"
                .formatted(deleted, kills))
        .when(
            !titles.containsAll(stores),
            "--store %s: expected are %s"
                .formatted(String.join(",", stores), String.join(" and ", titles)))
        .fail();
    report.begin();
    long chance = seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000) : seed;
    console.note("seed " + chance);
    List<ChaosFigures> all = new ArrayList<>();
    for (ChaosStore store : ChaosStore.values()) {
      if (stores.isEmpty() || stores.contains(store.title())) {
        if (store.isInstalled()) {
          all.add(play(store, chance, deleted));
        } else {
          console.note("SKIPPED: %s is not on this machine".formatted(store.title()));
        }
      }
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("seed", chance);
    json.put("chaos", all.stream().map(ChaosCommand::json).toList());
    console.show(json, () -> all.stream().map(ChaosCommand::text).collect(joining("\n\n")));
    report.end(json);
    return !all.isEmpty() && all.stream().allMatch(ChaosFigures::isClean)
        ? ExitCode.OK
        : ExitCode.FAILED;
  }

  private ChaosFigures play(ChaosStore store, long chance, int deleted) {
    try (TemporaryFolder node = TemporaryFolder.make();
        TemporaryFolder own = TemporaryFolder.make();
        ChaosStore.Opened opened = store.open(node.path(), own.path())) {
      return ChaosRun.play(
          new ChaosPlan(OwnProgram.command(), chance, kills, deleted, opened.place()),
          node,
          said -> console.note(store.title() + ": " + said));
    }
  }

  private static Map<String, @Nullable Object> json(ChaosFigures figures) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("store", figures.store());
    json.put("kills", figures.kills());
    json.put("deleted", figures.deleted());
    json.put("troubles", figures.troubles());
    json.put("requests", figures.requests());
    json.put("games", figures.games());
    json.put("wei_lost", figures.weiLost());
    json.put("double_sends", figures.doubleSends());
    json.put("late", figures.late());
    json.put("wrong_final", figures.wrongFinal());
    json.put("slowest_s", figures.slowestSeconds());
    return json;
  }

  private static String text(ChaosFigures figures) {
    return """
        %s: %d kills, the store deleted %d times, %d times something was away; %d requests, %d games
        wei lost           %d
        sent twice         %d
        games out of time  %d, the slowest used %d s
        wrong results      %d"""
        .formatted(
            figures.store(),
            figures.kills(),
            figures.deleted(),
            figures.troubles(),
            figures.requests(),
            figures.games(),
            figures.weiLost(),
            figures.doubleSends(),
            figures.late(),
            figures.slowestSeconds(),
            figures.wrongFinal());
  }
}
