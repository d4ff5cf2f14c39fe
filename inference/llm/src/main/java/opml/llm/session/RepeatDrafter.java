package opml.llm.session;

/// Guesses that what is said was said before: the last few tokens are sought in the text, from its end on, and what
/// stands behind them there is the guess (Saxena, *Prompt Lookup Decoding*, 2023). Code, lists and summaries repeat
/// much of what stands before them.
public final class RepeatDrafter implements Drafter {
  public static final RepeatDrafter INSTANCE = new RepeatDrafter();

  /// Tokens that must be the same, at best and at least.
  private static final int LONGEST = 4;

  private static final int SHORTEST = 2;

  private RepeatDrafter() {}

  @Override
  public int draft(BatchText text, int next, int[] into, int most) {
    int length = text.length();
    int longest = 0;
    int at = 0;
    // One pass over the text: the last of the longest.
    for (int i = length - 1; i >= SHORTEST - 1 && longest < LONGEST; i--) {
      if (text.token(i) == next) {
        int same = same(text, i, length);
        if (same > longest) {
          longest = same;
          at = i + 1;
        }
      }
    }
    if (longest < SHORTEST) {
      return 0;
    }
    int count = Math.min(most, length - at + 1);
    for (int i = 0; i < count; i++) {
      // Behind the text is the token that it does not have yet.
      into[i] = at + i < length ? text.token(at + i) : next;
    }
    return count;
  }

  /// {@return how many tokens that end at a position are those that end with the one behind the text, which is one}
  private static int same(BatchText text, int position, int length) {
    int same = 1;
    while (same < LONGEST
        && position >= same
        && text.token(position - same) == text.token(length - same)) {
      same++;
    }
    return same;
  }
}
