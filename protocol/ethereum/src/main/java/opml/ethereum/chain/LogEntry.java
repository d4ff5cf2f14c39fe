package opml.ethereum.chain;

import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// An event as the chain keeps it; [ContractAbi#decode(LogEntry)] gives it names.
///
/// @param topics at most 4, the first is the event's signature
/// @param index within the block, over all transactions
public record LogEntry(
    Address address,
    List<Bytes32> topics,
    Data data,
    long blockNumber,
    Bytes32 blockHash,
    TxHash transaction,
    long index) {
  public LogEntry {
    topics = List.copyOf(topics);
    if (topics.size() > 4 || blockNumber < 0 || index < 0) {
      throw new IllegalArgumentException("not a log: " + topics.size() + " topics, index " + index);
    }
  }
}
