package opml.llm.template;

import java.util.List;
import java.util.Map;

/// A value of a template. There are no others: nothing of Java is reached by one.
public sealed interface Datum {
  Datum NONE = new Nothing();
  Datum TRUE = new Flag(true);
  Datum FALSE = new Flag(false);

  record Text(String text) implements Datum {}

  /// Python's have no end, these have 64 bits.
  record Whole(long value) implements Datum {}

  record Real(double value) implements Datum {}

  record Flag(boolean value) implements Datum {}

  /// What a template writes as `none`.
  record Nothing() implements Datum {}

  /// What is not there: it prints as nothing, is false, and can be asked for nothing.
  ///
  /// @param name what was asked for
  record Missing(String name) implements Datum {}

  record Items(List<Datum> items, boolean isTuple) implements Datum {}

  record Entries(Map<String, Datum> entries) implements Datum {}

  /// What `namespace()` makes: the only value that changes.
  record Namespace(Map<String, Datum> entries) implements Datum {}

  /// What a loop calls `loop`.
  record Loop(List<Datum> items, int index) implements Datum {}

  /// A macro, a method of a value, or what every template may call.
  record Function(String name, Callee callee) implements Datum {}

  /// What a function does.
  @FunctionalInterface
  interface Callee {
    Datum call(Arguments arguments);
  }

  static Datum of(String text) {
    return new Text(text);
  }

  static Datum of(boolean value) {
    return value ? TRUE : FALSE;
  }

  static Datum of(long value) {
    return new Whole(value);
  }

  static Datum list(List<Datum> items) {
    return new Items(items, false);
  }

  static Datum tuple(Datum... items) {
    return new Items(List.of(items), true);
  }

  static Datum map(Map<String, Datum> entries) {
    return new Entries(entries);
  }
}
