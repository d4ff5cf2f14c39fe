package opml.agent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.send.TransactionListener;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.Deployment;
import opml.hub.MoneyMoves;
import opml.hub.MoneyMoves.Move;
import opml.store.Lineage;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Projection;
import opml.store.Store;
import opml.store.StoreException;
import opml.store.StoredEvent;

/// Keeps the books of an account in a store: what events move comes with the events and goes with them; what its
/// transactions move besides is kept when they are mined.
///
/// A reorganisation forgets both. Events come again by themselves. A transaction may be in another block then, and
/// nobody tells; so those that were thrown out are asked for at each later block, until they are in one again. One that
/// was told of before its block was read is compared with that block when it is.
///
/// What another process sends with the same key is not known here: of its transactions there is what events tell.
public final class AccountBooks implements StoredHistory.Books {
  private static final int SELECTOR = 4;

  private final Store store;
  private final MoneyMoves moves;
  private final Chain chain;

  /// What was mined and may be thrown out, and what was.
  private final Map<TxHash, Entry> mined = new LinkedHashMap<>();

  private final Map<TxHash, Entry> thrownOut = new LinkedHashMap<>();

  private boolean hasBegun;

  /// @param blockHash of the block that it was in, if this process was told
  private record Entry(
      TxHash transaction, Optional<RequestId> request, long block, Optional<Bytes32> blockHash) {}

  /// @param account whose books they are
  public AccountBooks(Store store, Deployment deployment, Address account, Chain chain) {
    this.store = store;
    this.moves = new MoneyMoves(deployment, account);
    this.chain = chain;
  }

  // ------------------------------------------------------------------ events

  @Override
  public synchronized List<Payment> payments(BlockRef upTo, List<StoredEvent> events) {
    long position = store.projection().position();
    begin(position);
    compare(position, upTo);
    lookForThrownOut(upTo);
    List<StoredEvent> fresh = Lineage.resolved(events, earlier());
    Set<RequestId> requests = new LinkedHashSet<>();
    fresh.stream()
        .filter(event -> moves.mayMove(event.log()))
        .forEach(event -> event.request().ifPresent(requests::add));
    Times times = new Times(upTo);
    List<Payment> payments = new ArrayList<>();
    for (RequestId request : requests) {
      List<LogEntry> logs = new ArrayList<>();
      store.projection().of(request).forEach(event -> logs.add(event.log()));
      fresh.stream()
          .filter(event -> event.request().equals(Optional.of(request)))
          .forEach(event -> logs.add(event.log()));
      for (Move move : moves.of(logs)) {
        if (move.log().blockNumber() > position) {
          payments.add(
              payment(
                  move,
                  Optional.of(request),
                  move.log().blockNumber(),
                  times.of(move.log().blockNumber(), move.log().blockHash())));
        }
      }
    }
    return payments;
  }

  private Lineage.Earlier earlier() {
    Projection projection = store.projection();
    return new Lineage.Earlier() {
      @Override
      public Optional<ClaimId> claimOf(GameId game) {
        return projection.of(game).stream().flatMap(event -> event.claim().stream()).findFirst();
      }

      @Override
      public Optional<RequestId> requestOf(ClaimId claim) {
        return projection.of(claim).stream().flatMap(event -> event.request().stream()).findFirst();
      }
    };
  }

  private Payment payment(Move move, Optional<RequestId> request, long block, long at) {
    PaymentKind kind =
        switch (move.kind()) {
          case BOND_OUT -> PaymentKind.BOND_OUT;
          case BOND_BACK -> PaymentKind.BOND_BACK;
          case REWARD -> PaymentKind.REWARD;
          case FEE_OUT -> PaymentKind.FEE_OUT;
          case FEE_BACK -> PaymentKind.FEE_BACK;
          case SURPLUS -> PaymentKind.SURPLUS;
          case CREDIT -> PaymentKind.CREDIT;
        };
    return new Payment(block, kind, request, moves.self(), move.amount(), at);
  }

  /// The times of blocks, each asked for once.
  private final class Times {
    private final Map<Bytes32, Long> known = new LinkedHashMap<>();

    Times(BlockRef newest) {
      known.put(newest.hash(), newest.timestamp());
    }

    long of(long number, Bytes32 hash) {
      return known.computeIfAbsent(hash, _ -> timeOf(number, hash));
    }
  }

  private long timeOf(long number, Bytes32 hash) {
    return store.projection().blocks().stream()
        .filter(block -> block.hash().equals(hash))
        .findFirst()
        .or(() -> chain.block(hash))
        .map(BlockRef::timestamp)
        .orElseThrow(
            () -> new ChainException.Reorganised("block %d (%s) is gone".formatted(number, hash)));
  }

