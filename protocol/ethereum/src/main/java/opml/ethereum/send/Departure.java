package opml.ethereum.send;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;

/// Gives orders their nonces and hands them over, one after the other. Made and used while the lock of the account's
/// [NonceBook] is held.
///
/// The nonces that strangers block come first: the fees of now, and then an eighth more and an eighth more, until the
/// node takes our transaction for theirs. A stranger that offers more than our ceiling is left alone; whoever offers
/// that much gets into a block. A nonce whose transaction the node refuses goes to the next order, so that nothing is
/// stuck behind a gap.
final class Departure {
  private static final int NONCE_ATTEMPTS = 6;

  /// What came of it, if it did not fail.
  sealed interface Result {
    record Sent(Flight flight) implements Result {}

    /// The pool takes no more of this account now.
    ///
    /// @param flight what it would not take, for whoever goes on offering it; its nonce is not taken
    record Full(ChainException why, Flight flight) implements Result {}
  }

  private final Account account;
  private final SortedSet<Long> blocked;
  private final Wei baseFee;
  private final Wei tip;
  private long pending;

  Departure(Account account, Strangers.Look look) {
    this(account, look, account.tip());
  }

  /// @param tip for the block's producer
  Departure(Account account, Strangers.Look look, Wei tip) {
    this.account = account;
    this.blocked = look.isBlocked() ? new TreeSet<>(look.waiting()) : new TreeSet<>();
    this.pending = look.pending();
    this.baseFee = look.latest().baseFee();
    this.tip = tip;
  }

  /// Hands over an order.
  ///
  /// @param log hears of each version before it leaves
  /// @throws ChainException.TooExpensive if its ceiling forbids it
  /// @throws ChainException.InsufficientFunds if the account cannot pay for it
  /// @throws ChainException.Outdated if a stranger's transaction arrived instead
  /// @throws ChainException whatever the node says, if it will not take it
  Result handOver(Order order, long gas, Logbook log) {
    Wei ceiling = account.ceiling(order, gas);
    Fees fees = Fees.of(baseFee, tip, ceiling);
    try {
      return handOver(order, gas, log, fees, ceiling);
    } catch (ChainException.InsufficientFunds e) {
      throw account.poor(order.call(), fees.max().times(gas).plus(order.call().value()), e);
    }
  }

  private Result handOver(Order order, long gas, Logbook log, Fees fees, Wei ceiling) {
    while (!blocked.isEmpty()) {
      long nonce = blocked.first();
      Optional<Result> result = replace(nonce, order.call(), gas, log, fees, ceiling);
      if (result.isPresent() && result.get() instanceof Result.Full) {
        return result.get();
      }
      blocked.remove(nonce);
      if (result.isPresent()) {
        return result.get();
      }
    }
    return behind(order.call(), gas, log, fees, ceiling);
  }

  /// Takes the nonces that strangers still block for nothing: forgotten, a claim or a challenge would arrive late and
  /// stake a second bond.
  ///
  /// @return the cancellations under way; fewer if the node or the ceiling forbids it
  List<Flight> cancelRest() {
    List<Flight> flights = new ArrayList<>();
    if (blocked.isEmpty()) {
      return flights;
    }
    try {
      Order cancellation = account.cancellation();
      long gas = account.gasLimit(cancellation);
      Wei ceiling = account.ceiling(cancellation, gas);
      Fees fees = Fees.of(baseFee, tip, ceiling);
      for (long nonce : blocked) {
        if (replace(nonce, cancellation.call(), gas, Logbook.NONE, fees, ceiling).orElse(null)
            instanceof Result.Sent(Flight flight)) {
          flights.add(flight);
        }
      }
    } catch (ChainException e) {
      // What is left is met again when the next order departs.
      return flights;
    }
    return flights;
  }

  /// {@return nothing if the ceiling does not allow it}
  private Optional<Result> replace(
      long nonce, Call call, long gas, Logbook log, Fees first, Wei ceiling) {
    Optional<Fees> fees = Optional.of(first);
    while (fees.isPresent()) {
      Pending.Version version = account.sign(call, nonce, gas, fees.get());
      Offer offer = offer(version, log);
      switch (offer.answer()) {
        case ACCEPTED, DOUBTFUL -> {
          return Optional.of(sent(version, log, offer, ceiling));
        }
        case NONCE_TAKEN ->
            throw new ChainException.Outdated(
                "nonce %d of %s went to a transaction from before: look at the chain again"
                    .formatted(nonce, account.address()));
        case TOO_CHEAP -> fees = fees.get().outbidding(ceiling);
        case POOL_FULL -> {
          return Optional.of(full(version, log, offer, ceiling));
        }
        case REFUSED -> throw offer.why().orElseThrow();
      }
    }
    return Optional.empty();
  }

  private Result behind(Call call, long gas, Logbook log, Fees first, Wei ceiling) {
    Fees fees = first;
    Pauses pauses = account.pauses();
    for (int attempt = 1; ; ) {
      long nonce = account.nonces().next(pending);
      Pending.Version version = account.sign(call, nonce, gas, fees);
      Offer offer = offer(version, log);
      switch (offer.answer()) {
        case ACCEPTED, DOUBTFUL -> {
          return sent(version, log, offer, ceiling);
        }
        case POOL_FULL -> {
          return full(version, log, offer, ceiling);
        }
        case REFUSED -> throw offer.why().orElseThrow();
        case NONCE_TAKEN, TOO_CHEAP -> {
          if (offer.answer() == Offer.Answer.NONCE_TAKEN) {
            pauses.pause();
          }
          pending = account.chain().pendingNonce(account.address());
          // Somebody else may have taken it at the same moment; if not, it is about the price.
          if (offer.answer() == Offer.Answer.TOO_CHEAP && account.nonces().next(pending) == nonce) {
            fees =
                fees.outbidding(ceiling)
                    .orElseThrow(
                        () ->
                            new ChainException.TooExpensive(
                                call.name()
                                    + ": the node wants more than the ceiling of "
                                    + ceiling.value()
                                    + " wei for a unit of gas"));
          } else if (++attempt > NONCE_ATTEMPTS) {
            throw offer.why().orElseThrow();
          }
        }
      }
    }
  }

  private Offer offer(Pending.Version version, Logbook log) {
    log.signed(version);
    return account.offer(version);
  }

  private Result sent(Pending.Version version, Logbook log, Offer offer, Wei ceiling) {
    Flight flight = flight(version, log, offer, ceiling);
    account.nonces().take(flight.nonce());
    if (offer.answer() == Offer.Answer.ACCEPTED) {
      log.sent(version);
    }
    return new Result.Sent(flight);
  }

  private Result full(Pending.Version version, Logbook log, Offer offer, Wei ceiling) {
    return new Result.Full(offer.why().orElseThrow(), flight(version, log, offer, ceiling));
  }

  private Flight flight(Pending.Version version, Logbook log, Offer offer, Wei ceiling) {
    return new Flight(
        new Pending(account.address(), version, ceiling),
        log,
        offer.answer() == Offer.Answer.DOUBTFUL,
        account.policy(),
        account.now());
  }
}
