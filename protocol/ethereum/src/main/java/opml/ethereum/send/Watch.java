package opml.ethereum.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;

/// Watches the transactions that were handed over until each is confirmed, and keeps them going.
///
/// - One whose fee is below the present base fee is raised at once, one that the node finds too cheap at the next look.
/// - If none of the account moves for [SendPolicy#bumpAfter], all that have been on offer for so long are raised.
/// - One that the node does not have is handed over again.
/// - One that the node will not have for good gets a cancellation as its last version, so that those behind it are not
///   stuck; which of its versions is mined says what became of it. It is never just given up, since it may have arrived
///   at another node.
/// - A stranger in front of all, or a gap, is replaced by a cancellation after [SendPolicy#patience].
///
/// Whatever the node does to a look is noted, and the next look comes all the same.
final class Watch implements AutoCloseable {
  /// A node that balances load may show a new nonce before it shows the receipt.
  private static final int LOOKS_BEFORE_REPLACED = 4;

  private static final int REFUSALS_BEFORE_CANCELLED = 3;

  /// Where no block comes, it is looked again after so long.
  private static final Duration SAME_BLOCK = Duration.ofSeconds(5);

  /// Whoever wants it may not see for a few looks that he does.
  private static final int LOOKS_BEFORE_UNWANTED = 5;

  private final Account account;
  private final Chain chain;
  private final SendPolicy policy;
  private final TransactionListener listener;
  private final List<Flight> flights = new ArrayList<>();
  private long mined = -1;
  private long movedAt;
  private String trouble = "";
  private boolean told;
  private Optional<BlockRef> looked = Optional.empty();
  private long lookedAt;

  Watch(Account account, TransactionListener listener) {
    this.account = account;
    this.chain = account.chain();
    this.policy = account.policy();
    this.listener = listener;
    this.movedAt = account.now();
  }

  void add(Flight flight) {
    account.nonces().take(flight.nonce());
    flights.add(flight);
  }

  boolean isEmpty() {
    return flights.isEmpty();
  }

  int size() {
    return flights.size();
  }

  /// {@return the first nonce that is not in a block, by the last look that was told}
  long mined() {
    return mined;
  }

  /// Takes it that somebody else was told that, while nothing is watched.
  void sawMined(long nonce) {
    if (flights.isEmpty()) {
      noteProgress(nonce);
    }
  }

  /// {@return whether the last look was told that}
  boolean isTold() {
    return told;
  }

  /// Looks at the chain once and does what keeps the transactions going.
  ///
  /// @return what became of those that are not watched any more
  Map<Pending, Outcome> look() {
    Map<Pending, Outcome> landed = new LinkedHashMap<>();
    told = false;
    try {
      noteProgress(chain.minedNonce(account.address()));
      told = true;
      look(Optional.empty(), landed);
    } catch (ChainException e) {
      trouble = "; " + e.getMessage();
    }
    return ended(landed);
  }

  /// The same at a block, beyond which nothing is seen: nothing is asked that cannot have changed since the last look,
  /// and what was mined in it is asked for its receipt at once.
  ///
  /// @param head the newest block, for which the caller has just asked
  /// @param asks whether to ask for the nonce in any case
  Map<Pending, Outcome> look(BlockRef head, boolean asks) {
    Map<Pending, Outcome> landed = new LinkedHashMap<>();
    told = false;
    if (!asks && isQuiet(head)) {
      return landed;
    }
    try {
      if (!looked.equals(Optional.of(head))) {
        lookForReceipts(head, landed);
      }
      if (asks || landed.size() < flights.size()) {
        noteProgress(chain.minedNonce(account.address(), head));
        told = true;
        look(Optional.of(head), landed);
      }
      looked = Optional.of(head);
      lookedAt = account.now();
    } catch (ChainException e) {
      trouble = "; " + e.getMessage();
    }
    return ended(landed);
  }

