package opml.formats.onnx.text;

import java.util.ArrayDeque;
import java.util.Deque;

/// About how many instructions the program of a pattern of RE2 has. A count repeats the program of what stands before
/// it, and counts around each other multiply: the engine does so before anybody can ask how long its program is.
///
/// What is no pattern gets some number; the engine refuses it.
final class PatternSize {
  /// More than this is as much as anything.
  private static final long MOST = 1L << 40;

  private final String pattern;
  private final Deque<Long> outer = new ArrayDeque<>();
  private int at;

  /// Of what is open, without the last thing in it.
  private long before;

  /// Of the last thing, which a count would repeat.
  private long last;

  private PatternSize(String pattern) {
    this.pattern = pattern;
  }

  static long of(String pattern) {
    return new PatternSize(pattern).size();
  }

  private long size() {
    while (at < pattern.length()) {
      switch (pattern.charAt(at)) {
        case '\\' -> escape();
        case '[' -> bracket();
        case '(' -> {
          put(0);
          outer.push(before);
          before = 0;
          at++;
        }
        case ')' -> {
          long inside = before + last + 2;
          before = outer.isEmpty() ? before : outer.pop();
          last = inside;
          at++;
        }
        case '{' -> count();
        case '*', '+', '?' -> {
          last = bounded(last + 1);
          at++;
        }
        default -> {
          put(1);
          at++;
        }
      }
    }
    long all = before + last;
    for (long rest : outer) {
      all += rest;
    }
    return all;
  }

  private void put(long size) {
    before = bounded(before + last);
    last = size;
  }

  private static long bounded(long size) {
    return Math.min(size, MOST);
  }

  /// Everything between `\Q` and `\E` stands for itself.
  private void escape() {
    if (!pattern.startsWith("\\Q", at)) {
      put(1);
      at += 2;
      return;
    }
    int end = pattern.indexOf("\\E", at + 2);
    int to = end < 0 ? pattern.length() : end;
    for (int i = at + 2; i < to; i++) {
      put(1);
    }
    at = end < 0 ? to : to + 2;
  }

  /// A class of chars: a closing bracket at its begin is one of them.
  private void bracket() {
    put(1);
    at++;
    at += pattern.startsWith("^", at) ? 1 : 0;
    at += pattern.startsWith("]", at) ? 1 : 0;
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      int named = pattern.startsWith("[:", at) ? pattern.indexOf(":]", at + 2) : -1;
      at = named >= 0 ? named + 2 : at + (pattern.charAt(at) == '\\' ? 2 : 1);
    }
    at++;
  }

  /// `{n}`, `{n,}` or `{n,m}`; all else is a brace.
  private void count() {
    int end = pattern.indexOf('}', at);
    String inside = end < 0 ? "" : pattern.substring(at + 1, end);
    if (!inside.matches("[0-9]{1,9}(,[0-9]{0,9})?")) {
      put(1);
      at++;
      return;
    }
    int comma = inside.indexOf(',');
    long least = Long.parseLong(comma < 0 ? inside : inside.substring(0, comma));
    long greatest =
        comma < 0 || comma + 1 == inside.length()
            ? least
            : Long.parseLong(inside.substring(comma + 1));
    long most = Math.max(1, Math.max(least, greatest));
    last = bounded((last + 1) * most);
    at = end + 1;
  }
}
