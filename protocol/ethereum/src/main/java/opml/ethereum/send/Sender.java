package opml.ethereum.send;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.ContractAbi;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.UnsignedTransaction;

/// Gets the transactions of one account into the chain, and knows for sure what became of them.
///
/// Several senders of an account in one process share its nonces, if they share the [Chain] object;
/// all methods may be called by many threads. Senders that know nothing of each other, such as two
/// processes, sort out their nonces with the node's help, but if they send the very same call at the
/// same moment it is the very same transaction, and both see its one receipt.
///
/// A transaction that the node loses, or a reorganisation throws out, is handed over again as long as somebody waits
/// for it; one that waits too long for a block is offered again with a higher fee. A signed transaction is the same
/// bytes however often it is sent, so nothing here can happen twice.
///
/// After a crash, what the process before this one sent may still be on its way: [#settle] waits for
/// it, and then the chain says what is left to do.
public final class Sender {
  private static final Duration FIRST_POLL = Duration.ofMillis(4);

  /// A node that balances load may show a new nonce before it shows the receipt.
  private static final int LOOKS_BEFORE_REPLACED = 4;

  private static final int NONCE_ATTEMPTS = 6;

  private final Chain chain;
  private final Signer signer;
  private final SendPolicy policy;
  private final TransactionListener listener;
  private final NonceBook nonces;

  public Sender(Chain chain, Signer signer) {
    this(chain, signer, SendPolicy.DEFAULT, TransactionListener.NONE);
  }

  public Sender(Chain chain, Signer signer, SendPolicy policy, TransactionListener listener) {
    this.chain = chain;
    this.signer = signer;
    this.policy = policy;
    this.listener = listener;
    this.nonces = NonceBook.of(chain, signer.address());
  }

  public Chain chain() {
    return chain;
  }

  public Address address() {
    return signer.address();
  }

  /// Sends a transaction and waits until it is confirmed.
  ///
  /// @return the receipt of a transaction that succeeded
  /// @throws ChainException.Reverted if it would revert, without a receipt and for free, or if it did
  ///     revert, with the receipt
  /// @throws ChainException.TooExpensive if the policy's ceilings forbid it; nothing was sent
  /// @throws ChainException.Unconfirmed if time is up; [#await] goes on waiting
  /// @throws ChainException.Replaced if somebody else used the account's nonce
  public Receipt send(Call call) {
    return await(submit(call));
  }

  public Wei tip() {
    return chain.suggestedTip();
  }

  /// Sends orders one after the other; one that fails hinders no other.
  public java.util.List<Outcome> sendAll(java.util.List<Order> orders) {
    java.util.List<Outcome> outcomes = new java.util.ArrayList<>();
    for (Order order : orders) {
      try {
        outcomes.add(new Outcome.Mined(send(order.call())));
      } catch (ChainException e) {
        outcomes.add(new Outcome.Failed(e));
      }
    }
    return outcomes;
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
    chain.snapshot().requireCode(address, contract.name());
    return contract.at(address);
  }

  /// Sends a transaction without waiting for a block. Its nonce stays in use until [#await] returns.
  ///
  /// If the node becomes unreachable after the transaction was signed, nobody knows whether it
  /// arrived; then, too, this returns, and [#await] finds out.
  public Pending submit(Call call) {
    long gas = gasLimit(call);
    nonces.lock.lock();
    try {
      for (int attempt = 1; ; attempt++) {
        Pending pending = signed(call, gas);
        if (handOver(pending, attempt == NONCE_ATTEMPTS)) {
          nonces.take(pending.nonce());
          return pending;
        }
        pause(FIRST_POLL.multipliedBy(1L << attempt));
      }
    } finally {
      nonces.lock.unlock();
    }
  }

  private long gasLimit(Call call) {
    long estimate = chain.estimateGas(call, address());
    if (estimate > policy.maxGas()) {
      throw new ChainException.TooExpensive(
          "%s needs %,d gas, more than the ceiling of %,d"
              .formatted(call.name(), estimate, policy.maxGas()));
    }
    return Math.min(policy.maxGas(), estimate + estimate * policy.gasMarginPercent() / 100);
  }

  private Pending signed(Call call, long gas) {
    Fees fees = Fees.of(chain.latest().baseFee(), chain.suggestedTip(), policy.maxFee());
    long nonce = nonces.next(chain.pendingNonce(address()));
    return new Pending(address(), version(call, nonce, gas, fees));
  }

  private Pending.Version version(Call call, long nonce, long gas, Fees fees) {
    UnsignedTransaction transaction =
        new UnsignedTransaction(chain.id(), nonce, gas, fees.tip(), fees.max(), call);
    return Pending.Version.of(transaction, signer.sign(transaction));
  }

  /// {@return whether the node has the transaction, or may have it; false if its nonce is taken}
  private boolean handOver(Pending pending, boolean last) {
    try {
      chain.send(pending.latest().signed());
      return true;
    } catch (ChainException.Unreachable e) {
      return true;
    } catch (ChainException.Refused e) {
      return switch (Refusal.of(e)) {
        case ALREADY_KNOWN -> true;
        case NONCE_TAKEN -> {
          // It is ours if an earlier attempt at sending arrived after all.
          if (chain.knows(pending.latest().hash())) {
            yield true;
          }
          if (last) {
            throw e;
          }
          yield false;
        }
        case OTHER -> throw e;
      };
    }
  }

  /// What a node means by refusing a transaction. There are no codes for it; these are the words of
  /// geth, reth, erigon, nethermind, besu and anvil, in lower case.
  private enum Refusal {
    ALREADY_KNOWN,
    NONCE_TAKEN,
    OTHER;

