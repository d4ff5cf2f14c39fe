package opml.ethereum.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import opml.core.hash.Bytes32;

/// Reads the logs of any range of blocks in pieces that the node gives and this client takes: a refused piece is
/// halved, and after each success the next one may be twice as large again.
///
/// Anybody may fill a block with logs, and nobody must be unable to read on because of it. So a single block that is
/// still too large is asked for event by event, and then transaction by transaction, from the receipts. Of each log
/// only what the caller keeps stays in memory; at any time there is one answer beside it.
public final class LogReader {
  private final Chain chain;
  private final long maxBlocks;
  private long blocks;

  /// @param maxBlocks the largest piece to ask for
  public LogReader(Chain chain, long maxBlocks) {
    if (maxBlocks < 1) {
      throw new IllegalArgumentException("a piece has at least one block, not " + maxBlocks);
    }
    this.chain = chain;
    this.maxBlocks = maxBlocks;
    this.blocks = maxBlocks;
  }

  /// {@return the logs of the blocks `from` to `to`, both included, oldest first}
  ///
  /// @throws ChainException.Refused if the node refuses even a single block
  public List<LogEntry> read(LogFilter filter, long from, long to) {
    return read(filter, from, to, Function.identity()).stream().map(Kept::value).toList();
  }

  /// {@return what `keep` makes of each log of the blocks `from` to `to`, both included, oldest first}
  ///
  /// @throws ChainException.Refused if the node refuses even a single block
  /// @throws ChainException.TooLarge if a single transaction is larger than an answer may be
  public <T> List<Kept<T>> read(LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    long next = from;
    while (next <= to) {
      long last = Math.min(to, next + blocks - 1);
      try {
        logs.addAll(chain.logs(filter, next, last, keep));
        next = last + 1;
        blocks = Math.min(maxBlocks, 2 * blocks);
      } catch (ChainException.Refused | ChainException.TooLarge e) {
        if (last > next) {
          blocks = (last - next + 1) / 2;
        } else if (isTooMuch(e)) {
          logs.addAll(block(filter, next, keep));
          next++;
        } else {
          throw e;
        }
      }
    }
    return logs;
  }

  private static boolean isTooMuch(ChainException e) {
    return !(e instanceof ChainException.Refused refused)
        || NodeRefusal.of(refused) == NodeRefusal.TOO_MUCH;
  }

  private <T> List<Kept<T>> block(LogFilter filter, long number, Function<LogEntry, T> keep) {
    List<Kept<T>> logs = new ArrayList<>();
    List<Bytes32> tooLarge = new ArrayList<>();
    if (filter.topics().size() > 1) {
      for (Bytes32 topic : filter.topics()) {
        LogFilter event = filter.of(List.of(topic));
        try {
          logs.addAll(chain.logs(event, number, number, keep));
        } catch (ChainException.Refused | ChainException.TooLarge e) {
          if (!isTooMuch(e)) {
            throw e;
          }
          tooLarge.add(topic);
        }
      }
    } else {
      tooLarge.addAll(filter.topics());
    }
    if (!tooLarge.isEmpty() || filter.topics().isEmpty()) {
      logs.addAll(fromReceipts(filter.of(tooLarge), number, keep));
    }
    logs.sort(Kept.BY_PLACE);
    return logs;
  }

  private <T> List<Kept<T>> fromReceipts(
      LogFilter filter, long number, Function<LogEntry, T> keep) {
    BlockRef block =
        chain
            .block(number)
            .orElseThrow(() -> new ChainException.Reorganised("block " + number + " is gone"));
    List<Kept<T>> logs = new ArrayList<>();
    for (TxHash transaction : chain.transactions(block)) {
      Receipt receipt =
          chain
              .receipt(transaction)
              .filter(found -> found.blockHash().equals(block.hash()))
              .orElseThrow(
                  () ->
                      new ChainException.Reorganised(
                          "transaction " + transaction + " is no longer in " + block));
      receipt.logs().stream().filter(filter::accepts).forEach(log -> logs.add(Kept.of(log, keep)));
    }
    return logs;
  }
}
