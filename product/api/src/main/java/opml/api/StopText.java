package opml.api;

import java.util.List;

/// Looks for texts that end an answer, in an answer that comes in pieces: what may be the begin of one is held back
/// until it is known.
final class StopText {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopText(List<String> stops) {
    this.stops = stops;
  }

  /// {@return what may be said of all that has come, and has not been said yet}
  String next(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int first = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    if (first >= 0) {
      found = true;
      return take(first);
    }
    return take(held.length() - heldBack());
  }

  /// {@return how long the longest end is that a stop begins with}
  private int heldBack() {
    int longest = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
        if (held.substring(held.length() - length).equals(stop.substring(0, length))) {
          longest = length;
        }
      }
    }
    return longest;
  }

  private String take(int length) {
    String said = held.substring(0, length);
    held.delete(0, length);
    return said;
  }

  /// {@return what was held back, since nothing more comes}
  String end() {
    return found ? "" : take(held.length());
  }

  /// {@return whether the answer is at its end}
  boolean isFound() {
    return found;
  }
}
