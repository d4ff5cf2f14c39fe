package opml.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Responses that others may go on from, in memory: the oldest are forgotten where they become too many or too long.
///
/// Since a response's id is a hash of what was asked, and of the id before it, whoever names one means this
/// conversation and no other.
final class ResponseStore {
  /// A response.
  ///
  /// @param conversation all messages, with the answer; without instructions
  /// @param shown as it was sent
  record Stored(ArrayNode conversation, ObjectNode shown) {}

  private record Entry(Stored stored, long letters) {}

  private final int most;
  private final long mostLetters;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long letters;

  /// @param most responses
  /// @param mostLetters of all of them together
  ResponseStore(int most, long mostLetters) {
    this.most = most;
    this.mostLetters = mostLetters;
  }

  synchronized void put(String id, Stored stored) {
    long size = (long) stored.conversation().toString().length() + stored.shown().toString().length();
    remove(id);
    entries.put(id, new Entry(stored, size));
    letters += size;
    while (entries.size() > most || letters > mostLetters) {
      remove(entries.keySet().iterator().next());
    }
  }

  synchronized Optional<Stored> find(String id) {
    return Optional.ofNullable(entries.get(id)).map(Entry::stored);
  }

  /// {@return whether it was there}
  synchronized boolean remove(String id) {
    Entry removed = entries.remove(id);
    if (removed == null) {
      return false;
    }
    letters -= removed.letters();
    return true;
  }
}
