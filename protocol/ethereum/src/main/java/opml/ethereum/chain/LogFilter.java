package opml.ethereum.chain;

import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// Which logs to read.
///
/// @param addresses of the contracts; empty for all
/// @param topics of the events (the first topic); empty for all
public record LogFilter(List<Address> addresses, List<Bytes32> topics) {
  public LogFilter {
    addresses = List.copyOf(addresses);
    topics = List.copyOf(topics);
  }

  /// {@return whether this filter asks for the log}
  public boolean accepts(LogEntry log) {
    return (addresses.isEmpty() || addresses.contains(log.address()))
        && (topics.isEmpty()
            || (!log.topics().isEmpty() && topics.contains(log.topics().getFirst())));
  }
}
