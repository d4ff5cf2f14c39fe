package opml.agent;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
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
import opml.hub.IntentKey;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;

/// Recomputes what others claim, challenges what is wrong, and plays its games to their end.
public final class Verifier extends Agent {
  /// Which claims a verifier checks; its games it plays in any case.
  ///
  /// @param servers who made them
  /// @param models that they are about
  public record Policy(Choice<Address> servers, Choice<Bytes32> models) {
    public static final Policy ALL = new Policy(Choice.all(), Choice.all());
  }

  /// So many more open games than are seen a first challenge has room for.
  private static final long ROOM = 3;

  private static final int ROOM_DOUBLED_MOST = 5;
  private static final long SHARE_AT_FIRST = 8;

  private final Policy policy;
  private final ClaimJudge judge;
  private final Map<ClaimId, Integer> attempts = new HashMap<>();
  private boolean dearFirst;

  public Verifier(Hub hub, Workshop workshop, Journal journal) {
    this(hub, workshop, journal, Caution.DEFAULT);
  }

  public Verifier(Hub hub, Workshop workshop, Journal journal, Caution caution) {
    this(new Lookout(hub), workshop, journal, caution, Host.here());
  }

  /// @param lookout of the account, which other roles may share
  /// @param host whose machine it is
  public Verifier(Lookout lookout, Workshop workshop, Journal journal, Caution caution, Host host) {
    this(lookout, workshop, journal, Policy.ALL, caution, false, host);
  }

  /// {@return a verifier that tells what it would do, and does nothing: its account needs neither key nor money}
  public static Verifier dry(Hub hub, Workshop workshop, Journal journal, Caution caution) {
    return dry(new Lookout(hub), workshop, journal, caution);
  }

  /// {@return a verifier that tells what it would do, and does nothing}
  ///
  /// @param lookout of the account, which needs neither key nor money
  public static Verifier dry(Lookout lookout, Workshop workshop, Journal journal, Caution caution) {
    return new Verifier(lookout, workshop, journal, Policy.ALL, caution, true, Host.here());
  }

  /// @param lookout of the account, which other roles may share, and which needs neither key nor money if it is dry
  /// @param dry whether to tell what would be done, and to do nothing
  /// @param host whose machine it is
  public Verifier(
      Lookout lookout,
      Workshop workshop,
      Journal journal,
      Policy policy,
      Caution caution,
      boolean dry,
      Host host) {
    super(lookout, workshop, journal, caution, dry, host);
    this.policy = policy;
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
    if (claim == null || request == null) {
      return;
    }
    Wei stake = new Wei(game.bond());
    if (waits(game, request, Side.CHALLENGER)) {
      lateOnly(game, Side.CHALLENGER, stake);
    } else if (!isAnswered(game)) {
      play(game, request, Side.CHALLENGER, _ -> true, stake);
    }
  }

  @Override
  void enter(Picture picture) {
    attempts.keySet().retainAll(picture.claims().keySet());
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
    if (request == null
        || claim.state().status() != ClaimStatus.LIVE
        || !concerns(claim, request)
        || !mayBegin("claim " + claim.id())) {
      return;
    }
    long deadline = claim.state().claimedAt() + terms().window();
    Due due = new Due(Urgency.CLAIM, deadline, worth(picture, claim));
    Verdict verdict =
        runs()
            .result(request, claim.id(), due)
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
          runs()
              .enter(
                  request,
                  claim.id(),
                  due,
                  work -> opening(picture, claim, work),
                  work -> challenge(picture, claim, request, work));
        }
      }
    }
  }

  private boolean concerns(SeenClaim claim, SeenRequest request) {
    boolean server = policy.servers().admits(claim.state().claim().server());
    boolean model = policy.models().admits(request.state().request().modelId());
    if (!server || !model) {
      skip(
          "claim " + claim.id(),
          server
              ? "its model is not one that this verifier checks"
              : "its server is not one that this verifier checks");
    }
    return server && model;
  }

  private boolean mayChallenge(Picture picture, SeenClaim claim, SeenRequest request) {
    boolean did =
        picture.gamesOn(claim.id()).stream().anyMatch(game -> game.challenger().equals(self()));
    if (did || isHidden(claim) || !runs().mayEnter(request.id())) {
      return false;
    }
    if (responder().keeps(IntentKey.challenge(claim.id())) || !responder().hasRoom()) {
      return false;
    }
    Wei bond = leastDeposit(claim.state().openGames());
    if (!hasRoom(request, bond)) {
      return false;
    }
    boolean can =
        treasury().requireMeans("request " + request.id(), bond, runs().gasOfASide(request.id()));
    if (!can) {
      skip("claim " + claim.id(), "it is wrong, but the account cannot deposit " + bond);
    }
    return can;
  }

  private void challenge(Picture picture, SeenClaim claim, SeenRequest request, Work work) {
    opening(picture, claim, work).forEach(action -> challenge(claim, request, work, action));
  }

  /// {@return the challenge of a claim}
  private List<Action> opening(Picture picture, SeenClaim claim, Work work) {
    List<Game> games = picture.gamesOn(claim.id()).stream().map(SeenGame::settled).toList();
    return judge.actions(
        claim.state(), games, work.trace(), work.result().outputHash(), self(), picture.now());
  }

  private void challenge(SeenClaim claim, SeenRequest request, Work work, Action action) {
    if (!(action instanceof Action.Challenge challenge)) {
      return;
    }
    Wei bond = deposit(claim, request, work);
    if (!lookout().confirms(claim.id())) {
      skip("claim " + claim.id(), "the node's events and its view of it differ");
    } else if (stake(IntentKey.challenge(claim.id()), request, bond)) {
      attempts.merge(claim.id(), 1, Integer::sum);
      responder().note(challenge, work, bond, claim.state().claimedAt() + terms().window());
    }
  }

  /// {@return whether a challenge of ours is in a block, and the node does not show its game yet}
  private boolean isHidden(SeenClaim claim) {
    return isHidden(IntentKey.challenge(claim.id()));
  }

  /// {@return what a challenge deposits. Whoever opens games in front of it in its block, and loses them behind it,
  /// keeps out every challenge that deposits only what is due when it is sent; so it has room for some more, and twice
  /// as many after each attempt in vain. The hub gives a surplus back}
  private Wei deposit(SeenClaim claim, SeenRequest request, Work work) {
    long open = claim.state().openGames();
    int tried = attempts.getOrDefault(claim.id(), 0);
    // A first attempt leaves the most of the money for other wrong claims.
    long share = tried == 0 ? SHARE_AT_FIRST : 1;
    for (long room = ROOM << Math.min(tried, ROOM_DOUBLED_MOST); room > 0; room /= 2) {
      Wei bond = new Wei(terms().challengeBondBeside(open + room));
      Wei needed = new Wei(bond.value().multiply(BigInteger.valueOf(share)));
      boolean fits = lookout().exposure().whyNot(request.id(), bond, work.gasOfASide()).isEmpty();
      if (fits && treasury().canSpare(needed, work.gasOfASide())) {
        return bond;
      }
    }
    return leastDeposit(open);
  }

  /// {@return what somebody deposits who has no more; where games are open already, one more may come first}
  private Wei leastDeposit(long openGames) {
    return new Wei(terms().challengeBondBeside(openGames == 0 ? 0 : openGames + 1));
  }

  @Override
  long floodGas() {
    return 0; // it opens its games itself, one a claim
  }
}
