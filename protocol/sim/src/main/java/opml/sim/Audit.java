package opml.sim;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.agent.Assessment;
import opml.agent.Assessment.AssessedClaim;
import opml.agent.Assessment.AssessedGame;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Event;
import opml.ethereum.chain.LogEntry;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Game;
import opml.game.move.GameStatus;
import opml.game.referee.Referee;
import opml.game.solver.Verdict;
import opml.sim.chain.SimulatedChain;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;

/// Sees to it, block by block, that what must hold does hold. It looks at the chain itself, and knows the truth.
final class Audit {
  private static final long ENDED_BY_TIMEOUT = 0;
  private static final long GAS_OF_A_GAME = 1_000_000;
  private static final int PRICE_SLOTS = 12;

  private final Script script;
  private final SimulatedChain chain;
  private final AutomatonWorkshop truth;
  private final List<Finding> findings = new ArrayList<>();
  private final Set<Address> honest = new HashSet<>();
  private final boolean hasVerifier;
  private final List<StakeAudit> stakes;
  private final Set<Object> staked = new HashSet<>();
  private BigInteger money = BigInteger.ZERO;
  private long seen = -1;

  Audit(Script script, SimulatedChain chain, AutomatonWorkshop truth) {
    this.script = script;
    this.chain = chain;
    this.truth = truth;
    script.cast().stream()
        .filter(persona -> persona.calling().isHonest())
        .forEach(persona -> honest.add(Automaton.account(persona.number())));
    // One that has no room for every wrong claim may have to let some pass.
    this.hasVerifier =
        script.cast().stream().anyMatch(p -> p.calling() == Calling.VERIFIER && !p.isLimited());
    this.stakes =
        script.cast().stream()
            .filter(p -> p.calling().isHonest() && p.isLimited())
            .map(p -> new StakeAudit(chain, p))
            .toList();
  }

  void begin() {
    money = chain.money();
  }

  List<Finding> findings() {
    return findings;
  }

  /// {@return whether something was found after which there is nothing to wait for}
  boolean isLost() {
    return !findings.isEmpty();
  }

  private void found(Finding.Kind kind, String text, long slot) {
    if (findings.stream().noneMatch(known -> known.text().equals(text))) {
      findings.add(new Finding(kind, text, slot));
    }
  }

  void bug(String text, long slot) {
    found(Finding.Kind.BUG, text, slot);
  }

  void stuck(long slot) {
    found(Finding.Kind.STUCK, "something is still open", slot);
  }

  // ------------------------------------------------------------------ instants

  /// {@return whether all requests and claims have ended}
  boolean isSettled() {
    Referee hub = chain.hub();
    return hub.requests().stream()
        .map(hub::request)
        .allMatch(request -> request.status() != RequestStatus.OPEN && request.liveClaims() == 0);
  }

  /// {@return the seconds at which something may still be done for the last time}
  private List<Long> lastMoments() {
    Referee hub = chain.hub();
    List<Long> moments = new ArrayList<>();
    for (RequestId id : hub.requests()) {
      RequestState request = hub.request(id);
      if (request.status() == RequestStatus.OPEN && request.liveClaims() == 0) {
        moments.add(request.deadline());
      }
    }
    for (ClaimId id : hub.claims()) {
      ClaimState claim = hub.claim(id);
      if (claim.status() == ClaimStatus.LIVE && claim.openGames() == 0) {
        moments.add(claim.claimedAt() + script.terms().window());
      }
    }
    for (GameId id : hub.games()) {
      Game game = hub.game(id);
      if (game.isPlayed()) {
        moments.add(game.clock().lastMoment(game.onTurn()));
      }
    }
    return moments;
  }

  private static long slotOf(long second) {
    return Math.floorDiv(second - SimulatedChain.GENESIS, Clockwork.SLOT_SECONDS);
  }

  /// {@return the next slot at which time alone changes something: the one behind a last moment}
  ///
  /// @param earlier whether that of the moment counts too, and the one before it, for those who try too early
  long nextInstant(long now, boolean earlier) {
    long next = Long.MAX_VALUE;
    for (long moment : lastMoments()) {
      for (long slot = slotOf(moment) + (earlier ? -1 : 1); slot <= slotOf(moment) + 1; slot++) {
        if (slot > now) {
          next = Math.min(next, slot);
        }
      }
    }
    return next;
  }

  /// {@return the last such slot that has come}
  long passedInstant(long now, boolean earlier) {
    long last = -1;
    for (long moment : lastMoments()) {
      for (long slot = slotOf(moment) + (earlier ? -1 : 1); slot <= slotOf(moment) + 1; slot++) {
        if (slot <= now) {
          last = Math.max(last, slot);
        }
      }
    }
    return last;
  }

  // ------------------------------------------------------------------ what must hold

  void look(long slot) {
    if (seen == chain.activity()) {
      return;
    }
    seen = chain.activity();
    if (!chain.money().equals(money)) {
      found(
          Finding.Kind.MONEY,
          "there were %s wei, and there are %s".formatted(money, chain.money()),
          slot);
    }
    Referee hub = chain.hub();
    for (ClaimId id : hub.claims()) {
      judge(hub, hub.claim(id), slot);
    }
    for (GameId id : hub.games()) {
      Game game = hub.game(id);
      if (game.status() == GameStatus.SERVER_WON && honest.contains(game.challenger())) {
        found(Finding.Kind.LOST_BOND, "an honest challenger lost game " + id, slot);
      }
      if (honest.contains(game.challenger()) && staked.add(id)) {
        stakes(hub, game.challenger(), slot);
      }
    }
    chain.newestLogs().forEach(log -> judge(hub, log, slot));
    for (StakeAudit account : stakes) {
      account.look(slot).ifPresent(text -> found(Finding.Kind.BUDGET, text, slot));
    }
  }

