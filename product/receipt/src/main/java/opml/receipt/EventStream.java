package opml.receipt;

import java.util.ArrayList;
import java.util.List;

/// The events of a stream (Server-Sent Events) as WHATWG's HTML Standard (9.2.6) reads them, and every client with it:
/// the lines of data until a blank line are one event.
///
/// @param events in their order; the last one, too, if there is no blank line behind it
/// @param isCut whether that is so: some clients pass over such an event, others do not
record EventStream(List<Event> events, boolean isCut) {
  /// @param name nothing where it has none
  record Event(String name, String data) {}

  EventStream {
    events = List.copyOf(events);
  }

  static EventStream of(String text) {
    List<Event> events = new ArrayList<>();
    List<String> data = new ArrayList<>();
    String name = "";
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      String told = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "data" -> data.add(told);
        case "event" -> name = told;
        case "" -> {
          // What begins with a colon is a comment.
          if (line.isEmpty()) {
            add(name, data, events);
            name = "";
          }
        }
        default -> {}
      }
    }
    boolean isCut = !data.isEmpty();
    add(name, data, events);
    return new EventStream(events, isCut);
  }

  private static void add(String name, List<String> data, List<Event> events) {
    if (!data.isEmpty()) {
      events.add(new Event(name, String.join("\n", data)));
      data.clear();
    }
  }
}
