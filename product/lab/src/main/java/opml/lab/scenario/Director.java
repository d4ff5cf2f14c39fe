package opml.lab.scenario;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import opml.core.account.Wei;
import opml.engine.commit.Model;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Terms;
import opml.proof.GraphWork;
import opml.proof.GraphWorkshop;

/// Runs one scenario: lets everybody act in turn, lets time pass when nobody does, and settles all accounts at the end.
public final class Director {
  /// What a requester pays for an answer.
  public static final Wei FEE = Wei.gwei(10_000_000);

  private static final Set<String> DISPUTE =
      Set.of("claim", "challenge", "dissect", "refine", "execute", "timeout", "resolve", "reclaim");

  private static final int ROUNDS_MAX = 500;

  private static final long DEADLINE_SECONDS = 10L * 86_400;

  private final Stage stage;
  private final Model model;
  private final byte[] input;
  private final GraphWorkshop honest;
  private final Actor.Watcher watcher;
  private final Consumer<String> waits;
  private final List<Actor> actors = new ArrayList<>();
  private final Map<String, Liar> liars = new LinkedHashMap<>();
  private final Map<String, BigInteger> expectedGains = new TreeMap<>();

  private RequestId request;
  private int moves;
  private long waitedNanos;

  Director(
      Stage stage,
      Model model,
      byte[] input,
      GraphWorkshop honest,
      Actor.Watcher watcher,
      Consumer<String> waits) {
    this.stage = stage;
    this.model = model;
    this.input = input.clone();
    this.honest = honest;
    this.watcher = watcher;
    this.waits = waits;
    this.request = ask(Terms.until(now() + DEADLINE_SECONDS));
  }

  public Stage stage() {
    return stage;
  }

  public Model model() {
    return model;
  }

  public GraphWorkshop honest() {
    return honest;
  }

  public byte[] input() {
    return input.clone();
  }

  public RequestId request() {
    return request;
  }

  long now() {
    return stage.chain().chain().latest().timestamp();
  }

  /// Asks once more, under other terms; this is the request that the outcome is about.
  RequestId ask(Terms terms) {
    request = requesterHub().request(model.id(), terms, input, FEE);
    return request;
  }

  Terms terms() {
    return Terms.until(now() + DEADLINE_SECONDS);
  }

  private Hub requesterHub() {
    return stage.party("requester").hub();
  }

  // ------------------------------------------------------------------ who plays

  Actor honestServer(String name) {
    return server(name, honest);
  }

  Actor honestVerifier(String name) {
    return verifier(name, honest);
  }

  Actor lyingServer(String name, Lie lie) {
    return server(name, liar(name, lie));
  }

  Actor shamVerifier(String name, Lie lie) {
    return verifier(name, liar(name, lie));
  }

  /// @param liar whose lie may be about an output that a model checks
  Actor lyingServer(String name, Liar liar) {
    liars.putIfAbsent(name, liar);
    return server(name, liar);
  }

  private Liar liar(String name, Lie lie) {
    Liar liar = new Liar(model, lie);
    liars.putIfAbsent(name, liar);
    return liar;
  }

  /// {@return the honest run of what the first liar claims}
  public GraphWork honestWork() {
    for (Liar liar : liars.values()) {
      Optional<byte[]> claimed = liar.claimed(input);
      if (claimed.isPresent()) {
        return honest.checkingWork(model, input, claimed.get());
      }
    }
    return honest.graphWork(model, input);
  }

  /// Somebody's lying run.
  public record LyingWork(String name, GraphWork work) {}

  /// {@return the run of the first liar who has one, to be shown beside the truth}
  public Optional<LyingWork> lyingWork() {
    for (Map.Entry<String, Liar> liar : liars.entrySet()) {
      if (liar.getValue().work(model.id(), input).orElse(null) instanceof GraphWork work) {
        return Optional.of(new LyingWork(liar.getKey(), work));
      }
    }
    return Optional.empty();
  }

  Actor server(String name, Workshop workshop) {
    return enter(Actor.server(stage.party(name), workshop, this::saw));
  }

  Actor verifier(String name, Workshop workshop) {
    return enter(Actor.verifier(stage.party(name), workshop, this::saw));
  }

  private Actor enter(Actor actor) {
    actors.add(actor);
    return actor;
  }

  private void saw(Actor actor, Entry entry) {
    if (entry instanceof Entry.Moved || entry instanceof Entry.Challenged) {
      moves++;
    }
    watcher.saw(actor, entry);
  }

  // ------------------------------------------------------------------ the play