  // ------------------------------------------------------------------ transactions

  /// {@return what hears of the account's transactions, for those that nobody else tells of, such as cancellations}
  ///
  /// @param other who hears of them, too
  public TransactionListener listener(TransactionListener other) {
    return (from, call, receipt) -> {
      other.mined(from, call, receipt);
      try {
        mined(call.data(), receipt);
      } catch (ChainException | StoreException e) {
        // It is looked for at the next block.
        note(entry(Optional.empty(), receipt), thrownOut);
      }
    };
  }

  /// Keeps what a transaction of the account moved, in place of what was known of it.
  ///
  /// @param call what it called
  /// @throws ChainException if the chain does not say when its block was
  /// @throws StoreException if it cannot be kept
  public void mined(Data call, Receipt receipt) {
    mined(request(call), receipt);
  }

  private synchronized void mined(Optional<RequestId> request, Receipt receipt) {
    long block = receipt.blockNumber();
    long at = timeOf(block, receipt.blockHash());
    List<Payment> payments = new ArrayList<>();
    if (!receipt.fee().isZero()) {
      payments.add(new Payment(block, PaymentKind.GAS, request, moves.self(), receipt.fee(), at));
    }
    moves.of(receipt).forEach(move -> payments.add(payment(move, request, block, at)));
    store.payments().spend(receipt.transaction(), payments);
    note(entry(request, receipt), mined);
    thrownOut.remove(receipt.transaction());
  }

  private static Entry entry(Optional<RequestId> request, Receipt receipt) {
    return new Entry(
        receipt.transaction(), request, receipt.blockNumber(), Optional.of(receipt.blockHash()));
  }

  private synchronized void note(Entry entry, Map<TxHash, Entry> where) {
    where.put(entry.transaction(), entry);
  }

  /// {@return the request that a call of the hub is about: all of them begin with the id of what they are about}
  private Optional<RequestId> request(Data call) {
    if (call.length() < SELECTOR + Bytes32.BYTES) {
      return Optional.empty();
    }
    Bytes32 id = call.word(SELECTOR);
    Projection projection = store.projection();
    return List.of(
            projection.of(new RequestId(id)),
            projection.of(new ClaimId(id)),
            projection.of(new GameId(id)))
        .stream()
        .flatMap(List::stream)
        .flatMap(event -> event.request().stream())
        .findFirst();
  }

  @Override
  public synchronized void back(long upTo) {
    hasBegun = false;
    begin(upTo);
    mined.values().stream().filter(entry -> entry.block() > upTo).toList().forEach(this::throwOut);
  }

  /// Remembers what a process before this one was told of, behind a block.
  private void begin(long block) {
    if (!hasBegun) {
      store
          .payments()
          .spentAfter(block)
          .forEach(
              (transaction, payments) ->
                  mined.putIfAbsent(
                      transaction,
                      new Entry(
                          transaction,
                          payments.getFirst().request(),
                          payments.getFirst().block(),
                          Optional.empty())));
      hasBegun = true;
    }
  }

  private void throwOut(Entry entry) {
    mined.remove(entry.transaction());
    thrownOut.put(entry.transaction(), entry);
  }

  /// What was told of in blocks that are read only now may have been in others. What a process before this one was
  /// told of is there unless the chain has it elsewhere: nodes forget receipts of old.
  private void compare(long position, BlockRef upTo) {
    for (Entry entry : List.copyOf(mined.values())) {
      if (entry.block() > position && entry.block() <= upTo.number()) {
        if (entry.blockHash().isEmpty()) {
          chain
              .receipt(entry.transaction())
              .filter(receipt -> receipt.blockNumber() != entry.block())
              .ifPresent(receipt -> mined(entry.request(), receipt));
        } else if (!entry.blockHash().equals(hashOf(entry.block(), upTo))) {
          store.payments().spend(entry.transaction(), List.of());
          throwOut(entry);
        }
      }
    }
  }

  private Optional<Bytes32> hashOf(long block, BlockRef upTo) {
    return block == upTo.number()
        ? Optional.of(upTo.hash())
        : chain.block(block).map(BlockRef::hash);
  }

  private void lookForThrownOut(BlockRef upTo) {
    long last = store.projection().finalised().map(BlockRef::number).orElse(-1L);
    mined.values().removeIf(entry -> entry.block() <= last);
    thrownOut.values().removeIf(entry -> entry.block() <= last);
    for (Entry entry : List.copyOf(thrownOut.values())) {
      try {
        chain
            .receipt(entry.transaction())
            .filter(receipt -> receipt.blockNumber() <= upTo.number())
            .ifPresent(receipt -> mined(entry.request(), receipt));
      } catch (ChainException e) {
        // It is looked for again at the next block.
        return;
      }
    }
  }
}
