package opml.sim.chain;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
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
import opml.ethereum.chain.TxHash;
import opml.sim.time.Clockwork;
import org.jspecify.annotations.Nullable;

/// A node between an agent and the chain, with moods of its own. To a killed process it says nothing.
public final class SimulatedNode implements Chain {
  private final SimulatedChain chain;
  private final Clockwork clockwork;
  private final Moods moods;

  /// What was made of logs, by identity, and by whom.
  private final IdentityHashMap<LogEntry, Object> kept = new IdentityHashMap<>();

  private @Nullable Function<LogEntry, ?> keeping;

  public SimulatedNode(SimulatedChain chain, Clockwork clockwork, Moods moods) {
    this.chain = chain;
    this.clockwork = clockwork;
    this.moods = moods;
  }

  private <T> T answered(Supplier<T> answer) {
    if (Thread.currentThread().isInterrupted()) {
      throw new ChainException.Unreachable("the process was killed");
    }
    if (moods.losesCall(clockwork.slot())) {
      throw new ChainException.Unreachable("no answer");
    }
    return answer.get();
  }

  private long headNumber() {
    return Math.max(0, chain.latest().number() - moods.lag(clockwork.slot()));
  }

  private BlockRef head() {
    return chain.block(headNumber()).orElseThrow();
  }

  @Override
  public long id() {
    return chain.id();
  }

  @Override
  public BlockRef latest() {
    return answered(this::head);
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return answered(() -> number > headNumber() ? Optional.empty() : chain.block(number));
  }

  @Override
  public Optional<BlockRef> block(BlockTag tag) {
    return answered(() -> chain.block(tag));
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return answered(() -> chain.block(hash));
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    return answered(() -> chain.balance(account, at));
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return answered(() -> chain.code(account, at));
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    return answered(
        () -> {
          Data truth = chain.call(call, from, at);
          return call.name().startsWith("get")
                  && call.name().length() > 3
                  && moods.liesInViews(clockwork.slot())
              ? changed(truth)
              : truth;
        });
  }

  /// A time, or a status, or both.
  private static Data changed(Data truth) {
    byte[] bytes = truth.toArray();
    bytes[2 * Bytes32.BYTES - 1] ^= 1;
    return Data.of(bytes);
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    return answered(() -> chain.logs(filter, at));
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    return answered(
        () -> {
          long head = headNumber();
          long last = moods.losesEvents(clockwork.slot()) ? head - 1 : head;
          return chain.logs(filter, from, Math.min(to, last), once(keep));
        });
  }

  /// {@return the same, which takes each log once: a follower asks for the last blocks again and again}
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // what was kept by this very function
  private <T> Function<LogEntry, T> once(Function<LogEntry, T> keep) {
    if (keeping != keep) {
      keeping = keep;
      kept.clear();
    }
    return log -> (T) kept.computeIfAbsent(log, keep);
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return answered(() -> chain.transactions(block));
  }

  @Override
  public long minedNonce(Address account) {
    return answered(() -> chain.minedNonce(account, head()));
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    return answered(() -> chain.minedNonce(account, at));
  }

  @Override
  public long pendingNonce(Address account) {
    return answered(() -> chain.pendingNonce(account));
  }

  @Override
  public long estimateGas(Call call, Address from) {
    return answered(() -> chain.estimateGas(call, from));
  }

  @Override
  public Wei suggestedTip() {
    return answered(chain::suggestedTip);
  }

  @Override
  public void send(Data signed) {
    answered(
        () -> {
          chain.send(signed);
          return true;
        });
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return answered(
        () -> chain.receipt(transaction).filter(receipt -> receipt.blockNumber() <= headNumber()));
  }

  @Override
  public boolean knows(TxHash transaction) {
    return answered(() -> chain.knows(transaction));
  }
}
