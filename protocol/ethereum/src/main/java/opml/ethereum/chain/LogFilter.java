package opml.ethereum.chain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import opml.core.account.Address;
import opml.core.hash.Bytes32;

/// Which logs to read.
///
/// @param addresses of the contracts; empty for all
/// @param topics of the events (the first topic); empty for all
/// @param indexed of each topic behind the first, what it may be; empty for anything
public record LogFilter(
    List<Address> addresses, List<Bytes32> topics, List<List<Bytes32>> indexed) {
  private static final int INDEXED_MAX = 3;

  public LogFilter {
    addresses = List.copyOf(addresses);
    topics = List.copyOf(topics);
    indexed = indexed.stream().map(List::copyOf).toList();
    if (indexed.size() > INDEXED_MAX) {
      throw new IllegalArgumentException("no log has " + indexed.size() + " indexed values");
    }
  }

  /// A filter that takes any indexed values.
  public LogFilter(List<Address> addresses, List<Bytes32> topics) {
    this(addresses, topics, List.of());
  }

  /// {@return the same filter for these events only}
  public LogFilter of(List<Bytes32> events) {
    return new LogFilter(addresses, events, indexed);
  }

  /// {@return the same filter for logs whose indexed value at `position`, the first is 0, is this one}
  public LogFilter with(int position, Bytes32 value) {
    List<List<Bytes32>> values =
        new ArrayList<>(Collections.nCopies(Math.max(position + 1, indexed.size()), List.of()));
    for (int i = 0; i < indexed.size(); i++) {
      values.set(i, indexed.get(i));
    }
    values.set(position, List.of(value));
    return new LogFilter(addresses, topics, values);
  }

  /// {@return whether this filter asks for the log}
  public boolean accepts(LogEntry log) {
    return (addresses.isEmpty() || addresses.contains(log.address()))
        && (topics.isEmpty()
            || (!log.topics().isEmpty() && topics.contains(log.topics().getFirst())))
        && acceptsIndexed(log);
  }

  private boolean acceptsIndexed(LogEntry log) {
    for (int i = 0; i < indexed.size(); i++) {
      // An empty alternative still asks for a topic to be there: so nodes understand it.
      if (log.topics().size() < i + 2
          || (!indexed.get(i).isEmpty() && !indexed.get(i).contains(log.topics().get(i + 1)))) {
        return false;
      }
    }
    return true;
  }
}
