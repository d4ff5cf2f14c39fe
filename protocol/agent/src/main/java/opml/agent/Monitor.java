package opml.agent;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import opml.agent.Assessment.AssessedClaim;
import opml.agent.Assessment.AssessedGame;
import opml.agent.Assessment.Outlook;
import opml.core.account.Wei;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.game.move.Side;
import opml.game.solver.ClaimJudge;
import opml.game.solver.Forecast;
import opml.game.solver.Verdict;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Watches everybody: computes again what is claimed, with the models it has, and foretells how each game ends. It
/// does nothing, so it needs neither key nor money; what it finds out it tells, and keeps as an [Assessment].
public final class Monitor extends Agent {
  private final Map<ClaimId, Verdict> verdicts = new LinkedHashMap<>();
  private final Map<GameId, Foreseen> foreseen = new LinkedHashMap<>();
  private Optional<BigInteger> unclaimed = Optional.empty();
  private volatile Optional<Assessment> assessment = Optional.empty();

  /// What was foretold of a game behind its last position.
  private record Foreseen(Bytes32 position, Forecast forecast) {}

  /// @param lookout of an account that may be nobody's
  /// @param host whose machine it is
  public Monitor(Lookout lookout, Workshop workshop, Journal journal, Host host) {
    super(lookout, workshop, journal, Caution.DEFAULT, true, host);
  }

  /// {@return what it makes of what it looked at last; any thread may ask}
  public Optional<Assessment> assessment() {
    return assessment;
  }

  @Override
  boolean stakes() {
    return false;
  }

  @Override
  Wei leastBond() {
    return Wei.ZERO;
  }

  @Override
  long floodGas() {
    return 0;
  }

  @Override
  void defend(Picture picture) {}

  @Override
  void enter(Picture picture) {
    verdicts.keySet().retainAll(picture.claims().keySet());
    foreseen.keySet().retainAll(picture.games().keySet());
    for (SeenClaim claim : toJudge(picture)) {
      about("claim " + claim.id(), () -> judge(picture, claim));
    }
    for (SeenGame game : running(picture)) {
      about("game " + game.id(), () -> foretell(picture, game));
    }
    about("the hub's money", () -> count(picture));
    assessment = Optional.of(assess(picture));
  }

  // ------------------------------------------------------------------ claims

  /// {@return the live claims of which nothing is known yet, those first that can be challenged, by the time that is
  /// left}
  private List<SeenClaim> toJudge(Picture picture) {
    return picture.claims().values().stream()
        .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
        .filter(claim -> !verdicts.containsKey(claim.id()))
        .sorted(
            Comparator.comparing((SeenClaim claim) -> !isOpen(picture, claim))
                .thenComparingLong(claim -> claim.state().claimedAt()))
        .toList();
  }

  private boolean isOpen(Picture picture, SeenClaim claim) {
    return claim.state().isChallengeable(terms().window(), picture.now());
  }

  private void judge(Picture picture, SeenClaim claim) {
    SeenRequest request = picture.requests().get(claim.state().claim().request());
    if (request == null) {
      return;
    }
    runs()
        .result(request, claim.id(), due(claim, claim.state().claimedAt() + terms().window()))
        .ifPresent(own -> judge(claim, request, own));
  }

  /// {@return how urgent it is: nothing is staked, so a verifier's own work of the same kind is}
  private static Due due(SeenClaim claim, long deadline) {
    return new Due(Urgency.CLAIM, deadline, claim.state().bond());
  }

  private void judge(SeenClaim claim, SeenRequest request, Conclusion own) {
    Verdict verdict = ClaimJudge.judge(claim.state().claim(), own.finalState(), own.outputHash());
    verdicts.put(claim.id(), verdict);
    tell(
        new Entry.Judged(
            claim.id(),
            request.id(),
            verdict,
            claim.state().claim().finalState(),
            own.finalState()));
    if (verdict == Verdict.UNBOUND) {
      alarm(
          "claim " + claim.id(),
          "its final state is ours, its output is not; no game can mend that");
    }
  }

  private Optional<Verdict> verdict(ClaimId claim) {
    return Optional.ofNullable(verdicts.get(claim));
  }

  // ------------------------------------------------------------------ games

  private static List<SeenGame> running(Picture picture) {
    return picture.games().values().stream()
        .filter(game -> game.settled().isPlayed())
        .sorted(Comparator.comparingLong(game -> game.clock().lastMoment(onTurn(game))))
        .toList();
  }

  private static Side onTurn(SeenGame game) {
    return game.positions().getLast().onTurn();
  }

