package opml.llm.session;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A text of a batch that is read and then gone on with: what it takes in the next step, and what that has said.
///
/// Where somebody guesses how it goes on, a step takes the guess as well, and chooses behind each of its tokens: so far
/// as these choices are the guess, they are what would have been chosen one by one, and the rest is cut off. Choices of
/// chance have their draws by place, so that is true of them, too.
///
/// It guesses less where guesses are wrong, and not at all for a while where they are all wrong: for longer each time,
/// so that a text without repetitions is not slowed down.
public final class Continuation {
  private static final int FEW = 4;
  private static final int LONGEST_PAUSE = 64;

  private final BatchText text;
  private final int[] prompt;
  private final int limit;
  private final Drafter drafter;
  private final int mostDrafted;
  private final int[] line;
  private final int[] guess;

  /// Tokens that were chosen in all, of which the last is not taken yet.
  private int total;

  /// The token that was chosen last.
  private int last;

  // The last step.
  private int guessed;
  private int said;
  private boolean chooses;

  // How well guesses go.
  private int budget;
  private int pause;
  private int nextPause = 1;

  /// @param text is cut to what it has in common with the prompt
  /// @param prompt at least one token
  /// @param limit tokens to go on with, at most
  /// @param mostDrafted tokens that are guessed at once, at most
  /// @throws IllegalArgumentException if the text has no room for prompt and continuation
  public Continuation(BatchText text, int limit, Drafter drafter, int mostDrafted, int... prompt) {
    if (prompt.length < 1 || limit < 0 || limit > text.context() - prompt.length) {
      throw new IllegalArgumentException(
          "%d tokens behind %d: a text has %d".formatted(limit, prompt.length, text.context()));
    }
    this.text = text;
    this.prompt = prompt.clone();
    this.limit = limit;
    this.drafter = drafter;
    this.mostDrafted = Math.clamp(mostDrafted, 0, Drafter.MOST);
    this.line = new int[Drafter.MOST + 1];
    this.guess = new int[Drafter.MOST];
    this.budget = Math.min(FEW, this.mostDrafted);
    text.cutTo(prompt);
  }

  public BatchText text() {
    return text;
  }

  /// {@return how many tokens of the prompt were not taken yet}
  public int unread() {
    return Math.max(0, prompt.length - text.length());
  }

  /// {@return how many tokens the prompt has}
  public int promptLength() {
    return prompt.length;
  }

  /// {@return whether all was said that the limit allows}
  public boolean isFull() {
    return total >= limit;
  }

  /// {@return how many tokens of the prompt a text begins with, of those that are not the last one}
  public int common(BatchText other) {
    return Math.min(other.common(prompt), prompt.length - 1);
  }

  /// {@return how many tokens another prompt begins with as this one does}
  public int common(Continuation other) {
    int first = Arrays.mismatch(prompt, other.prompt);
    return first < 0 ? prompt.length : first;
  }

  /// Has the batch's next step take what comes next.
  ///
  /// @param most rows that it may take, at least 1; no more than the batch has room for
  public void add(TextBatch batch, int most) {
    int at = text.length();
    guessed = 0;
    said = 0;
    if (total == 0) {
      int count = Math.min(most, prompt.length - at);
      chooses = at + count == prompt.length;
      batch.add(text, prompt, at, count, count - 1, chooses ? 1 : 0);
      return;
    }
    chooses = true;
    guessed = guess(Math.min(most - 1, limit - total - 1));
    line[0] = last;
    System.arraycopy(guess, 0, line, 1, guessed);
    batch.add(text, line, 0, 1 + guessed, 0, 1 + guessed);
  }

  private int guess(int most) {
    int wanted = Math.min(budget, most);
    if (wanted < 1) {
      return 0;
    }
    if (pause > 0) {
      pause--;
      return 0;
    }
    return drafter.draft(text, last, guess, wanted);
  }

  /// Finds what the step has said, and takes back what was guessed wrong.
  public void settle() {
    if (!chooses) {
      return;
    }
    // What was guessed is in `guess`, so the line is free.
    while (said <= guessed) {
      line[said] = text.chosen(said);
      said++;
      if (said > guessed || line[said - 1] != guess[said - 1]) {
        break;
      }
    }
    int wrong = guessed + 1 - said;
    text.cut(text.length() - wrong);
    total += said;
    judge(said - 1);
    last = line[said - 1];
  }

  private void judge(int right) {
    if (guessed == 0) {
      return;
    }
    if (right == 0) {
      pause = nextPause;
      nextPause = Math.min(LONGEST_PAUSE, 2 * nextPause);
      budget = Math.max(1, budget / 2);
    } else {
      nextPause = 1;
      budget = right == guessed ? Math.min(mostDrafted, 2 * budget) : Math.max(1, right);
    }
  }

  /// {@return how many tokens the last step has said}
  public int said() {
    return said;
  }

  /// {@return a token that the last step has said}
  public int said(int number) {
    return line[number];
  }

  /// {@return the logits that it was chosen by, until the batch's next step}
  public MemorySegment logits(int number) {
    return text.logits(number);
  }
}