  /// {@return whether nothing can have happened at this block since the last look}
  private boolean isQuiet(BlockRef head) {
    if (flights.isEmpty()) {
      looked = Optional.of(head);
      lookedAt = account.now();
    }
    return looked.equals(Optional.of(head))
        && account.now() - lookedAt < SAME_BLOCK.toNanos()
        && flights.stream().noneMatch(f -> f.doubtful || f.tooCheap || f.nonce() < mined);
  }

  /// As long as all is well, a block has the transactions that are next: their receipts say so without a question for
  /// the nonce.
  private void lookForReceipts(BlockRef head, Map<Pending, Outcome> landed) {
    List<Flight> inOrder =
        flights.stream().sorted(Comparator.comparingLong(Flight::nonce)).toList();
    for (Flight flight : inOrder) {
      List<Pending.Version> versions = flight.pending.versions();
      if (versions.size() > 1) {
        return;
      }
      Optional<Outcome> outcome =
          settled(flight, List.of(versions.getFirst()), Optional.of(head)).flatMap(found -> found);
      if (outcome.isEmpty()) {
        return;
      }
      noteProgress(Math.max(mined, flight.nonce() + 1));
      landed.put(flight.pending, outcome.get());
    }
  }

  /// {@return whether a receipt is of this block or one before it, as far as their hashes tell}
  private static boolean isSeenFrom(BlockRef head, Receipt receipt) {
    long above = head.number() - receipt.blockNumber();
    return above > 1
        || above == 1 && receipt.blockHash().equals(head.parent())
        || above == 0 && receipt.blockHash().equals(head.hash());
  }

  private void look(Optional<BlockRef> head, Map<Pending, Outcome> landed) {
    for (Flight flight : flights) {
      if (flight.nonce() < mined && !landed.containsKey(flight.pending)) {
        outcome(flight, head).ifPresent(outcome -> landed.put(flight.pending, outcome));
      }
    }
    if (flights.stream().anyMatch(flight -> flight.nonce() >= mined)) {
      keepGoing(head);
    }
    trouble = "";
  }

  private Map<Pending, Outcome> ended(Map<Pending, Outcome> landed) {
    for (Flight flight : flights) {
      if (account.now() - flight.end >= 0) {
        landed.computeIfAbsent(flight.pending, _ -> unconfirmed(flight));
      }
    }
    landed.forEach(this::forget);
    flights.removeIf(flight -> landed.containsKey(flight.pending));
    return landed;
  }

  private void noteProgress(long minedNow) {
    if (mined != minedNow) {
      mined = minedNow;
      movedAt = account.now();
    }
  }

  private void forget(Pending pending, Outcome outcome) {
    if (outcome instanceof Outcome.Failed(ChainException.Unconfirmed _)) {
      account.nonces().abandon(pending.nonce());
    } else {
      account.nonces().release(pending.nonce());
    }
  }

  private Outcome unconfirmed(Flight flight) {
    return new Outcome.Failed(
        new ChainException.Unconfirmed(
            "after %d ms, not confirmed yet: %s%s"
                .formatted(
                    policy.timeout().toMillis(),
                    flight.pending,
                    flight.problem.isEmpty() ? trouble : flight.problem),
            flight.pending));
  }

  /// {@return what became of a transaction whose nonce is in a block, once that is sure}
  private Optional<Outcome> outcome(Flight flight, Optional<BlockRef> head) {
    return settled(flight, flight.pending.versions().reversed(), head)
        .orElseGet(() -> missing(flight));
  }

  /// {@return nothing if none of these versions has a receipt; otherwise what became of it, once that is sure}
  private Optional<Optional<Outcome>> settled(
      Flight flight, List<Pending.Version> versions, Optional<BlockRef> head) {
    try {
      for (Pending.Version version : versions) {
        Optional<Receipt> receipt = chain.receipt(version.hash());
        if (receipt.isPresent()) {
          flight.looksMissing = 0;
          return Optional.of(
              receipt
                  .filter(one -> head.isEmpty() || isSeenFrom(head.get(), one))
                  .filter(one -> isConfirmed(one, head))
                  .map(sure -> settled(flight, version, sure)));
        }
      }
      return Optional.empty();
    } catch (ChainException e) {
      flight.problem = "; " + e.getMessage();
      return Optional.of(Optional.empty());
    }
  }

