package opml.lab.role;

import java.util.ArrayList;
import java.util.List;
import opml.game.move.Action;
import opml.game.move.GameFormat;
import opml.game.move.Parameters;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenClaim;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// A fresh hub for each test of agents, with one input, one who lies about it, and a journal.
abstract class RoleStage extends OnDevChain {
  static final byte[] INPUT = TestModels.input(1, 2, 3);
  static final Parameters MONEY = Scene.PARAMETERS;

  final Scene scene = Scene.set(dev, TestModels.dense());
  final Liar liar = new Liar(scene.model(), new Lie.InLastStep(1, 3));
  final List<Entry> told = new ArrayList<>();
  final Journal journal = told::add;

  final Work honest() {
    return scene.honest().graphWork(scene.model(), INPUT);
  }

  /// Challenges a right claim with the liar's run.
  final void sham(int account, SeenClaim claim) {
    scene
        .hub(account)
        .challenge(
            new Action.Challenge(
                claim.id(), new Solver(GameFormat.PROTOCOL).opening(liar.work(INPUT).trace())),
            liar.work(INPUT));
  }
}
