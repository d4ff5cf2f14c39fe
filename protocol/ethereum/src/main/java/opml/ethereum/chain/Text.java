package opml.ethereum.chain;

/// What a stranger's text looks like in an error message: on one line, printable and short.
public final class Text {
  private static final int LIMIT = 160;

  private Text() {}

  /// {@return the text as an error message may show it}
  public static String shortened(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(LIMIT)
        .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '.' : c)
        .forEach(out::appendCodePoint);
    return text.length() > LIMIT ? out + " ... (" + text.length() + " characters)" : out.toString();
  }
}
