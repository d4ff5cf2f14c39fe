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

  /// The longest input that a request carries itself, in bytes without its trailing zeros: nodes pass on no transaction
  /// above 128 KiB.
  public static final int CARRIED_MOST = 96 << 10;

  /// About what a request takes whose input is there already.
  private static final long REQUEST_GAS = 190_000;

  private final Deployment deployment;
  private final Contract contract;
  private final HubCalls calls;
  private final Sender sender;

  public Hub(Deployment deployment, Sender sender) {
    this.deployment = deployment;
    this.contract = deployment.hub();
    this.calls = new HubCalls(deployment);
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

  /// {@return what the next challenge of a claim deposits}
  public Wei challengeBondDue(ClaimId claim) {
    return deployment.challengeBondDue(sender.chain().snapshot(), claim);
  }

  /// {@return what the hub owes this account}
  public Wei credit() {
    return deployment.credit(sender.chain().snapshot(), account());
  }

  /// A request that the chain has.
  ///
  /// @param receipt of the request's own transaction
  /// @param uploads of the transactions before it that uploaded its input, if it did not fit
  public record Asked(RequestId id, Receipt receipt, List<Receipt> uploads) {
    public Asked {
      uploads = List.copyOf(uploads);
    }

    /// {@return the gas of all of them}
    public long gas() {
      return uploads.stream().mapToLong(Receipt::gasUsed).sum() + receipt.gasUsed();
    }

    /// {@return what that gas cost}
    public Wei gasFee() {
      return uploads.stream().map(Receipt::fee).reduce(receipt.fee(), Wei::plus);
    }
  }

  /// Asks for an inference.
  ///
  /// @param input the model's input bytes, with or without their trailing zeros
  /// @return the request's id, from the event
  public RequestId request(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    return ask(modelId, terms, input, fee).id();
  }

  /// Asks for an inference. An input that does not fit in the request is uploaded in parts before.
  ///
  /// @param input the model's input bytes, with or without their trailing zeros
  /// @return the request with the receipt of its transaction
  public Asked ask(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    List<Receipt> uploads = upload(modelId, input).map(InputUpload::send).orElse(List.of());
    Receipt receipt = sender.send(asking(modelId, terms, input, fee));
    return contract.events(receipt.logs()).stream()
        .filter(event -> event.name().equals("Requested"))
        .map(
            event ->
                new Asked(new RequestId(event.values().bytes32("requestId")), receipt, uploads))
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
    long gas =
        upload(modelId, input)
            .map(upload -> upload.gas() + REQUEST_GAS)
            .orElseGet(() -> chain.estimateGas(asking(modelId, terms, input, fee), account()));
    return new GasEstimate(gas, chain.latest().baseFee().plus(chain.suggestedTip()));
  }

  private Call asking(Bytes32 modelId, Terms terms, byte[] input, Wei fee) {
    byte[] trimmed = ShortBuffer.trim(input);
    Call call =
        trimmed.length <= CARRIED_MOST
            ? contract.call("request", modelId, terms.encode(), trimmed)
            : contract.call(
                "requestUploaded", modelId, terms.encode(), parts(modelId, trimmed).root());
    return call.paying(fee);
  }

  private Optional<InputUpload> upload(Bytes32 modelId, byte[] input) {
    byte[] trimmed = ShortBuffer.trim(input);
    return trimmed.length <= CARRIED_MOST
        ? Optional.empty()
        : Optional.of(new InputUpload(deployment, sender, parts(modelId, trimmed)));
  }

  private InputParts parts(Bytes32 modelId, byte[] input) {
    ModelRegistration.Input taken =
        ModelRegistration.input(deployment, sender.chain().snapshot(), modelId);
    if (input.length > taken.bytes()) {
      throw new IllegalArgumentException(
          "an input of %d bytes, the model takes %d".formatted(input.length, taken.bytes()));
    }
    return InputParts.of(input, taken.depth());
  }

  /// {@return the calls that this class makes, to be sent together with others}
  HubCalls calls() {
    return calls;
  }

  /// Claims what this work came to.
  public Optional<Receipt> claim(RequestId request, Work work, Wei bond) {
    return attempt(calls.claim(request, work, bond));
  }

  public Optional<Receipt> challenge(Action.Challenge action, Work work) {
    return attempt(calls.challenge(action, work, challengeBondDue(action.claim())));
  }

  public Optional<Receipt> dissect(Action.Dissect action) {
    return attempt(calls.dissect(action));
  }

  public Optional<Receipt> refine(Action.Refine action, Work.Refinement refinement) {
    return attempt(calls.refine(action, refinement));
  }

  public Optional<Receipt> execute(Action.Execute action, Work.Execution execution) {
    return attempt(calls.execute(action, execution));
  }

  public Optional<Receipt> timeout(GameId game) {
    return attempt(calls.timeout(game));
  }

  public Optional<Receipt> reclaim(GameId game) {
    return attempt(calls.reclaim(game));
  }

  public Optional<Receipt> resolve(ClaimId claim) {
    return attempt(calls.resolve(claim));
  }

  public Optional<Receipt> expire(RequestId request) {
    return attempt(calls.expire(request));
  }

  /// Tells the requester's contract a result that may still be refuted.
  public Optional<Receipt> deliverProvisional(ClaimId claim, ClaimedOutput output) {
    return attempt(calls.deliverProvisional(claim, output));
  }

  /// Tells the requester's contract the final result.
  public Optional<Receipt> deliverFinal(RequestId request, ClaimedOutput output) {
    return attempt(calls.deliverFinal(request, output));
  }

  /// Has this account's credit sent to `to`.
  public Optional<Receipt> withdraw(Address to) {
    return attempt(calls.withdraw(to));
  }

  /// Has the burnt shares sent to where nobody can spend them.
  public Optional<Receipt> burn() {
    return attempt(calls.burn());
  }

  /// {@return whether this says that the thing is done already, or no longer to be done}
  static boolean isOvertaken(ChainException.Reverted refusal) {
    return OVERTAKEN.contains(refusal.revert().name());
  }

  private Optional<Receipt> attempt(Call call) {
    try {
      return Optional.of(sender.send(call));
    } catch (ChainException.Reverted e) {
      if (isOvertaken(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
