package opml.llm.tokenizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One pass over a text that cuts it. What it finds are parts, and so is what lies between.
sealed interface WordRule {
  /// Takes the parts of a text in order.
  interface Parts {
    void accept(int from, int to);
  }

  /// Tells the parts of a piece of a text; what lies outside of the piece is not looked at.
  void cut(String text, int from, int to, Parts parts);

  /// What a regular expression finds. Its classes of characters are Unicode's, in the version of the running Java.
  ///
  /// Patterns must take time and stack in proportion to a text, whatever it is: no group is repeated, as that recurses.
  record Found(Pattern pattern) implements WordRule {
    static Found of(String regex) {
      return new Found(Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS));
    }

    @Override
    public void cut(String text, int from, int to, Parts parts) {
      Matcher matcher = pattern.matcher(text).region(from, to);
      int done = from;
      while (done < to && matcher.find()) {
        if (matcher.start() > done) {
          parts.accept(done, matcher.start());
        }
        if (matcher.end() > matcher.start()) {
          parts.accept(matcher.start(), matcher.end());
        }
        done = matcher.end();
      }
      if (done < to) {
        parts.accept(done, to);
      }
    }
  }

  /// Digits in groups of three, counted from the last: 12345 is 12 and 345. As an expression,
  /// `(?=(\d{3})+(?!\d))`, it would look over all digits anew at each of them.
  record Thousands() implements WordRule {
    private static final int GROUP = 3;

    @Override
    public void cut(String text, int from, int to, Parts parts) {
      int begin = from;
      for (int at = from; at < to; ) {
        int end = at;
        while (end < to && Character.isDigit(text.codePointAt(end))) {
          end += Character.charCount(text.codePointAt(end));
        }
        if (end == at) {
          at += Character.charCount(text.codePointAt(at));
          continue;
        }
        for (int left = text.codePointCount(at, end); left > 0; left--) {
          if (left % GROUP == 0 && at > begin) {
            parts.accept(begin, at);
            begin = at;
          }
          at += Character.charCount(text.codePointAt(at));
        }
      }
      if (begin < to) {
        parts.accept(begin, to);
      }
    }
  }
}
