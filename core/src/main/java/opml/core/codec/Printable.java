package opml.core.codec;

/// Makes texts of strangers fit to be shown. Names in a model's file, places in a registry and answers of a node are
/// anybody's; shown as they are, they could move a terminal's cursor, rewrite what stands above, or turn the order of
/// letters around.
public final class Printable {
  private Printable() {}

  /// {@return the text with a dot for whatever is not for reading, line ends too}
  public static String line(String text) {
    return dotted(text, false);
  }

  /// {@return the same, but for line ends, which are taken to be our own}
  public static String lines(String text) {
    return dotted(text, true);
  }

  /// {@return the text, or its beginning and an ellipsis, in at most so many characters}
  public static String cut(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }

  /// {@return the text in which what is not for reading stands as its code, as JSON and Java write it}
  public static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.append(escaped(c)));
    return out.toString();
  }

  static String escaped(int c) {
    if (isForReading(c)) {
      return Character.toString(c);
    }
    StringBuilder code = new StringBuilder();
    for (char unit : Character.toChars(c)) {
      code.append("\\u%04X".formatted((int) unit));
    }
    return code.toString();
  }

  private static String dotted(String text, boolean keepsLineEnds) {
    StringBuilder dotted = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> isForReading(c) || keepsLineEnds && c == '\n' ? c : '.')
        .forEach(dotted::appendCodePoint);
    return dotted.toString();
  }

  /// Marks of direction are format characters; half a pair of surrogates is no character at all; of what is not
  /// assigned nobody knows what it does.
  private static boolean isForReading(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
