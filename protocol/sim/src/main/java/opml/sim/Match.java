package opml.sim;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import opml.agent.Agent;
import opml.agent.Budget;
import opml.agent.Caretaker;
import opml.agent.Entering;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Monitor;
import opml.agent.OutboxLog;
import opml.agent.SelfAudit;
import opml.agent.Server;
import opml.agent.StoredHistory;
import opml.agent.Verifier;
import opml.agent.WorkDesk;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Finality;
import opml.ethereum.send.Nonces;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.ethereum.send.Surroundings;
import opml.ethereum.send.Traffic;
import opml.ethereum.send.TransactionListener;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.Journal;
import opml.hub.Requester;
import opml.hub.Retention;
import opml.hub.Terms;
import opml.sim.chain.SimulatedChain;
import opml.sim.chain.SimulatedNode;
import opml.sim.chain.SimulatedSigner;
import opml.sim.time.Clockwork;
import opml.sim.time.Strand;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;
import opml.sim.toy.Deviation;
import opml.store.Store;
import opml.store.StoreIdentity;

/// One game of the simulation: a world of its own, from the first request to the last settlement. What it comes to
/// follows from its script alone.
final class Match {
  private static final int REQUESTER = 0x90;
  private static final Address RECEIVER = Automaton.account(0x77);

  /// Who sees that nothing happens looks again after so many slots in any case; sooner if the node may have hidden it.
  private static final long IDLE_SLOTS = 100;

  private static final long SUSPICIOUS_SLOTS = 20;

  /// More than the seconds that a requester gives others to settle.
  private static final int REQUESTER_WAITS = 3;

  private static final long GRACE_SLOTS = 30;
  private static final int REACTIONS = 3;
  private static final Wei FEE = Wei.gwei(20_000_000);
  private static final int CORES = 3;
  private static final double AUDITED = 0.2;

  /// More than any reorganisation takes back, and so little more that agents forget what is over while games go on.
  private static final Retention RETENTION = new Retention(new Finality.Depth(14), 4);

  private static final Duration SLOT = Duration.ofSeconds(Clockwork.SLOT_SECONDS);

  /// What came of it.
  ///
  /// @param history a number that tells two courses apart
  record Outcome(List<Finding> findings, long history, long slots) {
    Outcome {
      findings = List.copyOf(findings);
    }
  }

  private final Script script;
  private final Sabotage sabotage;
  private final Weather weather;
  private final Clockwork clockwork = new Clockwork();
  private final SimulatedChain chain;
  private final AutomatonWorkshop truth;
  private final Audit audit;
  private final boolean hasMeddlers;
  private final Map<Integer, Life> lives = new LinkedHashMap<>();
  private final Stores places;
  private final SortedMap<Integer, Store> stores = new TreeMap<>();
  private final List<RequestId> asked = new ArrayList<>();
  private long chance;
  private long history = 17;
  private long settledAt = Long.MAX_VALUE;

  /// Somebody who looks at the chain whenever something has happened there.
  private static final class Life {
    private final Strand strand;

    /// Whether it tries things before they may be done.
    private final boolean isEarly;

    private long seen = -1;

    /// The slot of an instant that it was woken for.
    private long instant;

    /// Whether it only does what nobody else has done in time.
    private final boolean isPatient;

    Life(Strand strand, boolean isEarly, boolean isPatient) {
      this.strand = strand;
      this.isEarly = isEarly;
      this.isPatient = isPatient;
    }
  }

  private Match(Script script, Sabotage sabotage, Stores places) {
    this.script = script;
    this.sabotage = sabotage;
    this.places = places;
    this.weather = new Weather(script.seed(), script.mishaps());
    this.chain = new SimulatedChain(script.terms(), script.models(), weather, sabotage.bugs());
    this.truth = new AutomatonWorkshop(script.models(), Deviation.NONE);
    this.chance = script.seed();
    this.hasMeddlers = script.cast().stream().anyMatch(persona -> persona.calling().isEarly());
    this.audit = new Audit(script, chain, truth);
  }

