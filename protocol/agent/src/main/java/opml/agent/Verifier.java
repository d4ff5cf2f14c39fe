package opml.agent;

import java.util.List;
import java.util.Objects;
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

  public Verifier(Hub hub, Workshop workshop, Journal journal) {
    this(hub, workshop, journal, false);
  }

  /// {@return a verifier that tells what it would do, and does nothing: its account needs neither key nor money}
  public static Verifier dry(Hub hub, Workshop workshop, Journal journal) {
    return new Verifier(hub, workshop, journal, true);
  }

  private Verifier(Hub hub, Workshop workshop, Journal journal, boolean dry) {
    super(hub, workshop, journal, dry);
    this.judge = new ClaimJudge(GameFormat.PROTOCOL, window());
  }

  @Override
  void act(Picture picture) {
    for (SeenClaim claim : picture.claims().values()) {
      if (claim.state().status() == ClaimStatus.LIVE) {
        SeenRequest request =
            Objects.requireNonNull(picture.requests().get(claim.state().claim().request()));
        boolean mine = picture.gamesOn(claim.id()).stream().anyMatch(this::isMine);
        if (mine || claim.state().isChallengeable(window(), picture.now())) {
          work(request).ifPresent(work -> check(picture, claim, work));
        }
      }
    }
    for (SeenGame game : picture.games().values()) {
      if (isMine(game)) {
        settler().actions(game.settled(), self()).forEach(responder()::perform);
      }
    }
    withdraw();
  }

  private boolean isMine(SeenGame game) {
    return game.challenger().equals(self());
  }

  private void check(Picture picture, SeenClaim claim, Work work) {
    if (ClaimJudge.judge(claim.state().claim(), work.trace(), work.result().outputHash())
        == Verdict.UNBOUND) {
      skip(
          "claim " + claim.id(),
          "its final state is ours, its output is not; no game can mend that, a person must look");
    }
    List<SeenGame> games = picture.gamesOn(claim.id());
    List<Game> settledGames = games.stream().map(SeenGame::settled).toList();
    for (Action action :
        judge.actions(
            claim.state(),
            settledGames,
            work.trace(),
            work.result().outputHash(),
            self(),
            picture.now())) {
      Wei bond =
          new Wei(hub().deployment().parameters().challengeBondBeside(claim.state().openGames()));
      if (!mayEnter(claim.state().claim().request())) {
        continue;
      }
      if (affords(bond)) {
        responder().perform(action, work, List.of());
      } else {
        skip("claim " + claim.id(), "it is wrong, but the account cannot deposit " + bond);
      }
    }
    for (SeenGame game : games) {
      if (isMine(game)) {
        play(game, work, Side.CHALLENGER, picture.now());
      }
    }
  }
}
