package opml.lab.bench.ground;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Wei;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.move.Action;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.move.Side;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.hub.Picture.SeenGame;
import opml.hub.Responder;

/// Many challenges of one right claim by one account, which has nothing to show and plays on all the same.
///
/// @param account that attacks
/// @param sham what it says of the claimed run
public record ShamCrowd(Ground ground, int account, Sham sham) {
  /// Opens so many games in one block. Blocks must come by command.
  ///
  /// @throws IllegalStateException if they are not all open in one block
  public void open(ClaimId claim, int games) {
    Mallory attacker = ground.mallory(account);
    List<TxHash> sent = new ArrayList<>();
    for (int i = 0; i < games; i++) {
      Wei bond = ground.challengeBond(i);
      sent.add(attacker.send(sham.challenge(attacker, claim, bond), Sham.GAS));
    }
    ground.mine();
    List<Receipt> opened = attacker.await(sent);
    if (opened.stream().anyMatch(receipt -> !receipt.succeeded())
        || opened.stream().map(Receipt::blockNumber).distinct().count() != 1) {
      throw new IllegalStateException("the games are not all open in one block");
    }
  }

  /// Answers every game in which it is the shams' turn, as long as there is anything to post, and waits for the blocks.
  public void playOn(Picture picture) {
    Work nonsense = sham.nonsense();
    Wei stake = ground.parameters().challengeBond();
    Responder responder = new Responder(ground.hub(account), Journal.SILENT);
    Solver solver = new Solver(GameFormat.PROTOCOL);
    for (SeenGame seen : picture.games().values()) {
      for (Game game : seen.game(nonsense.trace()).stream().toList()) {
        for (Action action :
            solver.actions(game, nonsense.trace(), Side.CHALLENGER, picture.now())) {
          if (action instanceof Action.Move move) {
            responder.note(
                move, nonsense, game.path(), stake, game.clock().lastMoment(Side.CHALLENGER));
          } else {
            responder.note(action, stake);
          }
        }
      }
    }
    responder.await();
  }
}
