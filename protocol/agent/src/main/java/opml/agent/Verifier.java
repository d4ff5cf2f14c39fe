package opml.agent;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.Side;
import opml.game.solver.ClaimJudge;
import opml.game.solver.Verdict;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Recomputes what others claim, challenges what is wrong, and plays its games to their end.
public final class Verifier extends Agent {
  private final ClaimJudge judge;
  private boolean dearFirst;

  public Verifier(Hub hub, Workshop workshop, Journal journal) {
    this(hub, workshop, journal, Caution.DEFAULT);
  }

  public Verifier(Hub hub, Workshop workshop, Journal journal, Caution caution) {
    this(hub, workshop, journal, caution, false);
  }

  /// {@return a verifier that tells what it would do, and does nothing: its account needs neither key nor money}
  public static Verifier dry(Hub hub, Workshop workshop, Journal journal, Caution caution) {
    return new Verifier(hub, workshop, journal, caution, true);
  }

  private Verifier(Hub hub, Workshop workshop, Journal journal, Caution caution, boolean dry) {
    super(hub, workshop, journal, caution, dry);
    this.judge = new ClaimJudge(GameFormat.PROTOCOL, terms().window());
  }

  @Override
  Wei leastBond() {
    return terms().challengeBond();
  }

  @Override
  void defend(Picture picture) {
    for (SeenGame game : ownGames(picture, Side.CHALLENGER)) {
      about("game " + game.id(), () -> pursue(picture, game));
    }
  }

  private void pursue(Picture picture, SeenGame game) {
    SeenClaim claim = picture.claims().get(game.claim());
    SeenRequest request =
        claim == null ? null : picture.requests().get(claim.state().claim().request());
    if (request == null) {
      return;
    }
    Wei stake = new Wei(game.bond());
    if (waits(game, request, Side.CHALLENGER)) {
      lateOnly(game, Side.CHALLENGER, stake);
    } else {
      runs().play(request, work -> play(game, work, Side.CHALLENGER, stake));
    }
  }

  @Override
  void enter(Picture picture) {
    for (SeenClaim claim : toCheck(picture)) {
      about("claim " + claim.id(), () -> check(picture, claim));
    }
    for (SeenGame game : voidGames(picture)) {
      about(
          "game " + game.id(),
          () ->
              settler()
                  .actions(game.settled(), self())
                  .forEach(action -> responder().note(action, new Wei(game.bond()))));
    }
  }

  /// {@return the claims that are young enough, in the order in which they are checked: by turns the one whose window
  /// ends first and the one that most is lost with, so that neither many old claims of strangers nor dear young ones
  /// keep the others waiting}
  private Collection<SeenClaim> toCheck(Picture picture) {
    List<SeenClaim> byAge =
        picture.claims().values().stream()
            .filter(claim -> claim.state().isChallengeable(terms().window(), picture.now()))
            .sorted(Comparator.comparingLong(claim -> claim.state().claimedAt()))
            .toList();
    List<SeenClaim> byWorth =
        byAge.stream()
            .sorted(Comparator.comparing((SeenClaim claim) -> worth(picture, claim)).reversed())
            .toList();
    // A look may have time for one run only, so the first of them changes, too.
    dearFirst = !dearFirst;
    List<SeenClaim> first = dearFirst ? byWorth : byAge;
    List<SeenClaim> second = dearFirst ? byAge : byWorth;
    Set<SeenClaim> order = new LinkedHashSet<>();
    for (int i = 0; i < byAge.size(); i++) {
      order.add(first.get(i));
      order.add(second.get(i));
    }
    return order;
  }

  /// {@return what is lost with a claim that is wrong and becomes final, as far as the hub knows: the fee, and what its
  /// server has staked to get it}
  private static BigInteger worth(Picture picture, SeenClaim claim) {
    SeenRequest request = picture.requests().get(claim.state().claim().request());
    BigInteger fee = request == null ? BigInteger.ZERO : request.state().request().fee();
    return fee.add(claim.state().bond());
  }

  private void check(Picture picture, SeenClaim claim) {
    SeenRequest request = picture.requests().get(claim.state().claim().request());
    if (request == null || claim.state().status() != ClaimStatus.LIVE) {
      return;
    }
    Verdict verdict =
        runs()
            .result(request)
            .map(own -> ClaimJudge.judge(claim.state().claim(), own.finalState(), own.outputHash()))
            .orElse(Verdict.RIGHT);
    switch (verdict) {
      case RIGHT -> {}
      case UNBOUND ->
          skip(
              "claim " + claim.id(),
              "its final state is ours, its output is not; no game can mend that, a person must look");
      case WRONG -> {
        // A run that was let go is made again only where it will be used.
        if (mayChallenge(picture, claim, request)) {
          runs().use(request, work -> challenge(picture, claim, request, work));
        }
      }
    }
  }

  private boolean mayChallenge(Picture picture, SeenClaim claim, SeenRequest request) {
    boolean did =
        picture.gamesOn(claim.id()).stream().anyMatch(game -> game.challenger().equals(self()));
    if (did || !runs().mayEnter(request.id())) {
      return false;
    }
    Wei bond = bondBeside(claim.state().openGames());
    boolean can =
        treasury().requireMeans("request " + request.id(), bond, runs().gasOfASide(request.id()));
    if (!can) {
      skip("claim " + claim.id(), "it is wrong, but the account cannot deposit " + bond);
    }
    return can;
  }

  private void challenge(Picture picture, SeenClaim claim, SeenRequest request, Work work) {
    List<Game> games = picture.gamesOn(claim.id()).stream().map(SeenGame::settled).toList();
    judge
        .actions(
            claim.state(), games, work.trace(), work.result().outputHash(), self(), picture.now())
        .forEach(action -> challenge(claim, request, work, action));
  }

  private void challenge(SeenClaim claim, SeenRequest request, Work work, Action action) {
    Wei bond = bondBeside(claim.state().openGames());
    if (action instanceof Action.Challenge challenge && stake(request.id(), bond)) {
      responder().note(challenge, work, bond);
    }
  }

  /// {@return what a challenge deposits beside so many open games; where somebody opens games, one more may come first,
  /// and the hub gives a surplus back}
  private Wei bondBeside(long openGames) {
    return new Wei(terms().challengeBondBeside(openGames == 0 ? 0 : openGames + 1));
  }
}
