package opml.ethereum.chain;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;

/// A chain, as agents use it. State is read at a block named by its hash, so that what is read
/// together fits together. [RpcChain] is the real one.
///
/// Every method may throw a [ChainException], and nothing else on account of the chain.
public interface Chain {
  /// {@return the number that keeps this chain's transactions apart from all others'}
  long id();

  /// {@return the newest block}
  BlockRef latest();

  /// {@return the block of this number that is part of the chain now}
  Optional<BlockRef> block(long number);

  /// {@return the newest block that the chain's rules call so; nothing if the node knows none}
  Optional<BlockRef> block(BlockTag tag);

  /// {@return the block of this hash, whether or not it is still part of the chain}
  Optional<BlockRef> block(Bytes32 hash);

  /// {@return an account's money after a block}
  ///
  /// @throws ChainException.Reorganised if the block is no longer part of the chain
  Wei balance(Address account, BlockRef at);

  /// {@return a contract's code after a block; empty if there is none}
  ///
  /// @throws ChainException.Reorganised if the block is no longer part of the chain
  Data code(Address account, BlockRef at);

  /// {@return what a call returns in the state after a block}
  ///
  /// @throws ChainException.Reverted if the contract reverts
  /// @throws ChainException.Reorganised if the block is no longer part of the chain
  Data call(Call call, Optional<Address> from, BlockRef at);

  /// {@return the logs of one block, by index}
  ///
  /// @throws ChainException.Reorganised if the block is no longer part of the chain
  List<LogEntry> logs(LogFilter filter, BlockRef at);

  /// {@return what `keep` makes of each log of the blocks `from` to `to`, both included, oldest first, as the chain is
  /// now; it may be called more than once for a log. [LogReader] asks for long ranges in pieces}
  <T> List<Kept<T>> logs(LogFilter filter, long from, long to, Function<LogEntry, T> keep);

  /// {@return the logs of the blocks `from` to `to`, both included, oldest first, as the chain is now}
  default List<LogEntry> logs(LogFilter filter, long from, long to) {
    return logs(filter, from, to, Function.identity()).stream().map(Kept::value).toList();
  }

  /// {@return the transactions of a block, in their order}
  ///
  /// @throws ChainException.Reorganised if the node no longer has the block
  List<TxHash> transactions(BlockRef block);

  /// {@return how many transactions of the account are in blocks: the next nonce if nothing waits}
  long minedNonce(Address account);

  /// {@return how many transactions of the account are in a block and those before it}
  ///
  /// @throws ChainException.Reorganised if the block is no longer part of the chain
  long minedNonce(Address account, BlockRef at);

  /// {@return the next nonce behind all transactions of the account that the node knows}
  long pendingNonce(Address account);

  /// {@return the gas that a call would take as a transaction of `from`}
  ///
  /// @throws ChainException.Reverted if it would revert
  long estimateGas(Call call, Address from);

  /// {@return what to offer a block's producer for a unit of gas}
  Wei suggestedTip();

  /// Hands over a signed transaction. To do so again does no harm.
  ///
  /// @throws ChainException.Refused in the node's own words
  void send(Data signed);

  /// {@return what became of a transaction, once it is in a block}
  Optional<Receipt> receipt(TxHash transaction);

  /// {@return whether the node knows the transaction, waiting or mined}
  boolean knows(TxHash transaction);

  /// {@return the state after the newest block}
  default Snapshot snapshot() {
    return new Snapshot(this, latest());
  }

  /// {@return the state after this block}
  default Snapshot snapshot(BlockRef at) {
    return new Snapshot(this, at);
  }
}