  /// {@return what a script comes to}
  static Outcome play(Script script, Sabotage sabotage) {
    return play(script, sabotage, Stores.IN_MEMORY, _ -> {});
  }

  /// {@return the same}
  ///
  /// @param places where those who play keep what they know
  /// @param end hears of what they know in the end, by account
  static Outcome play(
      Script script, Sabotage sabotage, Stores places, Consumer<SortedMap<Integer, Store>> end) {
    Match match = new Match(script, sabotage, places);
    try {
      match.play();
      end.accept(match.stores);
    } finally {
      match.clockwork.end();
      match.stores.values().forEach(Store::close);
    }
    return new Outcome(match.audit.findings(), match.history, match.clockwork.slot());
  }

  private int draw(int bound) {
    chance += 0x9e3779b97f4a7c15L;
    return (int) ((Weather.mix(chance) >>> 1) % bound);
  }

  // ------------------------------------------------------------------ the world

  private void play() {
    chain.endow(Automaton.account(REQUESTER), Wei.ether(5));
    script.cast().forEach(p -> chain.endow(Automaton.account(p.number()), Wei.ether(8)));
    audit.begin();
    begin(REQUESTER, 1, this::ask);
    for (Persona persona : script.cast()) {
      begin(persona.number(), persona.enters(), strand -> live(persona, strand));
    }
    while (!isOver()) {
      long slot = nextSlot();
      clockwork.advanceTo(slot);
      misfortune(slot);
      chain.seal(slot);
      history = Weather.mix(history + chain.newestDigest());
      audit.look(slot);
      wake(slot);
      clockwork.act();
    }
  }

  private void begin(int number, long slot, Consumer<Strand> life) {
    boolean isEarly =
        script.cast().stream()
            .anyMatch(persona -> persona.number() == number && persona.calling().isEarly());
    lives.put(
        number,
        new Life(clockwork.begin("account " + number, slot, life), isEarly, number == REQUESTER));
  }

  private boolean isOver() {
    long slot = clockwork.slot();
    if (slot > script.end()) {
      audit.stuck(slot);
      return true;
    }
    if (asked.size() == script.inquiries().size() && audit.isSettled()) {
      settledAt = Math.min(settledAt, slot);
      return slot >= settledAt + GRACE_SLOTS || isQuiet();
    }
    settledAt = Long.MAX_VALUE;
    return audit.isLost();
  }

  /// {@return whether all have seen all, and nothing is on its way}
  private boolean isQuiet() {
    return !chain.hasPending()
        && lives.values().stream()
            .allMatch(
                life -> life.strand.isIdle() && (life.isPatient || life.seen == chain.version()));
  }

  private long nextSlot() {
    long now = clockwork.slot();
    long next = clockwork.nextSlot();
    if (chain.hasPending()) {
      next = Math.min(next, now + 1);
    }
    next = Math.min(next, audit.nextInstant(now, hasMeddlers));
    for (Mishap mishap : script.mishaps()) {
      if (mishap.from() > now) {
        next = Math.min(next, mishap.from());
      }
    }
    return Math.max(next, now + 1);
  }

  private void misfortune(long slot) {
    for (Mishap mishap : script.mishaps()) {
      if (mishap.from() != slot) {
        continue;
      }
      switch (mishap.kind()) {
        case REORGANISATION ->
            chain.reorganise(
                mishap.strength(),
                slot,
                mishap.whom() == 0
                    ? Optional.empty()
                    : Optional.of(Automaton.account(mishap.whom())));
        case RESTART -> restart(mishap, slot);
        default -> {}
      }
    }
  }

  private void restart(Mishap mishap, long slot) {
    Life life = lives.get(mishap.whom());
    if (life == null) {
      return;
    }
    life.strand.kill();
    if (mishap.whom() % 2 == 0) {
      Store lost = stores.remove(mishap.whom()); // its disk
      if (lost != null) {
        lost.close();
      }
    }
    for (Persona persona : script.cast()) {
      if (persona.number() == mishap.whom()) {
        begin(persona.number(), slot + mishap.strength(), strand -> live(persona, strand));
      }
    }
  }

