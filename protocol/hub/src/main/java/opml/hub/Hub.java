package opml.hub;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.Sender;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.Action;
import opml.game.move.Position;
import opml.game.work.Work;

/// The hub's calls for one account. A call that came too late, because somebody else did the same or the game moved on,
/// returns nothing: the next picture of the chain shows what happened.
public final class Hub {
  /// What the hub says when the thing is done already, or no longer to be done.
  private static final Set<String> OVERTAKEN =
      Set.of(
          "AlreadyDelivered",
          "BondTooSmall",
          "ChallengeBondTooSmall",
          "ClaimNotLive",
          "ClockExpired",
          "ClockRunning",
          "DeadlinePassed",
          "GameNotRunning",
          "GamesAreOpen",
          "NotOnTurn",
          "NothingToWithdraw",
          "PositionMismatch",
          "RequestNotOpen",
          "WindowClosed");

  private final Deployment deployment;
  private final Contract contract;
  private final Sender sender;

  public Hub(Deployment deployment, Sender sender) {
    this.deployment = deployment;
    this.contract = deployment.hub();
    this.sender = sender;
  }

  public Deployment deployment() {
    return deployment;
  }

  /// {@return the account that pays}
  public Address account() {
    return sender.address();
  }

  public Sender sender() {
    return sender;
  }

  /// {@return what the next claim of a request deposits}
  public Wei bondDue(RequestId request) {
    return deployment.bondDue(sender.chain().snapshot(), request);
  }

  /// {@return what the hub owes this account}
  public Wei credit() {
    return deployment.credit(sender.chain().snapshot(), account());
  }

  /// A request that the chain has.
  public record Asked(RequestId id, Receipt receipt) {}

  /// Asks for an inference.
  ///
  /// @param input the model's input bytes, with or without their trailing zeros
  /// @return the request's id, from the event
  public RequestId request(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    return ask(modelId, terms, input, fee).id();
  }

  /// Asks for an inference.
  ///
  /// @param input the model's input bytes, with or without their trailing zeros
  /// @return the request with the receipt of its transaction
  public Asked ask(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    Receipt receipt = sender.send(asking(modelId, terms, input, fee));
    return contract.events(receipt.logs()).stream()
        .filter(event -> event.name().equals("Requested"))
        .map(event -> new Asked(new RequestId(event.values().bytes32("requestId")), receipt))
        .findFirst()
        .orElseThrow(() -> new ChainException.Malformed("a request left no event"));
  }

  /// What a transaction will cost besides what it carries, by what the chain asks now.
  ///
  /// @param price of a unit of gas, base fee and tip together
  public record GasEstimate(long gas, Wei price) {
    public Wei fee() {
      return price.times(gas);
    }
  }

  /// {@return what it takes to ask, before it is done}
  ///
  /// @throws ChainException.Reverted if the hub would refuse it
  public GasEstimate estimateAsking(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    Chain chain = sender.chain();
    long gas = chain.estimateGas(asking(modelId, terms, input, fee), account());
    return new GasEstimate(gas, chain.latest().baseFee().plus(chain.suggestedTip()));
  }

  private Call asking(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    return contract.call("request", modelId, terms.encode(), ShortBuffer.trim(input)).paying(fee);
  }

  /// Claims what this work came to.
  public Optional<Receipt> claim(RequestId request, Work work, Wei bond) {
    Work.Result result = work.result();
    return attempt(
        contract
            .call(
                "claim",
                request.hash(),
                (long) result.status(),
                result.slotsRoot(),
                work.claimEvidence())
            .paying(bond));
  }

  public Optional<Receipt> challenge(Action.Challenge action, Work work) {
    byte[] evidence = new Evidence().bytes(work.openingEvidence()).states(action.states()).pack();
    return attempt(
        contract
            .call("challenge", action.claim().hash(), evidence)
            .paying(deployment.challengeBondDue(sender.chain().snapshot(), action.claim())));
  }

  public Optional<Receipt> dissect(Action.Dissect action) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).states(action.states()).pack();
    return attempt(
        contract.call(
            "dissect",
            action.game().hash(),
            encode(action.answered()),
            (long) action.part(),
            evidence));
  }

  public Optional<Receipt> refine(Action.Refine action, Work.Refinement refinement) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).bytes(refinement.witness()).pack();
    return attempt(
        contract.call(
            "refine",
            action.game().hash(),
            encode(action.answered()),
            (long) action.part(),
            (long) refinement.status(),
            refinement.slotsRoot(),
            evidence));
  }

  public Optional<Receipt> execute(Action.Execute action, Work.Execution execution) {
    byte[] evidence =
        new Evidence().states(action.answered().states()).bytes(execution.witness()).pack();
    return attempt(
        contract.call(
            "execute",
            action.game().hash(),
            encode(action.answered()),
            (long) action.part(),
            execution.codeRoot(),
            (long) execution.codeDepth(),
            (long) execution.memDepth(),
            evidence));
  }

  public Optional<Receipt> timeout(GameId game) {
    return attempt(contract.call("timeout", game.hash()));
  }

  public Optional<Receipt> reclaim(GameId game) {
    return attempt(contract.call("reclaim", game.hash()));
  }

  public Optional<Receipt> resolve(ClaimId claim) {
    return attempt(contract.call("resolve", claim.hash()));
  }

  public Optional<Receipt> expire(RequestId request) {
    return attempt(contract.call("expire", request.hash()));
  }

  /// Tells the requester's contract a result that may still be refuted.
  public Optional<Receipt> deliverProvisional(ClaimId claim, byte[] output) {
    return attempt(
        deployment.deliveries().call("deliverProvisional", claim.hash(), ShortBuffer.trim(output)));
  }

  /// Tells the requester's contract the final result.
  public Optional<Receipt> deliverFinal(RequestId request, byte[] output) {
    return attempt(
        deployment.deliveries().call("deliverFinal", request.hash(), ShortBuffer.trim(output)));
  }

  /// Has this account's credit sent to `to`.
  public Optional<Receipt> withdraw(Address to) {
    return attempt(contract.call("withdraw", to));
  }

  /// Has the burnt shares sent to where nobody can spend them.
  public Optional<Receipt> burn() {
    return attempt(contract.call("burn"));
  }

  private Optional<Receipt> attempt(Call call) {
    try {
      return Optional.of(sender.send(call));
    } catch (ChainException.Reverted e) {
      if (OVERTAKEN.contains(e.revert().name())) {
        return Optional.empty();
      }
      throw e;
    }
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