  private void foretell(Picture picture, SeenGame game) {
    SeenClaim claim = picture.claims().get(game.claim());
    SeenRequest request =
        claim == null ? null : picture.requests().get(claim.state().claim().request());
    Position last = game.positions().getLast();
    Foreseen known = foreseen.get(game.id());
    if (claim == null || request == null) {
      return;
    }
    plays(request);
    if (known != null && known.position().equals(last.hash())) {
      return;
    }
    foreseen.remove(game.id());
    // A verifier of the same account computes its answer to the same position.
    Bytes32 about = Preimage.tagged("opml.forecast").word(last.hash()).hash();
    runs()
        .answer(
            request,
            claim.id(),
            about,
            due(claim, game.clock().lastMoment(last.onTurn())),
            _ -> true,
            Forecast.class,
            work ->
                game.game(work.trace())
                    .map(along -> Forecast.of(along, work.trace()))
                    .orElseGet(() -> Forecast.unknown(last)))
        .ifPresent(
            forecast -> {
              foreseen.put(game.id(), new Foreseen(last.hash(), forecast));
              tell(new Entry.Foretold(game.id(), claim.id(), last.move(), forecast));
            });
  }

  /// {@return who wins: whoever's opponent is late, or else as was foretold}
  private Optional<Side> winner(SeenGame game) {
    return isLate(game)
        ? Optional.of(onTurn(game).other())
        : Optional.ofNullable(foreseen.get(game.id())).flatMap(known -> known.forecast().winner());
  }

  // ------------------------------------------------------------------ all together

  /// Counts what the hub has besides what is at stake in it.
  private void count(Picture picture) {
    BigInteger held =
        hub().sender().chain().balance(hub().deployment().hub().address(), picture.block()).value();
    unclaimed = Optional.of(held.subtract(atStake(picture)));
    if (unclaimed.get().signum() < 0) {
      alarm("the hub", "it has less than is at stake in it");
    }
  }

  private BigInteger atStake(Picture picture) {
    BigInteger sum = BigInteger.ZERO;
    for (SeenRequest request : picture.requests().values()) {
      if (request.state().status() == RequestStatus.OPEN) {
        sum = sum.add(request.state().request().fee());
      }
    }
    for (SeenClaim claim : picture.claims().values()) {
      if (claim.state().status() == ClaimStatus.LIVE) {
        sum = sum.add(claim.state().bond());
      }
    }
    for (SeenGame game : picture.games().values()) {
      if (game.status() == GameStatus.RUNNING) {
        sum = sum.add(game.bond());
      }
      SeenClaim claim = picture.claims().get(game.claim());
      if (claim != null && game.settled().isVoid()) {
        ClaimState state = claim.state();
        sum = sum.add(terms().reward(state.bond(), Math.max(1, state.rewarded())));
      }
    }
    return sum;
  }

  private Assessment assess(Picture picture) {
    List<AssessedGame> games = new ArrayList<>();
    OptionalLong least = OptionalLong.empty();
    for (SeenGame game : running(picture)) {
      Optional<Verdict> verdict = verdict(game.claim());
      Optional<Side> winner = winner(game);
      games.add(new AssessedGame(game.id(), verdict, winner));
      boolean mustMove = winner.equals(Optional.of(onTurn(game))) && winner.equals(honest(verdict));
      if (mustMove) {
        least = lesser(least, game.clock().lastMoment(onTurn(game)));
      }
    }
    List<AssessedClaim> claims = new ArrayList<>();
    long wrongFinal = 0;
    for (SeenClaim claim : picture.claims().values()) {
      Optional<Verdict> verdict = verdict(claim.id());
      boolean isWrong = verdict.equals(Optional.of(Verdict.WRONG));
      if (claim.state().status() == ClaimStatus.LIVE) {
        AssessedClaim assessed = new AssessedClaim(claim.id(), verdict, outlook(picture, claim));
        claims.add(assessed);
        if (assessed.isWrongUnchallenged() && isOpen(picture, claim)) {
          least = lesser(least, claim.state().claimedAt() + terms().window());
        }
      } else if (claim.state().status() == ClaimStatus.FINAL && isWrong) {
        wrongFinal++;
        alarm("claim " + claim.id(), "it is wrong, and final");
      }
    }
    return new Assessment(picture.block(), claims, games, least, unclaimed, wrongFinal);
  }

  /// {@return the side of a claim's games that is right}
  private static Optional<Side> honest(Optional<Verdict> verdict) {
    return verdict.flatMap(
        known ->
            switch (known) {
              case RIGHT -> Optional.of(Side.SERVER);
              case WRONG -> Optional.of(Side.CHALLENGER);
              case UNBOUND -> Optional.empty();
            });
  }

  private Outlook outlook(Picture picture, SeenClaim claim) {
    List<Optional<Side>> winners =
        picture.gamesOn(claim.id()).stream()
            .filter(game -> game.settled().isPlayed())
            .map(this::winner)
            .toList();
    if (winners.contains(Optional.of(Side.CHALLENGER))) {
      return Outlook.DEAD;
    }
    return winners.contains(Optional.<Side>empty()) ? Outlook.UNKNOWN : Outlook.FINAL;
  }

  private static OptionalLong lesser(OptionalLong least, long moment) {
    return OptionalLong.of(Math.min(least.orElse(Long.MAX_VALUE), moment));
  }
}
