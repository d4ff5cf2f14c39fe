package opml.sim.chain;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.TxHash;
import opml.ethereum.chain.UnsignedTransaction;
import opml.game.move.Parameters;
import opml.game.referee.Referee;
import opml.game.referee.RefusedCallException;
import opml.hub.Deployment;
import opml.sim.chain.HubWire.Emission;
import opml.sim.time.Clockwork;
import opml.sim.toy.Automaton;
import org.jspecify.annotations.Nullable;

/// A chain in memory, with the contracts on it, as one good node sees it. A block comes when [#seal] is called; what
/// was sealed may be thrown out again by [#reorganise].
///
/// Its pool is an ordinary one: nonces in order, a tenth more for whoever replaces, anything kept that pays too little
/// for now. Signatures are not computed: [#sign] notes what is signed, and its bytes name it.
public final class SimulatedChain implements Chain {
  /// When the world begins, in seconds since 1970.
  public static final long GENESIS = 1_700_000_000;

  private static final long BLOCK_GAS = 30_000_000;
  private static final Wei TIP = Wei.gwei(1);

  private final Deployment deployment;
  private final Circumstances circumstances;
  private final Bugs bugs;
  private final List<SimulatedBlock> blocks = new ArrayList<>();
  private final Map<Bytes32, SimulatedBlock> byHash = new HashMap<>();
  private final Map<TxHash, Receipt> receipts = new HashMap<>();
  private final Map<Address, TreeMap<Long, SimulatedTransaction>> pool = new LinkedHashMap<>();
  private final Map<Data, SimulatedTransaction> signed = new HashMap<>();
  private final Map<Content, Data> contents = new HashMap<>();
  private long version;
  private long activity;
  private int reorganisations;

  /// What makes two transactions the same.
  private record Content(
      Address from,
      long nonce,
      long gas,
      Wei tip,
      Wei maxFee,
      Optional<Address> to,
      Data data,
      Wei value) {}

  public SimulatedChain(
      Parameters parameters, List<Automaton> models, Circumstances circumstances, Bugs bugs) {
    this.deployment = HubWire.deployment(parameters);
    this.circumstances = circumstances;
    this.bugs = bugs;
    Automaton.Steps steps = new Automaton.Steps();
    models.forEach(steps::register);
    Referee referee =
        new Referee(
            deployment.chainId(), deployment.hub().address(), parameters, bugs.rules(steps));
    BlockRef genesis =
        new BlockRef(0, new Bytes32(1, 0, 0, 0), Bytes32.ZERO, GENESIS, Wei.of(baseFee(0)));
    add(
        new SimulatedBlock(
            genesis, 0, List.of(), List.of(), List.of(), new SimulatedState(steps, referee, bugs)));
  }

  public Deployment deployment() {
    return deployment;
  }

  private long baseFee(long slot) {
    return circumstances.baseFee(slot);
  }

  // ------------------------------------------------------------------ the world's side

  /// Gives an account money out of nothing, before the first block.
  public void endow(Address account, Wei amount) {
    head().after().add(account, amount.value());
  }

  /// {@return a number that changes with everything that the contracts tell, and with every reorganisation}
  public long version() {
    return version;
  }

  /// {@return a number that changes with every block that is not empty, and with every reorganisation}
  public long activity() {
    return activity;
  }

  /// {@return how many reorganisations there were}
  public int reorganisations() {
    return reorganisations;
  }

  /// {@return the hub after the newest block}
  public Referee hub() {
    return head().after().referee();
  }

  /// {@return all the money that there is after the newest block}
  public BigInteger money() {
    return head().after().money();
  }

  /// {@return what an account has after the newest block}
  public BigInteger balance(Address account) {
    return head().after().balance(account);
  }

  /// {@return whether anything waits for a block}
  public boolean hasPending() {
    return !pool.isEmpty();
  }

  /// {@return the newest block's events}
  public List<LogEntry> newestLogs() {
    return head().logs();
  }

  /// {@return whether a signed transaction is meant to take the place of one that waits}
  public boolean replaces(Data bytes) {
    SimulatedTransaction transaction = signed.get(bytes);
    TreeMap<Long, SimulatedTransaction> waiting =
        transaction == null ? null : pool.get(transaction.from());
    return transaction != null && waiting != null && waiting.containsKey(transaction.nonce());
  }

