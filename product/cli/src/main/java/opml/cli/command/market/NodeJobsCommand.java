package opml.cli.command.market;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.cli.console.Table;
import opml.store.Job;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Shows a node's jobs.
@Command(
    name = "jobs",
    description = {
      "Shows the work that a node has before it, as its store has it, whether the node runs or not.",
      "In the order in which it is taken. Work that nobody has prolonged for long is taken again."
    },
    footer = {"  opml node jobs --config node.toml", "  opml node jobs --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeJobsCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Override
  public Integer call() {
    try (NodeBeside node = NodeBeside.open(options.read())) {
      List<Job> jobs = node.store().jobs().all();
      long now = InstantSource.system().instant().getEpochSecond();
      console.show(
          Json.object("jobs", jobs.stream().map(NodeJobsCommand::object).toList()),
          () -> jobs.isEmpty() ? "nothing waits, and nothing runs" : table(jobs, now));
    }
    return 0;
  }

  private static String table(List<Job> jobs, long now) {
    Table table = new Table("job", "about", "priority", "deadline", "tries", "state", "trouble");
    for (Job job : jobs) {
      table.row(
          job.key().kind().name().toLowerCase(Locale.ROOT),
          Amounts.brief(job.key().subject()),
          job.priority(),
          Moments.from(now, job.deadline()),
          job.tries(),
          state(job, now),
          job.trouble());
    }
    return table.toString();
  }

  private static String state(Job job, long now) {
    if (job.isFree(now)) {
      return job.owner().isEmpty() ? "waits" : "was let go of, waits";
    }
    return job.owner().isEmpty()
        ? "waits until " + Moments.from(now, job.notBefore())
        : "runs, held until " + Moments.from(now, job.leasedUntil());
  }

  private static Map<String, @Nullable Object> object(Job job) {
    return Json.object(
        "kind", job.key().kind(),
        "subject", job.key().subject(),
        "priority", job.priority(),
        "deadline", job.deadline(),
        "payload", job.payload(),
        "notBefore", job.notBefore(),
        "tries", job.tries(),
        "owner", job.owner(),
        "leasedUntil", job.leasedUntil(),
        "trouble", job.trouble());
  }
}
