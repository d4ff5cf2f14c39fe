package opml.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.UnsignedTransaction;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimState;
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.referee.Referee;
import opml.game.solver.Solver;
import opml.game.work.Work;
import opml.hub.Evidence;
import opml.sim.chain.SimulatedChain;
import opml.sim.chain.SimulatedSigner;
import opml.sim.time.Clockwork;
import opml.sim.toy.AutomatonWorkshop;

/// Ends whatever may be ended, and tries it at the very second before it may; a copycat also challenges right claims by
/// the right states. It asks nobody whether its calls would be refused.
final class Meddler {
  private static final long GAS = 400_000;

  private final SimulatedChain chain;
  private final SimulatedSigner signer;
  private final AutomatonWorkshop truth;
  private final boolean copies;
  private final Set<Object> tried = new HashSet<>();

  /// @param copies whether it is a copycat
  Meddler(SimulatedChain chain, Address account, AutomatonWorkshop truth, boolean copies) {
    this.chain = chain;
    this.signer = new SimulatedSigner(chain, account);
    this.truth = truth;
    this.copies = copies;
  }

  /// Something that was tried for a block of this second.
  private record Try(Object what, long second) {}

  void look(long slot) {
    long next = SimulatedChain.GENESIS + (slot + 1) * Clockwork.SLOT_SECONDS;
    Referee hub = chain.hub();
    List<Call> calls = new ArrayList<>();
    var contract = chain.deployment().hub();
    for (GameId id : hub.games()) {
      Game game = hub.game(id);
      if (game.isPlayed()
          && game.clock().lastMoment(game.onTurn()) <= next
          && tried.add(new Try(id, next))) {
        calls.add(contract.call("timeout", id.hash()));
      }
    }
    for (ClaimId id : hub.claims()) {
      ClaimState claim = hub.claim(id);
      if (claim.status() != ClaimStatus.LIVE) {
        continue;
      }
      if (claim.claimedAt() + hub.parameters().window() <= next
          && claim.openGames() == 0
          && tried.add(new Try(id, next))) {
        calls.add(contract.call("resolve", id.hash()));
      }
      if (copies && tried.add(id)) {
        calls.add(copy(hub, claim));
      }
    }
    for (RequestId id : hub.requests()) {
      RequestState request = hub.request(id);
      if (request.status() == RequestStatus.OPEN
          && request.deadline() <= next
          && request.liveClaims() == 0
          && tried.add(new Try(id, next))) {
        calls.add(contract.call("expire", id.hash()));
      }
    }
    calls.forEach(this::send);
  }

  private Call copy(Referee hub, ClaimState claim) {
    var request = hub.request(claim.claim().request()).request();
    Work work = truth.work(request.modelId(), request.inputRoot());
    byte[] evidence =
        new Evidence().states(new Solver(GameFormat.PROTOCOL).opening(work.trace())).pack();
    return chain
        .deployment()
        .hub()
        .call("challenge", claim.id().hash(), evidence)
        .paying(new Wei(hub.challengeBondDue(claim.id())));
  }

  private void send(Call call) {
    Wei base = chain.latest().baseFee();
    UnsignedTransaction transaction =
        new UnsignedTransaction(
            chain.id(),
            chain.pendingNonce(signer.address()),
            GAS,
            Wei.gwei(2),
            base.times(3).plus(Wei.gwei(2)),
            call);
    try {
      chain.send(signer.sign(transaction));
    } catch (ChainException e) {
      // It does not matter: it only tries.
      tried.add(e.getClass());
    }
  }
}
