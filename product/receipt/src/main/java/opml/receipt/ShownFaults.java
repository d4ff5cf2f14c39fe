package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// Why clients may show something else of an answer than what is compared with its receipts.
final class ShownFaults {
  /// Faults that are told; somebody may have written thousands.
  private static final int MOST = 20;

  private final SequencedSet<String> faults = new LinkedHashSet<>();

  void add(String fault) {
    if (faults.size() < MOST) {
      faults.add(fault);
    }
  }

  /// Notes what an object says under names that our servers do not write there.
  ///
  /// @param place what the object is called
  void known(AnswerLevel level, String place, JsonNode object) {
    level
        .strange(object)
        .ifPresent(names -> add("%s has %s, which nobody signs".formatted(place, names)));
  }

  /// Notes what is there and is no list: clients index it in ways of their own.
  void list(String place, JsonNode node) {
    if (!node.isArray() && !AnswerLevel.saysNothing(node)) {
      add(place + " is no list");
    }
  }

  /// Notes a text that is told as somebody else's: clients show such in another place, or not at all.
  void ofAssistant(String place, JsonNode message) {
    JsonNode role = message.path("role");
    if (!role.isMissingNode() && !role.isNull() && !role.asText().equals("assistant")) {
      add(place + " is told as another's than the assistant's");
    }
  }

  List<String> all() {
    return List.copyOf(faults);
  }
}