  private Optional<Outcome> missing(Flight flight) {
    if (flight.looksMissing++ == 0) {
      flight.missingSince = account.now();
    }
    if (flight.looksMissing < LOOKS_BEFORE_REPLACED
        || account.now() - flight.missingSince < policy.patience().toNanos()) {
      return Optional.empty();
    }
    return Optional.of(
        new Outcome.Failed(
            new ChainException.Replaced(
                "another transaction took the nonce of " + flight.pending,
                flight.pending.hashes())));
  }

  private boolean isConfirmed(Receipt receipt, Optional<BlockRef> head) {
    if (policy.confirmations() == 1) {
      return true;
    }
    long depth = head.orElseGet(chain::latest).number() - receipt.blockNumber() + 1;
    return depth >= policy.confirmations()
        && chain
            .block(receipt.blockNumber())
            .filter(block -> block.hash().equals(receipt.blockHash()))
            .isPresent();
  }

  private Outcome settled(Flight flight, Pending.Version version, Receipt receipt) {
    Call call = version.transaction().call();
    flight.log.mined(version, receipt);
    if (flight.blocks.add(receipt.blockHash())) {
      listener.mined(account.address(), call, receipt);
    }
    if (flight.cancelledFor.isPresent() && !call.equals(flight.pending.call())) {
      return new Outcome.Failed(flight.cancelledFor.get());
    }
    return receipt.succeeded()
        ? new Outcome.Mined(receipt)
        : new Outcome.Failed(whyFailed(version, receipt));
  }

  /// A receipt does not say why a transaction failed. If it used all its gas, that is why. Otherwise the same is asked
  /// again, in the state before the block and then after it, and what runs through in both of them lacked gas as well:
  /// a contract may keep some of the gas from what it calls. The node may have no better memory than this.
  private ChainException whyFailed(Pending.Version version, Receipt receipt) {
    Call call = version.transaction().call();
    long limit = version.transaction().gasLimit();
    if (receipt.gasUsed() >= limit) {
      return new ChainException.OutOfGas(call.name(), limit, receipt);
    }
    try {
      Optional<BlockRef> block = chain.block(receipt.blockHash());
      Optional<BlockRef> parent = block.flatMap(b -> chain.block(b.parent()));
      for (BlockRef at : List.of(parent, block).stream().flatMap(Optional::stream).toList()) {
        try {
          chain.call(call, Optional.of(account.address()), at);
        } catch (ChainException.Reverted e) {
          return new ChainException.Reverted(call.name(), e.revert(), Optional.of(receipt));
        }
      }
      if (parent.isPresent()) {
        return new ChainException.OutOfGas(call.name(), limit, receipt);
      }
    } catch (ChainException e) {
      // The reason is a comfort, the revert is the fact.
      return unnamed(call, receipt);
    }
    return unnamed(call, receipt);
  }

  private static ChainException unnamed(Call call, Receipt receipt) {
    return new ChainException.Reverted(
        call.name(), Revert.unnamed(Data.EMPTY), Optional.of(receipt));
  }

  private void keepGoing(Optional<BlockRef> head) {
    long pending = chain.pendingNonce(account.address());
    BlockRef latest = head.orElseGet(chain::latest);
    Wei baseFee = latest.baseFee();
    account.nonces().look(mined, pending, latest.number(), account.now());
    for (Flight flight : flights) {
      if (flight.nonce() >= mined) {
        flight.looksMissing = 0;
        try {
          keepGoing(flight, pending, baseFee);
        } catch (ChainException e) {
          flight.problem = "; " + e.getMessage();
        }
      }
    }
    clearTheWay(pending, latest);
  }