  /// {@return a number that says what has happened in the newest block}
  public long newestDigest() {
    SimulatedBlock block = head();
    long digest = mix(block.slot());
    for (int i = 0; i < block.receipts().size(); i++) {
      Receipt receipt = block.receipts().get(i);
      SimulatedTransaction transaction = block.transactions().get(i);
      digest = mix(digest + receipt.from().word().lane3());
      digest = mix(digest + transaction.nonce());
      digest = mix(digest + transaction.asked().data().hashCode());
      digest = mix(digest + transaction.maxFee().longValue() + (receipt.succeeded() ? 1 : 0));
    }
    for (LogEntry log : block.logs()) {
      digest = mix(digest + log.data().hashCode() + log.topics().hashCode());
    }
    return digest;
  }

  /// {@return the slot of the newest block}
  public long headSlot() {
    return head().slot();
  }

  private SimulatedBlock head() {
    return blocks.getLast();
  }

  private void add(SimulatedBlock block) {
    blocks.add(block);
    byHash.put(block.ref().hash(), block);
    block.receipts().forEach(receipt -> receipts.put(receipt.transaction(), receipt));
  }

  /// Seals a block of what waits, if the slot has none yet.
  public void seal(long slot) {
    if (slot > head().slot()) {
      seal(slot, 0, Optional.empty());
    }
  }

  /// Throws out the newest blocks, of the last `depth` slots, and seals others in their place. An account's
  /// transactions of the first of them come later.
  public void reorganise(int depth, long slot, Optional<Address> late) {
    Deque<Long> slots = new ArrayDeque<>();
    SimulatedState before = head().after();
    while (blocks.size() > 1 && head().slot() > slot - depth) {
      SimulatedBlock gone = blocks.removeLast();
      slots.addFirst(gone.slot());
      gone.receipts().forEach(receipt -> receipts.remove(receipt.transaction()));
      for (SimulatedTransaction transaction : gone.transactions()) {
        pool.computeIfAbsent(transaction.from(), _ -> new TreeMap<>())
            .putIfAbsent(transaction.nonce(), transaction);
      }
    }
    if (slots.isEmpty()) {
      return;
    }
    version++;
    activity++;
    reorganisations++;
    if (bugs.payoutsSurvive()) {
      bugsKeepPayouts(before);
    }
    seal(slots.removeFirst(), version, late);
    slots.forEach(next -> seal(next, version, Optional.empty()));
  }

  private void bugsKeepPayouts(SimulatedState before) {
    BigInteger lost = before.referee().ledger().paidOut().subtract(hub().ledger().paidOut());
    if (lost.signum() > 0) {
      head().after().add(Address.BURNT, lost);
    }
  }

  private void seal(long slot, long fork, Optional<Address> late) {
    SimulatedBlock parent = head();
    long number = parent.ref().number() + 1;
    long timestamp = GENESIS + slot * Clockwork.SLOT_SECONDS;
    long baseFee = baseFee(slot);
    Bytes32 hash = hash(parent.ref().hash(), slot, fork);
    List<SimulatedTransaction> done = new ArrayList<>();
    List<Receipt> written = new ArrayList<>();
    List<LogEntry> logs = new ArrayList<>();
    SimulatedState state = parent.after();
    long gas = 0;
    while (gas < BLOCK_GAS) {
      Optional<SimulatedTransaction> next = next(state, slot, baseFee, late);
      if (next.isEmpty()) {
        break;
      }
      SimulatedTransaction transaction = next.get();
      if (done.isEmpty()) {
        state = state.copy();
      }
      Receipt receipt = run(state, transaction, timestamp, number, hash, baseFee, logs);
      gas += receipt.gasUsed();
      done.add(transaction);
      written.add(receipt);
      forget(transaction);
    }
    if (!done.isEmpty()) {
      activity++;
    }
    if (!logs.isEmpty()) {
      version++;
    }
    BlockRef ref = new BlockRef(number, hash, parent.ref().hash(), timestamp, Wei.of(baseFee));
    add(new SimulatedBlock(ref, slot, done, written, logs, state));
    dropOverdue(state, slot, baseFee);
  }

  /// {@return the transaction that pays its producer best, of those that are next in their account}
  private Optional<SimulatedTransaction> next(
      SimulatedState state, long slot, long baseFee, Optional<Address> late) {
    BigInteger base = BigInteger.valueOf(baseFee);
    return pool.entrySet().stream()
        .filter(entry -> !late.equals(Optional.of(entry.getKey())))
        .filter(entry -> !circumstances.isCensored(entry.getKey(), slot))
        .flatMap(
            entry ->
                Optional.ofNullable(entry.getValue().get(state.nonce(entry.getKey()))).stream())
        .filter(transaction -> transaction.maxFee().compareTo(base) >= 0)
        .filter(transaction -> state.balance(transaction.from()).compareTo(transaction.most()) >= 0)
        .max(
            Comparator.comparing((SimulatedTransaction t) -> t.unsigned().tip())
                .thenComparing(Comparator.comparingLong(SimulatedTransaction::arrival).reversed()));
  }

