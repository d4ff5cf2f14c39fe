package opml.cli.command.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import opml.llm.session.Session;

/// A text that a session reads and goes on with, until something ends it.
final class Writing {
  /// Why there is no more of a text.
  enum End {
    /// The model has said that it is at the end.
    TOKEN("the model's last token"),
    LIMIT("--n-predict"),
    CONTEXT("the context is full"),
    INTERRUPTED("interrupted");

    private final String words;

    End(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /// Hears of each token, when it is there.
  @FunctionalInterface
  interface Listener {
    /// {@return whether to go on}
    ///
    /// @param step the token's number, from 0
    /// @param isEnd whether the token ends the text, and is none of it
    boolean hear(int step, int token, boolean isEnd);
  }

  private final Session session;
  private final int[] prompt;
  private final List<Integer> tokens = new ArrayList<>();
  private int next;

  Writing(Session session, int... prompt) {
    this.session = session;
    this.prompt = prompt.clone();
  }

  /// Reads what the session does not have of the prompt yet.
  ///
  /// @return whether all was read; not if this thread was interrupted
  boolean read() {
    int at = session.cutTo(prompt);
    while (at < prompt.length) {
      if (Thread.interrupted()) {
        return false;
      }
      int end = Math.min(prompt.length, at + session.rows());
      next = session.take(Arrays.copyOfRange(prompt, at, end));
      at = end;
    }
    return true;
  }

  /// Goes on, once the prompt was read.
  ///
  /// @param most tokens; negative for as many as the context holds
  End write(int most, IntPredicate stops, Listener listener) {
    int room = session.context() - prompt.length;
    int limit = most < 0 ? room : Math.min(most, room);
    while (tokens.size() < limit) {
      if (Thread.interrupted()) {
        return End.INTERRUPTED;
      }
      if (!tokens.isEmpty()) {
        next = session.take(next);
      }
      tokens.add(next);
      boolean isEnd = stops.test(next);
      boolean goesOn = listener.hear(tokens.size() - 1, next, isEnd);
      if (isEnd) {
        return End.TOKEN;
      }
      if (!goesOn) {
        return End.INTERRUPTED;
      }
    }
    return tokens.size() == most ? End.LIMIT : End.CONTEXT;
  }

  /// {@return what was written}
  List<Integer> tokens() {
    return List.copyOf(tokens);
  }
}