  /// Plays until the request is settled and nothing is left to do.
  void play() {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      boolean acted = false;
      for (Actor actor : actors) {
        acted |= actor.tick();
      }
      if (!acted && !wait(stage.picture())) {
        return;
      }
    }
    throw new IllegalStateException("the scenario does not end: " + ROUNDS_MAX + " rounds played");
  }

  /// Plays until somebody has claimed: who enters then is behind him, however fast he is.
  void playUntilClaimed() {
    for (int round = 0; round < ROUNDS_MAX; round++) {
      if (!stage.picture().claims().isEmpty()) {
        return;
      }
      actors.forEach(Actor::tick);
    }
    throw new IllegalStateException("nobody claims: " + ROUNDS_MAX + " rounds played");
  }

  /// Lets time pass until something is due.
  ///
  /// @return false if nothing will ever be
  private boolean wait(Picture picture) {
    long begin = System.nanoTime();
    try {
      boolean playing =
          picture.games().values().stream().anyMatch(game -> game.settled().isPlayed());
      if (playing) {
        waits.accept("nobody moves; the clock of the side on turn runs out");
        stage.passAllowance();
        return true;
      }
      boolean live =
          picture.claims().values().stream()
              .anyMatch(claim -> claim.state().status() == ClaimStatus.LIVE);
      if (live) {
        waits.accept("the window in which the claim can be challenged passes");
        stage.passWindow();
        return true;
      }
      return false;
    } finally {
      waitedNanos += System.nanoTime() - begin;
    }
  }

  /// Ends requests that nobody answered, pays everybody out and burns what is to be burnt.
  void settle() {
    boolean open =
        stage.picture().requests().values().stream()
            .anyMatch(seen -> seen.state().status() == RequestStatus.OPEN);
    if (open) {
      stage.chain().increaseTime(Duration.ofSeconds(DEADLINE_SECONDS + 1));
    }
    for (Picture.SeenRequest seen : stage.picture().requests().values()) {
      if (seen.state().status() == RequestStatus.OPEN) {
        requesterHub().expire(seen.id());
      }
    }
    for (Picture.SeenGame game : stage.picture().games().values()) {
      if (game.settled().isVoid()) {
        requesterHub().reclaim(game.id());
      }
    }
    for (Party party : stage.parties()) {
      party.hub().withdraw(party.address());
    }
    requesterHub().burn();
  }

  // ------------------------------------------------------------------ how it must end

  /// Expects an account to be richer by so much, gas left out.
  void expectGain(String party, BigInteger wei) {
    expectedGains.merge(party, wei, BigInteger::add);
  }

  /// {@return what is not as it must be, once all is settled}
  List<String> failures(String expectedOutcome) {
    List<String> failures = new ArrayList<>();
    String outcome = outcome();
    if (!outcome.equals(expectedOutcome)) {
      failures.add("outcome is \"" + outcome + "\"");
    }
    for (Party party : stage.parties()) {
      BigInteger expected = expectedGains.getOrDefault(party.name(), BigInteger.ZERO);
      if (!party.gain().equals(expected)) {
        failures.add("%s gained %s wei, not %s".formatted(party.name(), party.gain(), expected));
      }
      if (stage.owed(party.address()).signum() != 0) {
        failures.add("the hub still owes " + party.name());
      }
    }
    if (!stage.held().isZero()) {
      failures.add("the hub still holds " + stage.held());
    }
    BigInteger lost =
        stage.parties().stream().map(Party::gain).reduce(BigInteger.ZERO, BigInteger::add).negate();
    if (!lost.equals(stage.burnt().add(stage.held().value()))) {
      failures.add("all lost %s wei together, and %s were burnt".formatted(lost, stage.burnt()));
    }
    return failures;
  }

  int moves() {
    return moves;
  }

  double waitedSeconds() {
    return waitedNanos / 1e9;
  }

  /// {@return the gas of claims, games and settlements, all sides together}
  long disputeGas() {
    return stage.parties().stream()
        .flatMap(party -> party.meter().rows().stream())
        .filter(row -> DISPUTE.contains(row.call()))
        .mapToLong(row -> row.usage().gas())
        .sum();
  }

  /// {@return the outcome in words: what became of the request and of each claim}
  String outcome() {
    Picture picture = stage.picture();
    StringBuilder text = new StringBuilder("request ");
    Picture.SeenRequest seen = Objects.requireNonNull(picture.requests().get(request));
    text.append(seen.state().status().name().toLowerCase(Locale.ROOT));
    for (Picture.SeenClaim claim : picture.claims().values()) {
      text.append(", claim ").append(claim.state().status().name().toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
