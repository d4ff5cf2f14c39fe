package opml.ethereum.chain;

import opml.core.codec.Printable;

/// What a stranger's text looks like in an error message: on one line, printable and short.
public final class Text {
  private static final int LIMIT = 160;

  private Text() {}

  /// {@return the text as an error message may show it}
  public static String shortened(String text) {
    if (text.codePointCount(0, text.length()) <= LIMIT) {
      return Printable.line(text);
    }
    String begin = Printable.line(text.substring(0, text.offsetByCodePoints(0, LIMIT)));
    return "%s ... (%d characters)".formatted(begin, text.length());
  }
}
