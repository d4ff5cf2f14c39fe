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

  /// What a regular expression finds, and where that is its group `phrase`, whatever follows it in an unbroken row of
  /// another one. A repeated group would say the same, and recurse.
  record Phrases(Pattern pattern, Pattern more) implements WordRule {
    private static final String PHRASE = "phrase";

    Phrases(String regex, String more) {
      this(Found.of(regex).pattern(), Found.of(more).pattern());
    }

    @Override
    public void cut(String text, int from, int to, Parts parts) {
      Matcher first = pattern.matcher(text);
      Matcher next = more.matcher(text);
      int done = from;
      while (done < to && first.region(done, to).find()) {
        if (first.start() > done) {
          parts.accept(done, first.start());
        }
        int end = first.end();
        while (first.start(PHRASE) >= 0 && next.region(end, to).lookingAt()) {
          end = next.end();
        }
        parts.accept(first.start(), end);
        done = end;
      }
      if (done < to) {
        parts.accept(done, to);
      }
    }
  }

  /// Digits in groups of three, counted from the last: 12345 is 12 and 345. As an expression,
  /// `(?=(\d{3})+(?!\d))`, it would look over all digits anew at each of them.
  ///
  /// @param digits one or more of what counts as a digit
  record Thousands(Pattern digits) implements WordRule {
    private static final int GROUP = 3;

    Thousands(String digit) {
      this(Found.of(digit + "+").pattern());
    }

    @Override
    public void cut(String text, int from, int to, Parts parts) {
      Matcher matcher = digits.matcher(text).region(from, to);
      int begin = from;
      while (matcher.find()) {
        int at = matcher.start();
        for (int left = text.codePointCount(at, matcher.end()); left > 0; left--) {
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