  /// Holds what a monitor says to the truth: which claims are right, and that whoever is honest wins.
  void judge(Assessment said, long slot) {
    Referee hub = chain.hub();
    for (AssessedClaim assessed : said.claims()) {
      Optional<ClaimState> claim = claim(hub, assessed.id());
      boolean isRight = claim.isPresent() && isRight(hub, claim.get());
      Verdict verdict = isRight ? Verdict.RIGHT : Verdict.WRONG;
      if (claim.isPresent() && assessed.verdict().filter(own -> own != verdict).isPresent()) {
        found(Finding.Kind.FORECAST, "%s is %s".formatted(assessed, verdict), slot);
      }
    }
    for (AssessedGame assessed : said.games()) {
      if (!hub.games().contains(assessed.id()) || assessed.winner().isEmpty()) {
        continue;
      }
      Game game = hub.game(assessed.id());
      if (honest.contains(game.account(assessed.winner().get().other()))) {
        found(Finding.Kind.FORECAST, "an honest side is to lose: " + assessed, slot);
      }
    }
  }

  /// {@return a claim, unless a reorganisation took it back}
  private static Optional<ClaimState> claim(Referee hub, ClaimId id) {
    return hub.claims().contains(id) ? Optional.of(hub.claim(id)) : Optional.empty();
  }

  private boolean isRight(Referee hub, ClaimState claim) {
    var request = hub.request(claim.claim().request()).request();
    Bytes32 right = truth.work(request.modelId(), request.inputRoot()).result().finalState();
    return claim.claim().finalState().equals(right);
  }

  private void judge(Referee hub, ClaimState claim, long slot) {
    boolean isRight = isRight(hub, claim);
    boolean isHonest = honest.contains(claim.claim().server());
    if (claim.status() == ClaimStatus.DEAD && isHonest) {
      found(Finding.Kind.LOST_BOND, "an honest server lost claim " + claim.id(), slot);
    }
    if (claim.status() == ClaimStatus.FINAL && !isRight && hasVerifier) {
      found(Finding.Kind.WRONG_RESULT, "wrong, and final: claim " + claim.id(), slot);
    }
    if (isHonest && staked.add(claim.id())) {
      stakes(hub, claim.claim().server(), slot);
      long live =
          hub.claims(claim.claim().request()).stream()
              .filter(other -> other.claim().server().equals(claim.claim().server()))
              .filter(other -> other.status() == ClaimStatus.LIVE)
              .count();
      if (live > 1) {
        found(Finding.Kind.BUDGET, "an honest server claims twice: " + claim.id(), slot);
      }
    }
  }

  /// After a bond was staked, the gas of all games that may come is still there, at the least price of these minutes.
  private void stakes(Referee hub, Address account, long slot) {
    long games =
        hub.games().stream()
            .map(hub::game)
            .filter(game -> game.isPlayed())
            .filter(game -> game.challenger().equals(account) || game.server().equals(account))
            .count();
    long unchallenged =
        hub.claims().stream()
            .map(hub::claim)
            .filter(claim -> claim.status() == ClaimStatus.LIVE && claim.openGames() == 0)
            .filter(claim -> claim.claim().server().equals(account))
            .count();
    Weather weather = new Weather(script.seed(), script.mishaps());
    long price = Long.MAX_VALUE;
    for (long at = Math.max(0, slot - PRICE_SLOTS); at <= slot; at++) {
      price = Math.min(price, weather.baseFee(at));
    }
    BigInteger needed =
        BigInteger.valueOf(price)
            .multiply(BigInteger.valueOf(GAS_OF_A_GAME * (games + unchallenged)));
    if (chain.balance(account).compareTo(needed) < 0) {
      found(
          Finding.Kind.BUDGET,
          "%s has %s wei for %d games".formatted(account, chain.balance(account), games),
          slot);
    }
  }

  private void judge(Referee hub, LogEntry log, long slot) {
    if (!log.address().equals(chain.deployment().hub().address())) {
      return;
    }
    Event event = chain.deployment().hub().abi().decode(log).orElseThrow();
    long now = SimulatedChain.GENESIS + chain.headSlot() * Clockwork.SLOT_SECONDS;
    switch (event.name()) {
      case "GameEnded" -> {
        GameId id = new GameId(event.values().bytes32("gameId"));
        Game game = hub.game(id);
        if (event.values().number("ending") == ENDED_BY_TIMEOUT
            && now <= game.clock().lastMoment(game.onTurn())) {
          found(Finding.Kind.RULE, "game %s ended before its time".formatted(id), slot);
        }
      }
      case "ClaimEnded" -> {
        ClaimState claim = hub.claim(new ClaimId(event.values().bytes32("claimId")));
        if (claim.status() != ClaimStatus.DEAD
            && now <= claim.claimedAt() + script.terms().window()) {
          found(
              Finding.Kind.RULE, "claim %s was settled in its window".formatted(claim.id()), slot);
        }
      }
      default -> {}
    }
  }
}