  private void wake(long slot) {
    long earlier = hasMeddlers ? audit.passedInstant(slot, true) : -1;
    long after = audit.passedInstant(slot, false);
    for (Life life : lives.values()) {
      long instant = life.isEarly ? earlier : after;
      boolean isNew = !life.isPatient && life.seen != chain.version() || life.instant < instant;
      if (life.strand.isIdle() && isNew) {
        life.seen = chain.version();
        life.instant = instant;
        life.strand.wake(
            Clockwork.at(slot + draw(REACTIONS) + (life.isPatient ? REQUESTER_WAITS : 0)));
      }
    }
  }

  // ------------------------------------------------------------------ those who live in it

  private interface Look {
    void look();

    /// {@return whether something is on its way, which must be looked after}
    default boolean isBusy() {
      return false;
    }
  }

  /// Looks again and again, until the process is killed.
  private void loop(int number, boolean isHonest, Strand strand, Look look) {
    try {
      while (true) {
        Life life = lives.get(number);
        if (life != null) {
          life.seen = chain.version();
        }
        boolean done = false;
        try {
          look.look();
          done = true;
        } catch (ChainException e) {
          done = false;
        } catch (RuntimeException e) {
          if (isHonest) {
            audit.bug(e.toString(), clockwork.slot());
          }
        }
        if (done && !look.isBusy()) {
          strand.idle(SLOT.multipliedBy(idleSlots(number)));
        } else {
          strand.sleep(done ? SLOT : SLOT.multipliedBy(1 + draw(REACTIONS)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long idleSlots(int number) {
    boolean mayMiss =
        script.mishaps().stream()
            .filter(mishap -> mishap.hits(number))
            .anyMatch(
                mishap ->
                    mishap.kind() == Mishap.Kind.LAG || mishap.kind() == Mishap.Kind.LOST_EVENTS);
    return mayMiss ? SUSPICIOUS_SLOTS : IDLE_SLOTS;
  }

  private void ask(Strand strand) {
    Signer signer = new SimulatedSigner(chain, Automaton.account(REQUESTER));
    Requester requester = new Requester(hub(strand, node(REQUESTER), signer), Journal.SILENT);
    loop(
        REQUESTER,
        true,
        strand,
        () -> {
          while (asked.size() < script.inquiries().size()) {
            Inquiry inquiry = script.inquiries().get(asked.size());
            long deadline =
                SimulatedChain.GENESIS
                    + (inquiry.slot() + inquiry.patience()) * Clockwork.SLOT_SECONDS;
            Terms terms = Terms.until(deadline);
            asked.add(
                requester.request(
                    script.models().get(inquiry.model()).id(),
                    ByteBuffer.allocate(Long.BYTES).putLong(inquiry.input()).array(),
                    inquiry.input() % 2 == 0 ? terms.delivering(RECEIVER, 50_000) : terms,
                    FEE));
          }
          asked.forEach(requester::answer);
        });
  }

  private void live(Persona persona, Strand strand) {
    switch (persona.calling()) {
      case MEDDLER, COPYCAT -> {
        Meddler meddler =
            new Meddler(
                chain,
                Automaton.account(persona.number()),
                truth,
                persona.calling() == Calling.COPYCAT);
        loop(persona.number(), false, strand, () -> meddler.look(clockwork.slot()));
      }
      case SERVER, VERIFIER, CARETAKER, MONITOR, LIAR, SHAM -> {
        Agent agent = agent(persona, lookout(persona, hub(persona, strand)), host(persona, strand));
        loop(
            persona.number(),
            persona.calling().isHonest(),
            strand,
            new Look() {
              @Override
              public void look() {
                agent.look();
                if (agent instanceof Monitor monitor) {
                  monitor.assessment().ifPresent(said -> audit.judge(said, clockwork.slot()));
                }
              }

              @Override
              public boolean isBusy() {
                return agent.isBusy();
              }
            });
      }
    }
  }

  /// What somebody has read and sent outlives his process.
  private Lookout lookout(Persona persona, Hub hub) {
    Budget budget = persona.calling().isHonest() ? sabotage.budget(persona) : persona.budget();
    Store store = store(persona);
    Traffic<IntentKey> traffic =
        new Traffic<>(
            hub.sender(),
            new OutboxLog(
                hub, store.outbox(), () -> Instant.ofEpochSecond(chain.latest().timestamp())),
            Traffic.USUAL_MOST);
    return new Lookout(
        hub,
        traffic,
        new StoredHistory(store.projection(), chain.deployment()),
        RETENTION,
        budget,
        new Entering());
  }

  private Store store(Persona persona) {
    return stores.computeIfAbsent(persona.number(), number -> places.open(number, identity()));
  }

  private StoreIdentity identity() {
    return new StoreIdentity(
        chain.id(), chain.deployment().hub().address(), Bytes32.ZERO, chain.deployment().block());
  }

  /// What somebody has found out outlives his process, too. Jobs are done at once, and now and then a run is audited.
  private Host host(Persona persona, Strand strand) {
    Store store = store(persona);
    WorkDesk desk =
        new WorkDesk(
            store.jobs(),
            store.results(),
            Runnable::run,
            () -> Instant.ofEpochSecond(chain.latest().timestamp()),
            strand,
            CORES,
            () -> 1L << 30);
    SplittableRandom chance = new SplittableRandom(Weather.mix(script.seed() + persona.number()));
    return new Host(desk, () -> 1e9, new SelfAudit(AUDITED, chance));
  }

  private Agent agent(Persona persona, Lookout lookout, Host host) {
    AutomatonWorkshop workshop =
        persona.calling().isHonest()
            ? sabotage.workshop(persona, truth, script.models())
            : new AutomatonWorkshop(script.models(), persona.lie());
    Journal journal = persona.calling().isHonest() ? this::hear : Journal.SILENT;
    return switch (persona.calling()) {
      case SERVER, LIAR ->
          new Server(
              lookout,
              workshop,
              journal,
              new Server.Policy(
                  Optional.of(Wei.ZERO), persona.calling() == Calling.LIAR, 1, 1_000_000),
              Agent.Caution.DEFAULT,
              Optional.empty(),
              host);
      case CARETAKER ->
          new Caretaker(lookout, journal, Caretaker.Policy.DEFAULT.forAnybody(), host);
      case MONITOR -> new Monitor(lookout, workshop, journal, host);
      case VERIFIER, SHAM, MEDDLER, COPYCAT ->
          new Verifier(lookout, workshop, journal, Agent.Caution.DEFAULT, host);
    };
  }

  private void hear(Journal.Entry entry) {
    switch (entry) {
      case Journal.Entry.Trouble(String what, String why) -> suspect(what, why);
      case Journal.Entry.Skipped(String what, String why) -> suspect(what, why);
      case Journal.Entry.Refused(Action action, String why) -> suspect(action.toString(), why);
      default -> {}
    }
  }

  private void suspect(String what, String why) {
    if (why.contains("is a bug")) {
      audit.bug(what + ": " + why, clockwork.slot());
    }
  }

  private Chain node(int number) {
    return new SimulatedNode(chain, clockwork, weather.of(number));
  }

  private Hub hub(Persona persona, Strand strand) {
    Chain node = node(persona.number());
    Signer signer = new SimulatedSigner(chain, Automaton.account(persona.number()));
    return persona.calling().isHonest()
        ? hub(strand, sabotage.node(persona, node, chain), sabotage.signer(persona, signer, chain))
        : hub(strand, node, signer);
  }

  private Hub hub(Strand strand, Chain node, Signer signer) {
    Surroundings around = new Surroundings(strand, new Nonces(), _ -> new DirectExecutor());
    return new Hub(
        chain.deployment(),
        new Sender(node, signer, SendPolicy.DEFAULT, TransactionListener.NONE, around));
  }
}