  private void forget(SimulatedTransaction transaction) {
    TreeMap<Long, SimulatedTransaction> waiting = pool.get(transaction.from());
    if (waiting != null) {
      waiting.remove(transaction.nonce());
      if (waiting.isEmpty()) {
        pool.remove(transaction.from());
      }
    }
  }

  private void dropOverdue(SimulatedState state, long slot, long baseFee) {
    List<SimulatedTransaction> gone = new ArrayList<>();
    pool.forEach(
        (account, waiting) ->
            waiting.values().stream()
                .filter(
                    transaction ->
                        transaction.nonce() < state.nonce(account)
                            || circumstances.evicts(slot)
                                && transaction.maxFee().compareTo(BigInteger.valueOf(baseFee)) < 0)
                .forEach(gone::add));
    gone.forEach(this::forget);
  }

  private Receipt run(
      SimulatedState state,
      SimulatedTransaction transaction,
      long timestamp,
      long number,
      Bytes32 hash,
      long baseFee,
      List<LogEntry> logs) {
    UnsignedTransaction unsigned = transaction.unsigned();
    BigInteger price =
        BigInteger.valueOf(baseFee).add(unsigned.tip().value()).min(transaction.maxFee());
    long used = Math.min(unsigned.gasLimit(), transaction.call().gas());
    state.charge(transaction.from(), price.multiply(BigInteger.valueOf(used)));
    List<Emission> emitted = List.of();
    boolean succeeded = used < unsigned.gasLimit() || transaction.call().gas() == used;
    if (succeeded) {
      try {
        emitted = state.perform(transaction.from(), transaction.call(), timestamp);
      } catch (RefusedCallException e) {
        succeeded = false;
      }
    }
    List<LogEntry> own = new ArrayList<>();
    for (Emission one : emitted) {
      LogEntry log =
          new LogEntry(
              one.address(),
              one.topics(),
              one.data(),
              number,
              hash,
              transaction.hash(),
              logs.size());
      logs.add(log);
      own.add(log);
    }
    return new Receipt(
        transaction.hash(),
        number,
        hash,
        transaction.from(),
        Optional.empty(),
        succeeded,
        used,
        new Wei(price),
        own);
  }

  private static Bytes32 hash(Bytes32 parent, long slot, long fork) {
    long a = mix(parent.lane0() + slot * 0x9e3779b97f4a7c15L + fork);
    long b = mix(a + parent.lane1());
    long c = mix(b + parent.lane2());
    return new Bytes32(a, b, c, mix(c + parent.lane3()));
  }

