package opml.ethereum.chain;

import java.util.ArrayList;
import java.util.List;

/// Reads the logs of any range of blocks in pieces that the node accepts: a refused piece is halved,
/// and after each success the next one may be twice as large again.
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
    List<LogEntry> logs = new ArrayList<>();
    long next = from;
    while (next <= to) {
      long last = Math.min(to, next + blocks - 1);
      try {
        logs.addAll(chain.logs(filter, next, last));
        next = last + 1;
        blocks = Math.min(maxBlocks, 2 * blocks);
      } catch (ChainException.Refused | ChainException.TooLarge e) {
        if (last == next) {
          throw e;
        }
        blocks = (last - next + 1) / 2;
      }
    }
    return logs;
  }
}