    static Refusal of(ChainException.Refused refusal) {
      String reason = refusal.reason().toLowerCase(Locale.ROOT);
      if (List.of("already known", "already imported", "alreadyknown", "known transaction").stream()
          .anyMatch(reason::contains)) {
        return ALREADY_KNOWN;
      }
      return List.of(
                  "nonce too low", "nonce is too low", "nonce_too_low", "oldnonce", "underpriced")
              .stream()
              .anyMatch(reason::contains)
          ? NONCE_TAKEN
          : OTHER;
    }
  }

  /// Waits until a transaction is confirmed; may be called again after
  /// [ChainException.Unconfirmed].
  public Receipt await(Pending pending) {
    nonces.take(pending.nonce());
    try {
      return new Wait(pending).run();
    } finally {
      nonces.release(pending.nonce());
    }
  }

  /// Waits until nothing of this account is on its way any more, for example what a crashed process
  /// left behind.
  ///
  /// @return whether that is so; false if time is up
  public boolean settle(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_POLL;
    while (chain.pendingNonce(address()) > chain.minedNonce(address())) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      pause(pause);
      pause = longer(pause);
    }
    return true;
  }

  /// One wait for one transaction.
  private final class Wait {
    private final Pending pending;
    private final long end = System.nanoTime() + policy.timeout().toNanos();
    private long offeredAt = System.nanoTime();
    private int looksWithoutReceipt;
    private String lastProblem = "";

    Wait(Pending pending) {
      this.pending = pending;
    }

    Receipt run() {
      Duration pause = FIRST_POLL;
      while (true) {
        try {
          Optional<Receipt> receipt = look();
          if (receipt.isPresent()) {
            return settled(receipt.get());
          }
        } catch (ChainException.Unreachable e) {
          lastProblem = "; " + e.getMessage();
        }
        if (System.nanoTime() - end >= 0) {
          throw new ChainException.Unconfirmed(
              "after %d ms, not confirmed yet: %s%s"
                  .formatted(policy.timeout().toMillis(), pending, lastProblem),
              pending);
        }
        pause(pause);
        pause = longer(pause);
      }
    }

    /// {@return the receipt once it is confirmed; otherwise does what keeps the transaction going}
    private Optional<Receipt> look() {
      Optional<Receipt> found = find();
      if (found.isPresent()) {
        looksWithoutReceipt = 0;
        return found.filter(this::isConfirmed);
      }
      if (chain.minedNonce(address()) > pending.nonce()) {
        requireNotReplaced();
      } else if (!chain.knows(pending.latest().hash())) {
        offer(pending.latest());
      } else if (System.nanoTime() - offeredAt >= policy.bumpAfter().toNanos()) {
        raiseFee();
      }
      return Optional.empty();
    }

    private Optional<Receipt> find() {
      return pending.hashes().reversed().stream()
          .flatMap(hash -> chain.receipt(hash).stream())
          .findFirst();
    }

    private boolean isConfirmed(Receipt receipt) {
      if (policy.confirmations() == 1) {
        return true;
      }
      long depth = chain.latest().number() - receipt.blockNumber() + 1;
      return depth >= policy.confirmations()
          && chain
              .block(receipt.blockNumber())
              .filter(block -> block.hash().equals(receipt.blockHash()))
              .isPresent();
    }

    private void requireNotReplaced() {
      if (++looksWithoutReceipt >= LOOKS_BEFORE_REPLACED) {
        throw new ChainException.Replaced(
            "another transaction took the nonce of " + pending, pending.hashes());
      }
    }

    private void raiseFee() {
      UnsignedTransaction old = pending.latest().transaction();
      Optional<Fees> raised =
          new Fees(old.tip(), old.maxFee()).raised(chain.latest().baseFee(), policy.maxFee());
      offeredAt = System.nanoTime();
      if (raised.isEmpty()) {
        lastProblem = "; a higher fee would exceed the ceiling";
        return;
      }
      Pending.Version version = version(old.call(), old.nonce(), old.gasLimit(), raised.get());
      pending.add(version);
      offer(version);
    }

    /// A refusal is no reason to stop waiting: some version may be mined all the same.
    private void offer(Pending.Version version) {
      offeredAt = System.nanoTime();
      try {
        chain.send(version.signed());
      } catch (ChainException.Refused e) {
        lastProblem = "; " + e.getMessage();
      }
    }

    private Receipt settled(Receipt receipt) {
      listener.mined(address(), pending.call(), receipt);
      if (receipt.succeeded()) {
        return receipt;
      }
      throw new ChainException.Reverted(
          pending.call().name(), whyReverted(pending.call(), receipt), Optional.of(receipt));
    }
  }

  /// Asks the same again, in the state before the block and then after it. A receipt does not say why
  /// a transaction reverted, and the node may have no better memory than this.
  private Revert whyReverted(Call call, Receipt receipt) {
    try {
      Optional<BlockRef> block = chain.block(receipt.blockHash());
      Optional<BlockRef> parent = block.flatMap(b -> chain.block(b.parent()));
      for (BlockRef at : List.of(parent, block).stream().flatMap(Optional::stream).toList()) {
        try {
          chain.call(call, Optional.of(address()), at);
        } catch (ChainException.Reverted e) {
          return e.revert();
        }
      }
    } catch (ChainException e) {
      // The reason is a comfort, the revert is the fact.
      return Revert.unnamed(Data.EMPTY);
    }
    return Revert.unnamed(Data.EMPTY);
  }

  private Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(policy.maxPoll()) > 0 ? policy.maxPoll() : doubled;
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for a transaction", e);
    }
  }

  /// {@return the account's money after the newest block}
  public Wei balance() {
    return chain.balance(address(), chain.latest());
  }
}
