package opml.lab.bench.ground;

import java.util.List;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.ethereum.chain.Call;
import opml.game.claim.ClaimId;
import opml.game.move.GameFormat;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.hub.Evidence;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;

/// Challenges of right claims: a list of nothing, with all the evidence that the hub asks for.
///
/// @param nonsense the run of somebody who has nothing to show
public record Sham(Work nonsense) {
  /// What the hub takes for opening a game, with room.
  public static final long GAS = 600_000;

  public static Sham about(Model model, byte[] input) {
    return new Sham(new Liar(model, new Lie.Nonsense(0)).work(input));
  }

  /// {@return the call that opens a game}
  public Call challenge(Mallory who, ClaimId claim, Wei bond) {
    List<Bytes32> states = new Solver(GameFormat.PROTOCOL).opening(nonsense.trace());
    byte[] evidence = new Evidence().bytes(nonsense.openingEvidence()).states(states).pack();
    return who.call("challenge", claim.hash(), evidence).paying(bond);
  }

  /// Opens the first game on a claim, and waits for its block.
  ///
  /// @param account that attacks
  public void open(Ground ground, int account, ClaimId claim) {
    Mallory mallory = ground.mallory(account);
    mallory.must(challenge(mallory, claim, ground.challengeBond(0)), GAS);
  }
}
