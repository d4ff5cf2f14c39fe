package opml.node.watch;

import java.time.Duration;
import java.util.Optional;
import opml.agent.Loop;
import opml.hub.Journal;

/// Stands between a role and whoever hears of it, and counts.
public final class RoleWatch implements Journal, Loop.Listener {
  private final String name;
  private final Journal journal;
  private final Loop.Listener listener;
  private final NodeMetrics metrics;
  private volatile Optional<Long> lookedAt = Optional.empty();

  /// @param name of the role
  /// @param journal hears what it does
  /// @param listener hears how its looks go
  public RoleWatch(String name, Journal journal, Loop.Listener listener, NodeMetrics metrics) {
    this.name = name;
    this.journal = journal;
    this.listener = listener;
    this.metrics = metrics;
    metrics.began(name);
  }

  public String name() {
    return name;
  }

  @Override
  public void tell(Entry entry) {
    switch (entry) {
      case Entry.Skipped skipped -> metrics.skipped(skipped.why());
      case Entry.Trouble _, Entry.Refused _ -> metrics.trouble(name);
      case Entry.Audited audited -> metrics.audited(audited.difference().isEmpty());
      case Entry.Computing _,
          Entry.Computed _,
          Entry.Claimed _,
          Entry.Challenged _,
          Entry.Moved _,
          Entry.TimedOut _,
          Entry.Reclaimed _,
          Entry.Resolved _,
          Entry.Delivered _,
          Entry.Expired _,
          Entry.Withdrew _,
          Entry.Arrived _,
          Entry.Poor _,
          Entry.Overtaken _,
          Entry.Would _,
          Entry.WouldClaim _,
          Entry.WouldDeliver _,
          Entry.Judged _,
          Entry.Foretold _,
          Entry.Alarm _ -> {}
    }
    journal.tell(entry);
  }

  @Override
  public void looked() {
    lookedAt = Optional.of(System.nanoTime());
    metrics.looked(name);
    listener.looked();
  }

  @Override
  public void trouble(String why) {
    metrics.lookFailed(name);
    listener.trouble(why);
  }

  @Override
  public void recovered(int failures) {
    listener.recovered(failures);
  }

  /// {@return how long ago the last look ended that was not given up; nothing if there was none}
  Optional<Duration> sinceLook() {
    return lookedAt.map(then -> Duration.ofNanos(System.nanoTime() - then));
  }
}
