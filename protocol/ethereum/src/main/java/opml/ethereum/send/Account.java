package opml.ethereum.send;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.UnsignedTransaction;

/// An account on a chain: who signs, by which policy, with which nonces, in which
/// surroundings.
record Account(
    Chain chain,
    Signer signer,
    SendPolicy policy,
    NonceBook nonces,
    Surroundings around,
    AtomicReference<Optional<Tip>> lastTip) {
  /// What was offered last, and when, as [opml.core.time.Time#nanoTime()].
  record Tip(Wei tip, long at) {}

  /// Prices change by the block, but who can wait some blocks need not know it.
  private static final Duration TIP_KEPT = Duration.ofSeconds(30);

  /// Room for three credits that were not zero at the estimate and are when the call runs (17,100 gas each).
  private static final long SETTLING_MARGIN = 60_000;

  /// What is offered to a block's producer if the node has no opinion.
  private static final Wei ORDINARY_TIP = Wei.gwei(1);

  static Account of(Chain chain, Signer signer, SendPolicy policy, Surroundings around) {
    return new Account(
        chain,
        signer,
        policy,
        around.nonces().of(signer.address()),
        around,
        new AtomicReference<>(Optional.empty()));
  }

  /// {@return the same, by another policy}
  Account with(SendPolicy other) {
    return new Account(chain, signer, other, nonces, around, lastTip);
  }

  Address address() {
    return signer.address();
  }

  /// {@return this moment, as [opml.core.time.Time#nanoTime()]}
  long now() {
    return around.time().nanoTime();
  }

  /// {@return pauses between looks at the chain}
  Pauses pauses() {
    return new Pauses(around.time(), policy.maxPoll());
  }

  /// {@return a call that does nothing but use a nonce}
  Order cancellation() {
    Call transfer = Call.transfer(address(), Wei.ZERO);
    return Order.of(
        new Call(transfer.to(), transfer.data(), transfer.value(), "cancel", transfer.reverts()));
  }

  /// {@return the gas to give to an order}
  ///
  /// @throws ChainException.Reverted if it would revert
  /// @throws ChainException.TooExpensive if it needs more than the policy allows
  long gasLimit(Order order) {
    long estimate = estimate(order.call());
    if (estimate > policy.maxGas()) {
      throw new ChainException.TooExpensive(
          "%s needs %,d gas, more than the ceiling of %,d"
              .formatted(order.call().name(), estimate, policy.maxGas()));
    }
    long margin = estimate * policy.gasMarginPercent() / 100;
    return Math.min(
        policy.maxGas(),
        estimate + margin + (order.kind() == Order.Kind.SETTLES ? SETTLING_MARGIN : 0));
  }

  private long estimate(Call call) {
    try {
      return chain.estimateGas(call, address());
    } catch (ChainException.InsufficientFunds e) {
      throw poor(call, call.value(), e);
    }
  }

  /// {@return that there is no money for a call, with the figures, which nodes seldom tell}
  ///
  /// @param needed what the call may take
  ChainException.InsufficientFunds poor(
      Call call, Wei needed, ChainException.InsufficientFunds refusal) {
    try {
      Wei balance = chain.balance(address(), chain.latest());
      return new ChainException.InsufficientFunds(
          "account %s has %s, and %s may take %s: %s"
              .formatted(address(), balance, call.name(), needed, refusal.getMessage()));
    } catch (ChainException e) {
      return refusal;
    }
  }

  /// {@return the most that a unit of gas may cost: in all never more than what is at stake, but for a small stake not
  /// less than the policy's own ceiling}
  Wei ceiling(Order order, long gas) {
    return policy.maxFee().max(new Wei(order.stake().value().divide(BigInteger.valueOf(gas))));
  }

  /// {@return what to offer to a block's producer. A node may suggest anything, or nothing}
  Wei tip() {
    Wei tip = suggestedTip().min(policy.maxTip());
    lastTip.set(Optional.of(new Tip(tip, now())));
    return tip;
  }

  /// {@return the same, as it was some blocks ago at most}
  Wei recentTip() {
    return lastTip
        .get()
        .filter(last -> now() - last.at() < TIP_KEPT.toNanos())
        .map(Tip::tip)
        .orElseGet(this::tip);
  }

  private Wei suggestedTip() {
    try {
      return chain.suggestedTip();
    } catch (ChainException.Refused | ChainException.Malformed e) {
      return ORDINARY_TIP;
    }
  }

  Pending.Version sign(Call call, long nonce, long gas, Fees fees) {
    UnsignedTransaction transaction =
        new UnsignedTransaction(chain.id(), nonce, gas, fees.tip(), fees.max(), call);
    return Pending.Version.of(transaction, signer.sign(transaction));
  }

  /// Hands over a signed transaction.
  Offer offer(Pending.Version version) {
    try {
      chain.send(version.signed());
      return Offer.of(Offer.Answer.ACCEPTED);
    } catch (ChainException.Refused e) {
      return switch (Objection.of(e)) {
        case ALREADY_KNOWN -> Offer.of(Offer.Answer.ACCEPTED);
        case NONCE_TAKEN -> refused(version, Offer.Answer.NONCE_TAKEN, e);
        case TOO_CHEAP -> new Offer(Offer.Answer.TOO_CHEAP, Optional.of(e));
        case POOL_FULL -> new Offer(Offer.Answer.POOL_FULL, Optional.of(e));
        case BUSY -> new Offer(Offer.Answer.DOUBTFUL, Optional.of(e));
        case FINAL -> refused(version, Offer.Answer.REFUSED, e);
      };
    } catch (ChainException.Unreachable | ChainException.Malformed | ChainException.TooLarge e) {
      return new Offer(Offer.Answer.DOUBTFUL, Optional.of(e));
    } catch (ChainException e) {
      return refused(version, Offer.Answer.REFUSED, e);
    }
  }

  /// The refusal may be about a second attempt, after the first one arrived and its answer was lost.
  private Offer refused(Pending.Version version, Offer.Answer answer, ChainException why) {
    try {
      return chain.knows(version.hash())
          ? Offer.of(Offer.Answer.ACCEPTED)
          : new Offer(answer, Optional.of(why));
    } catch (ChainException e) {
      return new Offer(Offer.Answer.DOUBTFUL, Optional.of(e));
    }
  }
}
