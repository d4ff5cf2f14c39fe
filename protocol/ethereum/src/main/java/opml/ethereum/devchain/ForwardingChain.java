package opml.ethereum.devchain;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
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

  @Override
  public long id() {
    return chain.id();
  }

  @Override
  public BlockRef latest() {
    return chain.latest();
  }

  @Override
  public Optional<BlockRef> block(long number) {
    return chain.block(number);
  }

  @Override
  public Optional<BlockRef> block(Bytes32 hash) {
    return chain.block(hash);
  }

  @Override
  public Wei balance(Address account, BlockRef at) {
    return chain.balance(account, at);
  }

  @Override
  public Data code(Address account, BlockRef at) {
    return chain.code(account, at);
  }

  @Override
  public Data call(Call call, Optional<Address> from, BlockRef at) {
    return chain.call(call, from, at);
  }

  @Override
  public List<LogEntry> logs(LogFilter filter, BlockRef at) {
    return chain.logs(filter, at);
  }

  @Override
  public <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    return chain.logs(filter, from, to, keep);
  }

  @Override
  public List<TxHash> transactions(BlockRef block) {
    return chain.transactions(block);
  }

  @Override
  public long minedNonce(Address account) {
    return chain.minedNonce(account);
  }

  @Override
  public long pendingNonce(Address account) {
    return chain.pendingNonce(account);
  }

  @Override
  public long estimateGas(Call call, Address from) {
    return chain.estimateGas(call, from);
  }

  @Override
  public Wei suggestedTip() {
    return chain.suggestedTip();
  }

  @Override
  public void send(Data signed) {
    chain.send(signed);
  }

  @Override
  public Optional<Receipt> receipt(TxHash transaction) {
    return chain.receipt(transaction);
  }

  @Override
  public boolean knows(TxHash transaction) {
    return chain.knows(transaction);
  }
}
