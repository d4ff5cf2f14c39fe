package opml.tree;

/// Java or Solidity without its comments, and with nothing in its literals: what rules about code may look at. Lines
/// stay lines.
final class JavaCode {
  private final String text;
  private final StringBuilder code = new StringBuilder();
  private int at;

  private JavaCode(String text) {
    this.text = text;
  }

  static String of(String text) {
    JavaCode reader = new JavaCode(text);
    while (reader.at < text.length()) {
      reader.next();
    }
    return reader.code.toString();
  }

  private void next() {
    if (text.startsWith("//", at)) {
      skipTo("\n", 0);
    } else if (text.startsWith("/*", at)) {
      at += 2;
      skipTo("*/", 2);
    } else if (text.startsWith("\"\"\"", at)) {
      literal("\"\"\"");
    } else if (text.charAt(at) == '"' || text.charAt(at) == '\'') {
      literal(text.substring(at, at + 1));
    } else {
      code.append(text.charAt(at++));
    }
  }

  /// Skips to the end of a comment, and keeps the ends of its lines.
  private void skipTo(String end, int length) {
    int stop = text.indexOf(end, at);
    int next = stop < 0 ? text.length() : stop + length;
    keepLines(next);
  }

  private void literal(String quote) {
    int start = at;
    at += quote.length();
    while (at < text.length() && !text.startsWith(quote, at)) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    int next = Math.min(text.length(), at + quote.length());
    at = start;
    code.append("\"\"");
    keepLines(next);
  }

  private void keepLines(int next) {
    for (; at < next; at++) {
      if (text.charAt(at) == '\n') {
        code.append('\n');
      }
    }
  }
}