  private void keepGoing(Flight flight, long pending, Wei baseFee) {
    Pending.Version latest = flight.pending.latest();
    boolean covered = latest.transaction().maxFee().compareTo(baseFee) >= 0;
    boolean affordable = baseFee.compareTo(flight.pending.ceiling()) <= 0;
    if (affordable && (flight.tooCheap || !covered)) {
      raise(flight, baseFee);
    } else if ((flight.doubtful || pending <= flight.nonce()) && !chain.knows(latest.hash())) {
      offer(flight, latest);
    } else {
      flight.doubtful = false;
      if (isSlow(flight)) {
        raise(flight, baseFee);
      }
    }
  }

  private boolean isSlow(Flight flight) {
    long since = Math.max(flight.offeredAt - movedAt, 0) + movedAt;
    return account.now() - since >= policy.bumpAfter().toNanos();
  }

  private void raise(Flight flight, Wei baseFee) {
    flight.tooCheap = false;
    flight.offeredAt = account.now();
    Pending.Version latest = flight.pending.latest();
    Optional<Fees> raised = Fees.of(latest.transaction()).raised(baseFee, flight.pending.ceiling());
    if (raised.isEmpty()) {
      flight.problem = "; a higher fee would exceed the ceiling";
      return;
    }
    if (flight.looksUnwanted >= LOOKS_BEFORE_UNWANTED && flight.cancelledFor.isEmpty()) {
      cancel(
          flight,
          Optional.of(new ChainException.Outdated("not wanted any more: " + flight.pending)),
          raised.get());
      return;
    }
    offerAs(flight, latest.transaction().call(), latest.transaction().gasLimit(), raised.get());
  }

  /// Has its nonce used for nothing, if it is not mined before.
  private void cancel(Flight flight, Optional<ChainException> why, Fees fees) {
    Order cancellation = account.cancellation();
    long gas = account.gasLimit(cancellation);
    flight.cancelledFor = why;
    flight.log.cancelled(why.map(Throwable::getMessage).map(String::valueOf).orElse(""));
    offerAs(flight, cancellation.call(), gas, fees);
  }

  private void offerAs(Flight flight, Call call, long gas, Fees fees) {
    Pending.Version version = account.sign(call, flight.nonce(), gas, fees);
    flight.log.signed(version);
    flight.pending.add(version);
    flight.offeredAt = account.now();
    offer(flight, version);
  }

  /// A refusal is no reason to stop waiting: some version may be mined all the same.
  private void offer(Flight flight, Pending.Version version) {
    Offer offer = account.offer(version);
    if (offer.answer() == Offer.Answer.ACCEPTED) {
      flight.log.sent(version);
    }
    offer.why().ifPresent(why -> flight.problem = "; " + why.getMessage());
    flight.doubtful = offer.answer() == Offer.Answer.DOUBTFUL;
    flight.tooCheap = offer.answer() == Offer.Answer.TOO_CHEAP;
    flight.refusals = offer.answer() == Offer.Answer.REFUSED ? flight.refusals + 1 : 0;
    if (flight.refusals >= REFUSALS_BEFORE_CANCELLED
        && flight.cancelledFor.isEmpty()
        && flight.pending.hashes().stream().noneMatch(chain::knows)) {
      cancel(flight, offer.why(), Fees.of(version.transaction()));
    }
  }

  /// Cancels what is in front of all that we watch, and not ours, if it does not move.
  private void clearTheWay(long pending, BlockRef newest) {
    NonceBook nonces = account.nonces();
    boolean ours = nonces.has(mined) || flights.stream().noneMatch(f -> f.nonce() > mined);
    if (ours || account.now() - movedAt < policy.patience().toNanos() || !nonces.lock.tryLock()) {
      return;
    }
    try {
      movedAt = account.now();
      SortedSet<Long> first = new TreeSet<>(List.of(mined));
      new Departure(account, new Strangers.Look(mined, pending, newest, first))
          .cancelRest()
          .forEach(this::add);
    } finally {
      nonces.lock.unlock();
    }
  }

  /// Stops watching; what is left may still arrive.
  @Override
  public void close() {
    flights.forEach(flight -> account.nonces().abandon(flight.nonce()));
    flights.clear();
  }
}
