package opml.cli.console;

/// Makes texts of strangers fit to be shown. Names in a model's file, places in a registry and answers of a node are
/// anybody's; shown as they are, they could move a terminal's cursor, rewrite what stands above, or turn the order of
/// letters around.
final class Printable {
  private Printable() {}

  /// {@return the text with a dot for whatever is not for reading, line ends too}
  static String line(String text) {
    return dotted(text, false);
  }

  /// {@return the same, but for line ends, which are taken to be our own}
  static String lines(String text) {
    return dotted(text, true);
  }

  /// {@return the text, or its beginning and an ellipsis, in at most so many characters}
  static String cut(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }

  /// {@return the same JSON in which strings hold nothing that is not for reading}
  static String json(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isForReading(c)) {
                escaped.appendCodePoint(c);
              } else {
                for (char unit : Character.toChars(c)) {
                  escaped.append("\\u%04x".formatted((int) unit));
                }
              }
            });
    return escaped.toString();
  }

  private static String dotted(String text, boolean keepsLineEnds) {
    StringBuilder dotted = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> isForReading(c) || keepsLineEnds && c == '\n' ? c : '.')
        .forEach(dotted::appendCodePoint);
    return dotted.toString();
  }

  /// Marks of direction are format characters; half a pair of surrogates is no character at all.
  private static boolean isForReading(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