  private static long mix(long z) {
    long y = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    long x = (y ^ y >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }

  // ------------------------------------------------------------------ signing

  /// {@return the bytes of a signed transaction: the same for the same transaction}
  Data sign(Address from, UnsignedTransaction unsigned) {
    Call call = unsigned.call();
    Content content =
        new Content(
            from,
            unsigned.nonce(),
            unsigned.gasLimit(),
            unsigned.tip(),
            unsigned.maxFee(),
            call.to(),
            call.data(),
            call.value());
    Data known = contents.get(content);
    if (known == null) {
      long arrival = contents.size();
      known = Data.of(Bytes32.ofWord(arrival).toArray());
      contents.put(content, known);
      signed.put(
          known,
          new SimulatedTransaction(
              from,
              unsigned,
              SimulatedCall.of(deployment, call),
              new TxHash(Keccak.hash(known.toArray())),
              arrival));
    }
    return known;
  }

  // ------------------------------------------------------------------ the node's side

  @Override
  public long id() {
    return deployment.chainId();
  }

  @Override
  public BlockRef latest() {
    return head().ref();
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return number < 0 || number >= blocks.size()
        ? Optional.empty()
        : Optional.of(blocks.get((int) number).ref());
  }

  @Override
  public Optional<BlockRef> block(BlockTag tag) {
    return Optional.empty();
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return Optional.ofNullable(byHash.get(hash)).map(SimulatedBlock::ref);
  }

  private SimulatedBlock at(BlockRef ref) {
    if (ref.number() >= blocks.size() || !block(ref.number()).equals(Optional.of(ref))) {
      throw new ChainException.Reorganised(ref + " is gone");
    }
    return blocks.get((int) ref.number());
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    SimulatedState state = at(at).after();
    return new Wei(
        account.equals(deployment.hub().address()) ? state.heldByHub() : state.balance(account));
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return Data.of(new byte[1]);
  }

  /// What somebody looks at: a state, by identity, and a call of a view.
  private record Look(SimulatedState state, Address contract, Data data) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Look look
          && state == look.state
          && contract.equals(look.contract)
          && data.equals(look.data);
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(state) * 31 + data.hashCode();
    }
  }

  /// Everybody looks at the same things after a block, so each is looked at once.
  private final Map<Look, Data> looks = new HashMap<>();

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    SimulatedBlock block = at(at);
    if (from.isPresent()) {
      return called(call, from, at, block);
    }
    Look look = new Look(block.after(), call.to().orElseThrow(), call.data());
    Data known = looks.get(look);
    if (known == null) {
      known = called(call, from, at, block);
      looks.put(look, known);
    }
    return known;
  }

  private Data called(Call call, Optional<Address> from, BlockRef at, SimulatedBlock block) {
    SimulatedCall asked = SimulatedCall.of(deployment, call);
    try {
      if (from.isPresent()) {
        block.after().copy().perform(from.get(), asked, at.timestamp());
        return Data.EMPTY;
      }
      return asked instanceof SimulatedCall.OfContract of
          ? HubWire.view(block.after(), of.contract(), of.function(), of.arguments())
          : Data.EMPTY;
    } catch (RefusedCallException e) {
      throw reverted(call, e);
    } catch (IllegalArgumentException e) {
      throw new ChainException.Reverted(call.name(), Revert.unnamed(Data.EMPTY), Optional.empty());
    }
  }

  private static ChainException.Reverted reverted(Call call, RefusedCallException e) {
    String error = SimulatedState.error(e.refusal());
    return new ChainException.Reverted(
        call.name(), new Revert(error, "with " + error, Data.EMPTY), Optional.empty());
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    return at(at).logs().stream().filter(filter::accepts).toList();
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    for (long number = from; number <= Math.min(to, blocks.size() - 1L); number++) {
      for (LogEntry log : blocks.get((int) number).logs()) {
        if (filter.accepts(log)) {
          logs.add(Kept.of(log, keep));
        }
      }
    }
    return logs;
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return at(block).transactions().stream().map(SimulatedTransaction::hash).toList();
  }

  @Override
  public long minedNonce(Address account) {
    return head().after().nonce(account);
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return at(at).after().nonce(account);
  }

  @Override
  public long pendingNonce(Address account) {
    long nonce = minedNonce(account);
    @Nullable TreeMap<Long, SimulatedTransaction> waiting = pool.get(account);
    while (waiting != null && waiting.containsKey(nonce)) {
      nonce++;
    }
    return nonce;
  }

  @Override
  public long estimateGas(Call call, Address from) {
    SimulatedCall asked = SimulatedCall.of(deployment, call);
    SimulatedState state = head().after();
    if (state.balance(from).compareTo(asked.money()) < 0) {
      throw new ChainException.InsufficientFunds("insufficient funds for transfer");
    }
    try {
      state.copy().perform(from, asked, head().ref().timestamp());
    } catch (RefusedCallException e) {
      throw reverted(call, e);
    }
    return asked.gas();
  }

  @Override
  public Wei suggestedTip() {
    return TIP;
  }

  @Override
  public void send(Data bytes) {
    SimulatedTransaction transaction = signed.get(bytes);
    if (transaction == null) {
      throw refused("invalid transaction");
    }
    Address from = transaction.from();
    if (transaction.nonce() < minedNonce(from)) {
      throw refused(receipts.containsKey(transaction.hash()) ? "already known" : "nonce too low");
    }
    if (head().after().balance(from).compareTo(transaction.most()) < 0) {
      throw new ChainException.InsufficientFunds("insufficient funds for gas * price + value");
    }
    TreeMap<Long, SimulatedTransaction> waiting = pool.get(from);
    SimulatedTransaction before = waiting == null ? null : waiting.get(transaction.nonce());
    if (before != null && before.hash().equals(transaction.hash())) {
      throw refused("already known");
    }
    if (before != null && !transaction.outbids(before)) {
      throw refused("replacement transaction underpriced");
    }
    pool.computeIfAbsent(from, _ -> new TreeMap<>()).put(transaction.nonce(), transaction);
  }

  private static ChainException.Refused refused(String reason) {
    return new ChainException.Refused("eth_sendRawTransaction", -32000, reason, Optional.empty());
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return Optional.ofNullable(receipts.get(transaction));
  }

  @Override
  public boolean knows(TxHash transaction) {
    return receipts.containsKey(transaction)
        || pool.values().stream()
            .flatMap(waiting -> waiting.values().stream())
            .anyMatch(waiting -> waiting.hash().equals(transaction));
  }
}
