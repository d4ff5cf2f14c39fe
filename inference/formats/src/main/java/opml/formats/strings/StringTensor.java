package opml.formats.strings;

import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.Shape;

/// A tensor of strings, the last dimension the fastest. Each string is one that has an encoding in UTF-8, so that a
/// file can hold it.
///
/// @param values as many as the shape has elements, at most [#MOST]; together at most [#MOST_CHARS] chars long
public record StringTensor(Shape shape, List<String> values) implements ModelValue {
  /// Strings in a tensor. A file spells an empty one in two bytes, and a place in a list takes more.
  public static final int MOST = 1 << 22;

  /// Chars of all strings in a tensor, each counted where it stands.
  public static final int MOST_CHARS = 1 << 27;

  /// An object with its list's place.
  private static final long BYTES_OF_ONE = 48;

  public StringTensor {
    requireRoom(shape.count());
    values = List.copyOf(values);
    if (values.size() != shape.count()) {
      throw new IllegalArgumentException(
          "%d strings for shape %s, which has %d".formatted(values.size(), shape, shape.count()));
    }
    long chars = 0;
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      chars += value.length();
      if (!isEncodable(value)) {
        throw new IllegalArgumentException("string %d has no encoding in UTF-8".formatted(i));
      }
    }
    requireChars(chars);
  }

  /// {@return a tensor of these strings}
  public static StringTensor of(Shape shape, String... values) {
    return new StringTensor(shape, Arrays.asList(values));
  }

  /// Checks that a tensor may have so many strings, before they are made.
  ///
  /// @throws IllegalArgumentException if not
  public static void requireRoom(long strings) {
    if (strings > MOST) {
      throw new IllegalArgumentException(
          "%,d strings in a tensor; there may be %,d".formatted(strings, MOST));
    }
  }

  /// Checks that a tensor's strings may be so long together, before they are made.
  ///
  /// @throws IllegalArgumentException if not
  public static void requireChars(long chars) {
    if (chars > MOST_CHARS) {
      throw new IllegalArgumentException(
          "strings of %,d chars in a tensor; there may be %,d".formatted(chars, MOST_CHARS));
    }
  }

  /// {@return bytes of memory that the strings take, nearly, each as if nothing else had it}
  public long memory() {
    long chars = 0;
    for (String value : values) {
      chars += value.length();
    }
    return BYTES_OF_ONE * values.size() + Character.BYTES * chars;
  }

  @Override
  public String describe() {
    return "string " + shape;
  }

  /// {@return whether no half of a surrogate pair stands alone}
  private static boolean isEncodable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char one = value.charAt(i);
      if (Character.isSurrogate(one)) {
        if (Character.isLowSurrogate(one)
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
