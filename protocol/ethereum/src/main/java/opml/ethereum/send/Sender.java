package opml.ethereum.send;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.time.Time;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.ContractAbi;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;

/// Gets the transactions of one account into the chain, and knows for sure what became of them, also when the node
/// answers only now and then, prices jump, and a process before this one left things behind.
///
/// Several senders of an account in one process share its nonces, if they share [Surroundings#nonces]; all methods may
/// be called by many threads. Senders that know nothing of each other, such as two processes, sort out their nonces
/// with the node's help, but if they send the very same call at the same moment it is the very same transaction, and
/// both see its one receipt.
///
/// A transaction that the node loses, or a reorganisation throws out, is handed over again as long as somebody waits
/// for it; one that does not cover the base fee any more, or waits too long for a block, is offered again with a higher
/// fee. A signed transaction is the same bytes however often it is sent, so nothing here can happen twice. What was
/// handed over keeps its nonce, whatever the node answers, until a block has that nonce.
///
/// **Prices.** A transaction offers twice the base fee and the node's tip, which has a ceiling of its own; a unit of
/// gas never costs more than [SendPolicy#maxFee], or than what is at stake by the [Order], if that is more.
///
/// **What is left from before.** Transactions of the account that this process does not know, or does not wait for any
/// more, may block its nonces. They get a block, by [SendPolicy#patience]; then the most urgent orders take their
/// nonces, and what they do not need is cancelled. If such a transaction arrives after all, orders of [#sendAll] that
/// were decided without it are outdated. Who must not do twice what it may have done has a [Traffic], and waits until
/// that [Traffic#isClear].
public final class Sender {
  private final Account account;
  private final TransactionListener listener;
  private final Strangers strangers;

  public Sender(Chain chain, Signer signer) {
    this(chain, signer, SendPolicy.DEFAULT, TransactionListener.NONE);
  }

  public Sender(Chain chain, Signer signer, SendPolicy policy, TransactionListener listener) {
    this(chain, signer, policy, listener, Surroundings.ordinary());
  }

  /// @param around what other senders of the account share, and the time that all of them wait by
  public Sender(
      Chain chain,
      Signer signer,
      SendPolicy policy,
      TransactionListener listener,
      Surroundings around) {
    this.account = Account.of(chain, signer, policy, around);
    this.listener = listener;
    this.strangers = new Strangers(account);
  }

  public Chain chain() {
    return account.chain();
  }

  public Address address() {
    return account.address();
  }

  /// {@return the time that it waits by}
  public Time time() {
    return account.around().time();
  }

  /// {@return what this sender may spend, and how long it waits}
  public SendPolicy policy() {
    return account.policy();
  }

  /// Sends a transaction and waits until it is confirmed. If it runs out of gas it is sent once more, with double the
  /// gas.
  ///
  /// @return the receipt of a transaction that succeeded
  /// @throws ChainException.Reverted if it would revert, without a receipt and for free, or if it did revert, with the
  ///     receipt
  /// @throws ChainException.OutOfGas if it ran out of gas
  /// @throws ChainException.TooExpensive if the policy's ceilings forbid it; nothing was sent
  /// @throws ChainException.Unconfirmed if time is up; [#await] goes on waiting
  /// @throws ChainException.Replaced if somebody else used the account's nonce
  public Receipt send(Call call) {
    return new Campaign(account, listener, List.of(Order.of(call)), false)
        .run()
        .getFirst()
        .orThrow();
  }

  /// Sends many transactions, none of which depends on another, and waits until each is confirmed or has failed.
  ///
  /// All are estimated in the newest state, then handed over with consecutive nonces, then awaited. One that fails (it
  /// reverts at the estimate, the node refuses it, it is too expensive, there is no money for it) takes no nonce and
  /// hinders no other. If the node has no room for all of an account, they go in waves. One that runs out of gas is
  /// sent once more, at once, with double the gas.
  ///
  /// @param orders most urgent first
  /// @return what became of each, in the order of the orders; all that were not handed over yet are
  ///     [ChainException.Outdated] if something from before arrived meanwhile
  public List<Outcome> sendAll(List<Order> orders) {
    return new Campaign(account, listener, orders, true).run();
  }

  /// Deploys a contract and waits until it is there.
  ///
  /// @param arguments of its constructor
  public Contract deploy(ContractAbi contract, Object... arguments) {
    return deploy(contract, contract.deployment(arguments));
  }

  /// Deploys a contract by a call that [ContractAbi#deployment] made, for one that takes money.
  public Contract deploy(ContractAbi contract, Call deployment) {
    Receipt receipt = send(deployment);
    Address address =
        receipt
            .created()
            .orElseThrow(
                () ->
                    new ChainException.Malformed(
                        "the receipt of " + deployment.name() + " names no contract"));
    chain().snapshot().requireCode(address, contract.name());
    return contract.at(address);
  }

  /// Sends a transaction without waiting for a block. Its nonce stays in use until [#await] returns.
  ///
  /// If nobody knows whether the transaction arrived, because the node became unreachable after it
  /// was signed, this returns, too, and [#await] finds out.
  public Pending submit(Call call) {
    return submit(Order.of(call));
  }

  /// Sends a transaction without waiting for a block. Its nonce stays in use until [#await] returns.
  public Pending submit(Order order) {
    long gas = account.gasLimit(order);
    NonceBook nonces = account.nonces();
    nonces.lock.lock();
    try {
      Departure departure = new Departure(account, strangers.giveWay());
      return switch (departure.handOver(order, gas, Logbook.NONE)) {
        case Departure.Result.Full(ChainException why, _) -> throw why;
        case Departure.Result.Sent(Flight flight) -> {
          // Nobody waits for a cancellation; one that is stuck is met again by what is sent next.
          departure.cancelRest().forEach(cancelled -> nonces.release(cancelled.nonce()));
          yield flight.pending;
        }
      };
    } finally {
      nonces.lock.unlock();
    }
  }

  /// Waits until a transaction is confirmed; may be called again after
  /// [ChainException.Unconfirmed].
  public Receipt await(Pending pending) {
    try (Watch watch = new Watch(account, listener)) {
      watch.add(new Flight(pending, Logbook.NONE, true, policy(), account.now()));
      Pauses pauses = account.pauses();
      while (true) {
        Optional<Outcome> outcome = Optional.ofNullable(watch.look().get(pending));
        if (outcome.isPresent()) {
          return outcome.get().orThrow();
        }
        pauses.pause();
      }
    }
  }

  Account account() {
    return account;
  }

  TransactionListener listener() {
    return listener;
  }

  /// {@return what a unit of gas costs after a block, with a tip that may be some blocks old}
  public Wei price(BlockRef at) {
    return at.baseFee().plus(account.recentTip());
  }

  /// {@return the account's money after the newest block}
  public Wei balance() {
    return chain().balance(address(), chain().latest());
  }
}
