package opml.ethereum.chain;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;

/// The state of the chain after one block. However many questions are asked and however long it
/// takes, all answers are about that state; when the block is reorganised away they end with
/// [ChainException.Reorganised], and the caller takes a new snapshot. This is how an agent rereads
/// everything after a crash.
public record Snapshot(Chain chain, BlockRef block) {
  /// {@return what a call returns}
  public Data call(Call call) {
    return chain.call(call, Optional.empty(), block);
  }

  /// {@return what a call of `from` returns}
  public Data call(Call call, Address from) {
    return chain.call(call, Optional.of(from), block);
  }

  public Wei balance(Address account) {
    return chain.balance(account, block);
  }

  /// {@return the logs of this very block}
  public List<LogEntry> logs(LogFilter filter) {
    return chain.logs(filter, block);
  }

  public boolean hasCode(Address account) {
    return !chain.code(account, block).isEmpty();
  }

  /// @throws ChainException.NoContract if there is no code at the address
  public void requireCode(Address account, String name) {
    if (!hasCode(account)) {
      throw new ChainException.NoContract(
          "no contract %s at %s on chain %d: is it the right chain, and the right address?"
              .formatted(name, account, chain.id()));
    }
  }

  /// {@return whether the block is still part of the chain}
  public boolean isCurrent() {
    return chain.block(block.number()).filter(now -> now.hash().equals(block.hash())).isPresent();
  }
}
