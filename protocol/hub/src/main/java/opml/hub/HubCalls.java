package opml.hub;

import java.util.List;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Position;
import opml.game.work.Work;

/// The hub's calls, with the proofs that it asks for, not sent yet.
final class HubCalls {
  private final Contract contract;
  private final Contract deliveries;

  HubCalls(Deployment deployment) {
    this.contract = deployment.hub();
    this.deliveries = deployment.deliveries();
  }

  /// {@return the claim of what this work came to}
  Call claim(RequestId request, Work work, Wei bond) {
    Work.Result result = work.result();
    return contract
        .call(
            "claim",
            request.hash(),
            (long) result.status(),
            result.slotsRoot(),
            work.claimEvidence())
        .paying(bond);
  }

  Call challenge(Action.Challenge action, Work work, Wei bond) {
    byte[] evidence = new Evidence().bytes(work.openingEvidence()).states(action.states()).pack();
    return contract.call("challenge", action.claim().hash(), evidence).paying(bond);
  }

  Call dissect(Action.Dissect action) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).states(action.states()).pack();
    return contract.call(
        "dissect", action.game().hash(), encode(action.answered()), (long) action.part(), evidence);
  }

  Call refine(Action.Refine action, Work.Refinement refinement) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).bytes(refinement.witness()).pack();
    return contract.call(
        "refine",
        action.game().hash(),
        encode(action.answered()),
        (long) action.part(),
        (long) refinement.status(),
        refinement.slotsRoot(),
        evidence);
  }

  Call execute(Action.Execute action, Work.Execution execution) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).bytes(execution.witness()).pack();
    return contract.call(
        "execute",
        action.game().hash(),
        encode(action.answered()),
        (long) action.part(),
        execution.codeRoot(),
        (long) execution.codeDepth(),
        (long) execution.memDepth(),
        evidence);
  }

  Call timeout(GameId game) {
    return contract.call("timeout", game.hash());
  }

  Call reclaim(GameId game) {
    return contract.call("reclaim", game.hash());
  }

  Call resolve(ClaimId claim) {
    return contract.call("resolve", claim.hash());
  }

  Call expire(RequestId request) {
    return contract.call("expire", request.hash());
  }

  Call withdraw(Address to) {
    return contract.call("withdraw", to);
  }

  Call burn() {
    return contract.call("burn");
  }

  Call deliverProvisional(ClaimId claim, ClaimedOutput output) {
    return deliveries.call("deliverProvisional", claim.hash(), output.carried());
  }

  Call deliverFinal(RequestId request, ClaimedOutput output) {
    return deliveries.call("deliverFinal", request.hash(), output.carried());
  }

  private static List<Object> encode(Position position) {
    return List.of(
        (long) position.level(),
        position.first(),
        position.length(),
        position.start(),
        position.context());
  }
}
