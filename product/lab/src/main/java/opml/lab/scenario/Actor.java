package opml.lab.scenario;

import java.util.Optional;
import java.util.function.Function;
import opml.agent.Agent;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;

/// An agent on the stage. It can be made to fall silent after some actions, and to be killed and started again before
/// every look at the chain.
final class Actor {
  private static final long CALLBACK_GAS_MAX = 1_000_000;

  private final Party party;
  private final Function<Journal, Agent> birth;
  private final Watcher watcher;

  private Agent agent;
  private int actions;
  private int actionsMax = Integer.MAX_VALUE;
  private boolean mortal;

  /// Hears what an actor does.
  interface Watcher {
    void saw(Actor actor, Entry entry);
  }

  private Actor(Party party, Function<Journal, Agent> birth, Watcher watcher) {
    this.party = party;
    this.birth = birth;
    this.watcher = watcher;
    this.agent = birth.apply(this::hear);
  }

  static Actor server(Party party, Workshop workshop, Watcher watcher) {
    Server.Policy policy = new Server.Policy(Optional.of(Wei.ZERO), true, 1, CALLBACK_GAS_MAX);
    return new Actor(party, journal -> new Server(party.hub(), workshop, journal, policy), watcher);
  }

  static Actor verifier(Party party, Workshop workshop, Watcher watcher) {
    return new Actor(party, journal -> new Verifier(party.hub(), workshop, journal), watcher);
  }

  Party party() {
    return party;
  }

  /// Falls silent after so many actions: claims, challenges and moves.
  Actor silentAfter(int count) {
    actionsMax = count;
    return this;
  }

  /// Dies before every look at the chain, and begins anew with nothing but the chain.
  Actor mortal() {
    mortal = true;
    return this;
  }

  /// {@return whether it did something, or computes something that it will act on}
  boolean tick() {
    if (actions >= actionsMax) {
      return false;
    }
    if (mortal) {
      agent = birth.apply(this::hear);
    }
    int before = actions;
    agent.tick();
    return actions > before || agent.isBehind();
  }

  private void hear(Entry entry) {
    switch (entry) {
      case Entry.Claimed _,
          Entry.Challenged _,
          Entry.Moved _,
          Entry.TimedOut _,
          Entry.Reclaimed _,
          Entry.Resolved _,
          Entry.Delivered _,
          Entry.Expired _ ->
          actions++;
      case Entry.Computing _,
          Entry.Computed _,
          Entry.Audited _,
          Entry.Withdrew _,
          Entry.Arrived _,
          Entry.Refused _,
          Entry.Overtaken _,
          Entry.Would _,
          Entry.WouldClaim _,
          Entry.WouldDeliver _,
          Entry.Judged _,
          Entry.Foretold _,
          Entry.Alarm _,
          Entry.Trouble _,
          Entry.Poor _,
          Entry.Skipped _ -> {
        // Nothing that moves the play on.
      }
    }
    watcher.saw(this, entry);
  }
}
