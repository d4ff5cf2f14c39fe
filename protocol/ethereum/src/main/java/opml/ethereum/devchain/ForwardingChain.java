package opml.ethereum.devchain;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;

/// A chain seen through something that may do harm to it: tests of any module say what, method by method.
public class ForwardingChain implements Chain {
  private final Chain chain;

  public ForwardingChain(Chain chain) {
    this.chain = chain;
  }

  /// Hears of each question before it is passed on. The chain's id is none: whoever is connected knows it.
  ///
  /// @param method of [Chain]
  protected void asked(String method) {}

  @Override
  public long id() {
    return chain.id();
  }

  @Override
  public BlockRef latest() {
    asked("latest");
    return chain.latest();
  }

  @Override
  public Optional<BlockRef> block(long number) {
    asked("block");
    return chain.block(number);
  }

  @Override
  public Optional<BlockRef> block(BlockTag tag) {
    asked("block");
    return chain.block(tag);
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    asked("block");
    return chain.block(hash);
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    asked("balance");
    return chain.balance(account, at);
  }

  @Override
  public Data code(Address account, BlockRef at) {
    asked("code");
    return chain.code(account, at);
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    asked("call");
    return chain.call(call, from, at);
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    asked("logs");
    return chain.logs(filter, at);
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    asked("logs");
    return chain.logs(filter, from, to, keep);
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    asked("transactions");
    return chain.transactions(block);
  }

  @Override
  public long minedNonce(Address account) {
    asked("minedNonce");
    return chain.minedNonce(account);
  }

  @Override
  public long minedNonce(Address account, BlockRef at) {
    asked("minedNonce");
    return chain.minedNonce(account, at);
  }

  @Override
  public long pendingNonce(Address account) {
    asked("pendingNonce");
    return chain.pendingNonce(account);
  }

  @Override
  public long estimateGas(Call call, Address from) {
    asked("estimateGas");
    return chain.estimateGas(call, from);
  }

  @Override
  public Wei suggestedTip() {
    asked("suggestedTip");
    return chain.suggestedTip();
  }

  @Override
  public void send(Data signed) {
    asked("send");
    chain.send(signed);
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    asked("receipt");
    return chain.receipt(transaction);
  }

  @Override
  public boolean knows(TxHash transaction) {
    asked("knows");
    return chain.knows(transaction);
  }
}
