package opml.cli.command.text;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import opml.llm.session.Continuation;
import opml.llm.session.Drafter;
import opml.llm.session.Session;
import org.jspecify.annotations.Nullable;

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
  private final Drafter drafter;
  private final int drafted;
  private final List<Integer> tokens = new ArrayList<>();
  private @Nullable Continuation going;

  /// Number of the next token, of those that the last step has said.
  private int at;

  /// @param drafted tokens that are guessed at once, at most
  Writing(Session session, Drafter drafter, int drafted, int... prompt) {
    this.session = session;
    this.drafter = drafter;
    this.drafted = drafted;
    this.prompt = prompt.clone();
  }

  /// Reads what the session does not have of the prompt yet.
  ///
  /// @return whether all was read; not if this thread was interrupted
  boolean read() {
    int room = session.context() - prompt.length;
    going = new Continuation(session.text(), room, drafter, drafted, prompt);
    at = 0;
    while (going.unread() > 0) {
      if (Thread.interrupted()) {
        return false;
      }
      session.step(going);
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
      if (at == going().said()) {
        session.step(going());
        at = 0;
      }
      int next = going().said(at);
      tokens.add(next);
      boolean isEnd = stops.test(next);
      boolean goesOn = listener.hear(tokens.size() - 1, next, isEnd);
      at++;
      if (isEnd) {
        return End.TOKEN;
      }
      if (!goesOn) {
        return End.INTERRUPTED;
      }
    }
    return tokens.size() == most ? End.LIMIT : End.CONTEXT;
  }

  private Continuation going() {
    if (going == null) {
      throw new IllegalStateException("the prompt was not read");
    }
    return going;
  }

  /// {@return the logits that the token was chosen by of which a listener hears}
  MemorySegment logits() {
    return going().logits(at);
  }

  /// {@return what was written}
  List<Integer> tokens() {
    return List.copyOf(tokens);
  }
}
